import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { until } from '../../support/until.ts';

const person = 'urn:altinn:person:identifier-no:17890112345';
let app: App;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  app = await startApp({
    AzureWebJobsStorage: inject('storage').followups as string,
    FOLLOW_UP_GRACE: 'PT2S',
    FOLLOW_UP_SINCE: '2026-01-01',
    FOLLOW_UP_WEBHOOK_URL: receiver.url,
    FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
  });
});
beforeEach(() => {
  receiver.answer = () => 204;
});
afterAll(async () => {
  await app.stop();
  await receiver.stop();
});

/** The calls about a letter. */
const calls = (id: string) => receiver.received.filter(({ payload }) => payload.data.correspondenceId === id);
const followUp = (id: string, state: string) =>
  statusOf(app, id, ({ followUps }) => followUps.some((each) => each.state === state));

async function happen(id: string, ...names: string[]) {
  for (const name of names) await post(app, sampleEvent(name, { resourceinstance: id, subject: person }));
}

describe.concurrent('a letter that is never read', () => {
  it('acts once its grace is over, signed and with the person masked', async () => {
    const id = randomUUID();
    await happen(id, 'correspondencepublished', 'correspondencereceiverneverread');
    const opened = (await followUp(id, 'open')).followUps[0];
    const notified = (await followUp(id, 'notified')).followUps[0];
    expect(
      Date.parse(notified?.notifiedAt ?? '') - Date.parse(opened?.openedAt ?? ''),
    ).toBeGreaterThanOrEqual(2000);
    expect(calls(id)).toMatchObject([
      {
        id: `never-read-${id}-1-webhook`,
        payload: {
          type: 'follow-up.opened',
          data: {
            followUpId: `never-read-${id}`,
            kind: 'never-read',
            recipient: 'urn:altinn:person:identifier-no:***********',
            status: 'neverRead',
          },
        },
      },
    ]);
  });

  it('carries one trace id from the request to the call, and in every line between', async () => {
    const id = randomUUID();
    const trace = randomUUID().replaceAll('-', '');
    const event = sampleEvent('correspondencereceiverneverread', { resourceinstance: id, subject: person });
    await post(app, event, {
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    });
    await followUp(id, 'notified');
    expect(calls(id)[0]?.headers.traceparent).toContain(`-${trace}-`);
    // The last line is written once the status has it.
    const lines = await until(() => {
      const found = app
        .output()
        .split('\n')
        .filter((line) => line.endsWith(` trace=${trace}`));
      return found.some((line) => line.includes('follow-up.notified')) && found;
    });
    const names = lines.map((line) => line.split(' ')[3]);
    expect(new Set(names)).toEqual(
      new Set(['event.acknowledged', 'follow-up.opened', 'event.tracked', 'follow-up.notified']),
    );
  });

  it.each([
    'correspondencereceiverread',
    'correspondencereceiverconfirmed',
    'correspondencepurged',
    'correspondencepublishfailed',
  ])('is suppressed when %s comes within the grace', async (name) => {
    const id = randomUUID();
    await happen(id, 'correspondencereceiverneverread', name);
    const { followUps } = await followUp(id, 'suppressed');
    expect(followUps).toMatchObject([
      { kind: 'never-read', state: 'suppressed', reason: expect.any(String) },
    ]);
    await delay(2500);
    expect(calls(id)).toEqual([]);
  });

  it.each([
    ['before', [0, 1]],
    ['after', [1, 0]],
  ])('is suppressed when it was read before, whether that came first or last: %s', async (_, order) => {
    const id = randomUUID();
    const event = (name: string, time: string) => sampleEvent(name, { resourceinstance: id, time });
    const both = [
      event('correspondencereceiverread', '2026-08-19T05:00:00Z'),
      event('correspondencereceiverneverread', '2026-08-19T06:00:00Z'),
    ];
    for (const index of order) await post(app, both[index] as object);
    const { followUps } = await followUp(id, 'suppressed');
    expect(followUps).toMatchObject([{ kind: 'never-read', reason: 'read' }]);
    await delay(2500);
    expect(calls(id)).toEqual([]);
  });

  it('acts once, however often the event comes and under whatever id', async () => {
    const id = randomUUID();
    const event = sampleEvent('correspondencereceiverneverread', { resourceinstance: id });
    await Promise.all([event, event, event].map((each) => post(app, each)));
    await happen(id, 'correspondencereceiverneverread', 'correspondencereceiverneverread');
    await followUp(id, 'notified');
    await happen(id, 'correspondencereceiverneverread');
    await post(app, event);
    await delay(3000);
    expect(calls(id)).toHaveLength(1);
  });

  it('is closed once, with its reason, when it is read and confirmed afterwards', async () => {
    const id = randomUUID();
    await happen(id, 'correspondencereceiverneverread');
    await followUp(id, 'notified');
    await happen(
      id,
      'correspondencereceiverread',
      'correspondencereceiverconfirmed',
      'correspondencereceiverread',
    );
    const { followUps } = await followUp(id, 'closed');
    expect(followUps).toMatchObject([{ state: 'closed', reason: 'read' }]);
    await delay(1000);
    expect(calls(id).map(({ payload: { type, data } }) => [type, data.reason])).toEqual([
      ['follow-up.opened', undefined],
      ['follow-up.closed', 'read'],
    ]);
  });
});

describe.concurrent('a letter that is never confirmed', () => {
  it('acts although it was read, and is closed by its confirmation', async () => {
    const id = randomUUID();
    await happen(id, 'correspondencereceiverread', 'correspondencereceiverneverconfirmed');
    await followUp(id, 'notified');
    await happen(id, 'correspondencereceiverconfirmed');
    await followUp(id, 'closed');
    expect(calls(id).map((call) => call.id)).toEqual([
      `never-confirmed-${id}-1-webhook`,
      `never-confirmed-${id}-1-webhook-closed`,
    ]);
  });
});

describe('a receiver that refuses', () => {
  it('is tried again ten seconds later, and nobody is notified about a letter that was read by then', async () => {
    const [stays, settles] = [randomUUID(), randomUUID()];
    receiver.answer = () => 404;
    await happen(stays, 'correspondencereceiverneverread');
    await happen(settles, 'correspondencereceiverneverread');
    await until(() => calls(stays).length === 1 && calls(settles).length === 1);
    receiver.answer = () => 204;
    await happen(settles, 'correspondencereceiverread');
    await followUp(settles, 'suppressed');
    await followUp(stays, 'notified');
    const [first, second] = calls(stays);
    expect(second?.id).toBe(first?.id);
    const apart = (second?.at ?? 0) - (first?.at ?? 0);
    expect(apart).toBeGreaterThanOrEqual(9_000);
    expect(apart).toBeLessThan(20_000);
    expect(calls(settles)).toHaveLength(1);
  });

  it('and fails on its side may have been notified: a letter that is read by then is closed', async () => {
    const id = randomUUID();
    receiver.answer = () => 500;
    await happen(id, 'correspondencereceiverneverread');
    await until(() => calls(id).length === 1);
    receiver.answer = () => 204;
    await happen(id, 'correspondencereceiverread');
    await followUp(id, 'closed');
    expect(calls(id).at(-1)?.id).toBe(`never-read-${id}-1-webhook-closed`);
  });
});
