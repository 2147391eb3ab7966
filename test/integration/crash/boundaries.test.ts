import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { describeOperation, type StorageProxy, startStorageProxy } from '../../support/storage-proxy.ts';
import { until } from '../../support/until.ts';

// Slow on purpose: each test starts the app twice, and waits for what was in hand to come again.
//
// The process is killed with SIGKILL at each place between two effects, by the one who sees the effects from outside:
// the storage it talks to, or the receiver of its webhook. Started again, it must end where it would have ended.
let storage: StorageProxy;
let receiver: WebhookReceiver;

beforeAll(async () => {
  storage = await startStorageProxy(inject('storage').boundaries as string);
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await storage.stop();
  await receiver.stop();
});

const start = () =>
  startApp({
    AzureWebJobsStorage: storage.connectionString,
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_WEBHOOK_URL: receiver.url,
    FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
  });

/** Sends as Altinn does: again and again until it is answered 200. */
async function deliver(app: () => App, event: object): Promise<void> {
  await until(async () => (await post(app(), event).catch(() => undefined))?.status === 200);
}

type Boundary = [where: string, side: 'before' | 'after', operation: string, call: number];

describe.each<Boundary>([
  ['after the event is on the queue, before the answer', 'after', 'queue correspondence-events: put', 1],
  ['before the event is in its timeline', 'before', 'table timeline: insert event', 1],
  ['after the event is in its timeline', 'after', 'table timeline: insert event', 1],
  ['after the follow-up is there, before it is noted when it is due', 'before', 'table due: insert', 1],
  ['after that, before the event is done', 'after', 'table due: insert', 1],
  ['after its lease, before its message', 'after', 'table timeline: replace follow-up', 1],
  ['after its message, before what was due is gone', 'after', 'queue follow-ups: put', 1],
  ['after the claim, before the webhook call', 'after', 'table timeline: replace follow-up', 2],
  ['after the webhook call, before it is recorded', 'before', 'table timeline: replace follow-up', 3],
  ['after it is recorded, before the message is done', 'after', 'table timeline: replace follow-up', 3],
])('killed %s', (_where, side, operation, call) => {
  it('opens the follow-up under one id, with a second call only where the first could not be recorded', async () => {
    const id = randomUUID();
    let app = await start();
    let seen = 0;
    let killed: Promise<void> | undefined;
    storage[side] = (passing) => {
      if (killed || describeOperation(passing) !== operation || ++seen < call) return true;
      killed = app.kill();
      return false;
    };

    const event = sampleEvent('correspondencereceiverneverread', { resourceinstance: id });
    const delivered = deliver(() => app, event);
    await until(() => killed !== undefined);
    await killed;
    app = await start();
    await delivered;

    const status = await statusOf(app, id, ({ followUps }) => followUps[0]?.state === 'notified');
    expect(status.timeline).toHaveLength(1);
    await delay(500);
    await app.stop();
    storage[side] = () => true;
    const calls = receiver.received.filter(({ payload }) => payload.data.correspondenceId === id);
    expect(new Set(calls.map(({ id }) => id))).toEqual(new Set([`never-read-${id}-1-webhook`]));
    // Only whoever dies between telling and recording tells again, and says that it is the same.
    expect(calls).toHaveLength(operation.includes('replace') && side === 'before' ? 2 : 1);
  });
});

describe('killed while the webhook is being called', () => {
  it('calls again under the same id', async () => {
    const id = randomUUID();
    let app = await start();
    let killed: Promise<void> | undefined;
    receiver.answer = () => {
      if (killed) return 204;
      killed = app.kill();
      return undefined;
    };
    await deliver(() => app, sampleEvent('correspondencereceiverneverread', { resourceinstance: id }));
    await until(() => killed !== undefined);
    await killed;
    app = await start();
    await statusOf(app, id, ({ followUps }) => followUps[0]?.state === 'notified');
    await app.stop();
    const calls = receiver.received.filter(({ payload }) => payload.data.correspondenceId === id);
    expect(calls.map(({ id }) => id)).toEqual([`never-read-${id}-1-webhook`, `never-read-${id}-1-webhook`]);
  });

  it('and read meanwhile: is closed, since somebody may have been notified', async () => {
    const id = randomUUID();
    let app = await start();
    let killed: Promise<void> | undefined;
    receiver.answer = () => {
      if (killed) return 204;
      killed = app.kill();
      return undefined;
    };
    await deliver(() => app, sampleEvent('correspondencereceiverneverread', { resourceinstance: id }));
    await until(() => killed !== undefined);
    await killed;
    app = await start();
    await deliver(() => app, sampleEvent('correspondencereceiverread', { resourceinstance: id }));
    const { followUps } = await statusOf(app, id, (status) => status.followUps[0]?.state === 'closed');
    expect(followUps).toMatchObject([{ reason: 'read' }]);
    await app.stop();
    const calls = receiver.received.filter(({ payload }) => payload.data.correspondenceId === id);
    expect(calls.at(-1)?.id).toBe(`never-read-${id}-1-webhook-closed`);
    expect(calls.filter(({ id }) => id.endsWith('closed'))).toHaveLength(1);
  });
});
