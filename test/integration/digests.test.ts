import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { InvocationContext, Timer } from '@azure/functions';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { makeDueFollowUps } from '../../functions/due-follow-ups.ts';
import { makeFollowUp } from '../../functions/follow-up.ts';
import { makeSendDigest } from '../../functions/send-digest.ts';
import { typePrefix } from '../../shared/events/catalogue.ts';
import type { Channel, Digest, Step } from '../../shared/follow-ups/channels/channel.ts';
import { Digests } from '../../shared/follow-ups/digests/digests.ts';
import { makeGatherer } from '../../shared/follow-ups/digests/gather.ts';
import { Waiting } from '../../shared/follow-ups/digests/waiting.ts';
import { DueFollowUps } from '../../shared/follow-ups/due.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import type { Consumer } from '../../shared/queue/consumer.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import { Retries } from '../../shared/queue/retries.ts';
import { eachAtOnce } from '../../shared/runtime/at-once.ts';
import { connectStorage } from '../../shared/storage/connect.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { letterId } from '../support/altinn/letter-list.ts';
import { all, policyOf, resource, unsettled } from '../support/digests.ts';
import { eventOf } from '../support/fixture.ts';

const letters = 500;
const connectionString = inject('storage').digests as string;
const { queues, tables } = connectStorage({ connectionString });
const timeline = new Timeline(tables.timeline);
const followUps = new FollowUps(tables.timeline);
const due = new DueFollowUps(tables.due);
let offsetMs = 0;
const now = () => new Date(Date.now() + offsetMs);
const lines: string[] = [];
const write = (line: string) => void lines.push(line);
const context = (more: object = {}) =>
  ({ triggerMetadata: more, info: write, warn: write, error: write }) as unknown as InvocationContext;

/** What a chat was posted, by idempotency key, and how often it has refused. */
const posted: { readonly key: string; readonly body: Step | Digest }[] = [];
let refusals = 0;
const server = createServer(async (request, response) => {
  const body = (await json(request)) as Step | Digest;
  // Once it takes a part of a digest, and does not say so.
  const isLost = 'items' in body && body.part === 3 && refusals === 0;
  posted.push({ key: String(request.headers['idempotency-key']), body });
  if (isLost) refusals++;
  response.writeHead(isLost ? 503 : 200).end();
});
const post = async (body: Step | Digest) => {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'idempotency-key': body.idempotencyKey },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the chat answered ${response.status}`);
  return String(response.status);
};
const chat: Channel = { maxItems: 100, send: post, sendDigest: post };

const policy = policyOf(10);
const channels = new Map([['chat', chat]]);
const common = { followUps, due, channels, policy, paused: false, now };
const deadLetters = new DeadLetters(tables.deadLetters);
const consuming = { deadLetters, retries: new Retries(tables.retries) };
const since = async () => '2000-01-01T00:00:00Z';
const [leaseMs, maxWaitMs] = [900_000, 43_200_000];
const digests = new Digests(tables.digests);
const timer = makeDueFollowUps({
  ...{ due, followUps, queue: queues.followUps, leaseMs, since, now, paused: false },
  digests: { waiting: new Waiting(tables.digests), digests, queue: queues.digests, leaseMs, now },
});
const consumers: readonly Consumer[] = [
  makeFollowUp({
    ...consuming,
    queue: queues.followUps,
    guard: {
      ...common,
      gatherer: makeGatherer({ table: tables.digests, policy, channels }),
      ...{ askAltinn: async () => unsettled(), events: queues.events, graceMs: 0, since, maxWaitMs, leaseMs },
    },
  }),
  makeSendDigest({
    ...consuming,
    queue: queues.digests,
    digests: { ...common, digests, isAltinnAsked: true, maxWaitMs },
  }),
];

/** Takes all that can be seen on a queue, as the host does. */
async function drain({ queue, handle }: Consumer) {
  const client = new QueueClient(connectionString, queue);
  if (!(await client.exists())) return;
  for (;;) {
    const { receivedMessageItems: taken } = await client.receiveMessages({ numberOfMessages: 32 });
    if (taken.length === 0) return;
    await eachAtOnce(taken, 16, async ({ messageId, popReceipt, messageText, dequeueCount }) => {
      const message = JSON.parse(Buffer.from(messageText, 'base64').toString());
      await handle(message, context({ id: messageId, dequeueCount }));
      await client.deleteMessage(messageId, popReceipt);
    });
  }
}

beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => new Promise((closed) => server.close(closed)));

it('five hundred follow-ups at once become ten messages, and a digest that names all the others', async () => {
  const dueAt = now().toISOString();
  const event = { ...eventOf('subject-organization'), resource, time: '2026-08-06T07:00:00Z' };
  await eachAtOnce(all(letters), 16, async (correspondenceId) => {
    const type = `${typePrefix}correspondencepublished`;
    const message = eventMessage({ ...event, type }, { via: 'push', enqueuedAt: dueAt });
    await timeline.record(correspondenceId, message);
    const one = { kind: 'never-read', correspondenceId } as const;
    await followUps.add({ ...one, state: 'open', openedAt: dueAt, dueAt });
    await due.add({ ...one, at: dueAt, rank: 'verified-opening' });
  });
  const isNotified = async (letter: number) =>
    (await followUps.get(letterId(letter), 'never-read'))?.state === 'notified';
  for (let minutes = 0; minutes < 30 && !(await isNotified(letters - 1)); minutes++, offsetMs += 60_000) {
    await timer({} as Timer, context());
    for (const consumer of consumers) await drain(consumer);
  }

  const unique = new Map(posted.map(({ key, body }) => [key, body]));
  const [steps, parts] = [[...unique.values()], [...unique.values()]].map((bodies, index) =>
    bodies.filter((body) => 'items' in body === (index === 1)),
  ) as [Step[], Digest[]];
  expect(steps).toHaveLength(10);
  expect(parts.map(({ part, parts, items }) => [part, parts, items.length])).toEqual([
    ...[1, 2, 3, 4].map((part) => [part, 5, 100]),
    [5, 5, 90],
  ]);
  const named = [...steps.map(({ data }) => data), ...parts.flatMap(({ items }) => items)];
  expect(named.map(({ correspondenceId }) => correspondenceId).sort()).toEqual(all(letters));
  // What was perhaps taken was sent again, as it was.
  expect(refusals).toBe(1);
  expect(posted).toHaveLength(10 + 5 + 1);
  const again = posted.filter(({ body }) => 'items' in body && body.part === 3);
  expect(again[1]).toEqual(again[0]);
  expect(await digests.all()).toEqual([]);
  for (const letter of all(letters)) {
    expect(await followUps.get(letter, 'never-read')).toMatchObject({
      state: 'notified',
      checkedWithAltinn: true,
      taken: [{ key: 'chat', channel: 'chat' }],
    });
  }
}, 300_000);
