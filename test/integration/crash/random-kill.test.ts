import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { type App, get, post, type Status, startApp } from '../../support/app.ts';
import { until } from '../../support/until.ts';

const letters = 60;
const kills = 4;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver.stop());

const start = () =>
  startApp({
    AzureWebJobsStorage: inject('storage').randomkill as string,
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_WEBHOOK_URL: receiver.url,
    FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
  });

// Slow on purpose: four kills, each with a start after it, and the time after which what was in hand comes again.
it('every event answered 200 is accounted for, and every follow-up that is due is opened, under one id', async () => {
  let app: App = await start();
  const acknowledged = new Map<string, string>();
  const stories = Array.from({ length: letters }, (_, index) => {
    const resourceinstance = randomUUID();
    const names = ['correspondenceinitialized', 'correspondencepublished', 'correspondencereceiverneverread'];
    if (index % 3 === 0) names.push('correspondencereceiverread');
    // The same fact under another id, and the same event again.
    const events = [...names, 'correspondencereceiverneverread'].map((name) =>
      sampleEvent(name, { resourceinstance }),
    );
    return { id: resourceinstance, read: index % 3 === 0, events: [...events, ...events.slice(1, 3)] };
  });
  const toSend = stories.flatMap(({ events }) => events).sort(() => Math.random() - 0.5);

  let down = false;
  const send = async () => {
    for (let event = toSend.pop(); event; event = toSend.pop()) {
      const answer = down ? undefined : await post(app, event).catch(() => undefined);
      if (answer?.status === 200) acknowledged.set(event.id, event.resourceinstance as string);
      else {
        toSend.unshift(event);
        await delay(20);
      }
    }
  };
  const senders = Promise.all(Array.from({ length: 8 }, send));

  for (let kill = 0; kill < kills; kill++) {
    await delay(200 + Math.random() * 1500);
    down = true;
    await app.kill();
    app = await start();
    down = false;
  }
  await senders;

  const ids = new Set(stories.flatMap(({ events }) => events.map(({ id }) => id)));
  expect(acknowledged.size).toBe(ids.size);
  for (const { id, read, events } of stories) {
    const settled = (status: Status) =>
      status.timeline.length === new Set(events.map((event) => event.id)).size &&
      ['notified', 'suppressed', 'closed'].includes(status.followUps[0]?.state ?? '') &&
      !(read && status.followUps[0]?.state === 'notified');
    const status = await until(async () => {
      const { status, body } = await get(app, `/api/correspondences/${id}`);
      const parsed = status === 200 ? (JSON.parse(body) as Status) : undefined;
      return parsed && settled(parsed) ? parsed : undefined;
    }, id);
    expect(status.followUps).toHaveLength(1);

    const notified = new Set(
      receiver.received.filter((call) => call.payload.data.correspondenceId === id).map((call) => call.id),
    );
    const state = status.followUps[0]?.state;
    const [opened, closed] = ['webhook', 'webhook-closed'].map((step) => `never-read-${id}-1-${step}`);
    // Killed between its claim and its call, it may be settled without ever having called: that is notified all the same.
    if (state === 'closed') notified.delete(opened as string);
    expect([...notified]).toEqual(state === 'suppressed' ? [] : [state === 'closed' ? closed : opened]);
    expect(state === 'notified').toBe(!read);
  }
  await app.stop();
}, 120_000);
