import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Azurite, startAzurite } from '../../../infra/dev/azurite.ts';
import { createBackOff } from '../../../infra/dev/host/queue.ts';
import { calls, runHost } from '../../support/host.ts';
import { until } from '../../support/until.ts';

let azurite: Azurite;
let service: QueueServiceClient;
let name: string;

beforeAll(async () => {
  azurite = await startAzurite({ accounts: ['queuetests'] });
  service = QueueServiceClient.fromConnectionString(azurite.connectionString('queuetests'));
});
afterAll(() => azurite.stop());
beforeEach(() => {
  name = `q-${randomUUID()}`;
  vi.stubEnv('HOST_QUEUE', name);
  vi.stubEnv('AzureWebJobsStorage', azurite.connectionString('queuetests'));
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const work = () => calls('work');

/** Puts messages on the queue as they are given, strings, or as base64 JSON. */
async function send(...messages: unknown[]) {
  const queue = service.getQueueClient(name);
  await queue.createIfNotExists();
  for (const each of messages)
    await queue.sendMessage(typeof each === 'string' ? each : base64(JSON.stringify(each)));
  return queue;
}

const count = async (queue: string) =>
  (
    await service
      .getQueueClient(queue)
      .getProperties()
      .catch(() => undefined)
  )?.approximateMessagesCount;

async function poison(): Promise<string> {
  const queue = service.getQueueClient(`${name}-poison`);
  const peek = async () => (await queue.peekMessages().catch(() => undefined))?.peekedMessageItems[0];
  return (await until(peek)).messageText;
}

describe('messages', () => {
  it('come with their metadata, and are deleted', async () => {
    const queue = await send({ hello: { World: 1 } });
    await runHost();
    const [call] = await until(() => work().length > 0 && work());
    expect(call?.message).toEqual({ hello: { World: 1 } });
    expect(call?.metadata).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      dequeueCount: 1,
      insertionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
      expirationTime: expect.any(String),
      nextVisibleTime: expect.any(String),
      popReceipt: expect.any(String),
      queueTrigger: { hello: { world: 1 } },
      hello: { world: 1 },
    });
    await until(async () => (await count(queue.name)) === 0);
  });

  it("put their own top-level properties over the host's metadata", async () => {
    await send({ id: 'mine', DequeueCount: 7, list: [1], none: null, flag: true });
    await runHost();
    const [call] = await until(() => work().length > 0 && work());
    expect(call?.metadata).toMatchObject({ id: 'mine', dequeueCount: 7, flag: 'True' });
    expect(call?.metadata).not.toHaveProperty('list');
    expect(call?.metadata).not.toHaveProperty('none');
  });

  it.each([
    ['123', 123],
    ['true', true],
    ['plain text', 'plain text'],
    ['', ''],
  ])('are parsed as JSON when they can be: %j', async (text, message) => {
    await send(base64(text));
    await runHost();
    expect((await until(() => work()[0])).message).toEqual(message);
  });

  it('are taken as they are with the encoding none', async () => {
    await send('not base64!');
    await runHost({ queues: { messageEncoding: 'none' } });
    expect((await until(() => work()[0])).message).toBe('not base64!');
  });

  it('are read from a queue that appears later, without a word in the log', async () => {
    const { logged } = await runHost();
    await delay(300);
    await send({ late: true });
    await until(() => work().length > 0);
    expect(logged).toEqual([]);
  });
});

describe('concurrency', () => {
  it('takes a batch when at most newBatchThreshold are running', async () => {
    await send(...Array.from({ length: 12 }, (_, i) => ({ ms: 100 * (1 + (i % 4)) })));
    await runHost({ queues: { batchSize: 4, newBatchThreshold: 2 } });
    await until(() => work().filter(({ ended }) => ended).length === 12);
    const running = (at: number) => work().filter((call) => call.at <= at && at < (call.ended ?? 0)).length;
    const most = Math.max(...work().map(({ at }) => running(at)));
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(6);
  });

  it('keeps a message that takes longer than its lock, and deletes it with the newest receipt', async () => {
    const queue = await send({ ms: 2500 });
    await runHost({ lockSeconds: 1 });
    await until(() => work()[0]?.ended);
    await until(async () => (await count(queue.name)) === 0);
    await delay(1200);
    expect(work()).toHaveLength(1);
  });
});

describe('failures', () => {
  it('are tried maxDequeueCount times, then moved to the poison queue as they were', async () => {
    await send({ fail: true });
    const { logged } = await runHost({ queues: { maxDequeueCount: 3 } });
    expect(await poison()).toBe(base64('{"fail":true}'));
    expect(work().map(({ metadata }) => metadata?.dequeueCount)).toEqual([1, 2, 3]);
    expect(logged.filter((line) => line.startsWith('error work Error: failed on purpose'))).toHaveLength(3);
    await until(async () => (await count(name)) === 0);
  });

  it('are visible again after visibilityTimeout', async () => {
    await send({ fail: true });
    await runHost({ queues: { maxDequeueCount: 2, visibilityTimeout: '00:00:01' } });
    await until(() => work().length === 2);
    const [first, second] = work();
    const apart = (second?.at ?? 0) - (first?.at ?? 0);
    expect(apart).toBeGreaterThan(500);
    expect(apart).toBeLessThan(2500);
  });

  it('go to the poison queue with no call when they are not base64', async () => {
    await send('{"not":"base64"}');
    await runHost({ queues: { visibilityTimeout: '00:10:00' } });
    expect(await poison()).toBe('{"not":"base64"}');
    expect(work()).toEqual([]);
  });

  it('go to the poison queue with no call, after their tries, when they are not UTF-8', async () => {
    const text = Buffer.from([0xff, 0xfe]).toString('base64');
    await send(text);
    const { logged } = await runHost();
    expect(await poison()).toBe(text);
    expect(work()).toEqual([]);
    expect(logged.filter((line) => line.startsWith('error work'))).toHaveLength(3);
  });

  it('go to the poison queue with no call when they were taken too often already', async () => {
    const queue = await send({ died: 'with its host' });
    for (let i = 0; i < 2; i += 1)
      await queue.receiveMessages({ visibilityTimeout: 1 }).then(() => delay(1100));
    await runHost({ queues: { maxDequeueCount: 1 } });
    await poison();
    expect(work()).toEqual([]);
  });

  it('have no poison queue of a poison queue: they stay on it, hidden', async () => {
    vi.stubEnv('HOST_QUEUE', `${name}-poison`);
    name = `${name}-poison`;
    await send({ fail: true });
    await runHost({ queues: { maxDequeueCount: 1 } });
    await until(() => work().length > 0);
    await delay(500);
    expect(work()).toHaveLength(1);
    expect(await count(name)).toBe(1);
    expect(await count(`${name}-poison`)).toBeUndefined();
  });
});

describe('stopping', () => {
  it('finishes the message in hand and leaves the rest', async () => {
    const queue = await send({ ms: 500 });
    const { stop } = await runHost({ queues: { batchSize: 1, newBatchThreshold: 0 } });
    await until(() => work().length > 0);
    await send({ second: true });
    await stop();
    expect(work()).toHaveLength(1);
    expect(work()[0]?.ended).toBeDefined();
    expect((await queue.peekMessages()).peekedMessageItems.map((each) => each.messageText)).toEqual([
      base64('{"second":true}'),
    ]);
  });
});

describe('storage', () => {
  it('may be down for a while: one line in the log, and one when it answers again by itself', async () => {
    const ports = /QueueEndpoint=http:\/\/127.0.0.1:(\d+)/;
    const first = await startAzurite();
    const queuePort = Number(ports.exec(first.connectionString())?.[1]);
    vi.stubEnv('AzureWebJobsStorage', first.connectionString());
    const { logged, url } = await runHost();
    await delay(200);
    await first.stop();
    await until(() => logged.length > 0);
    await delay(900);
    expect(logged).toEqual([
      expect.stringMatching(/^warning work queue .* does not answer, trying on: .*ECONNREFUSED/),
    ]);
    expect((await fetch(`${url}/api/same`)).status).toBe(200);

    const second = await startAzurite({ queuePort });
    try {
      const queue = QueueServiceClient.fromConnectionString(second.connectionString()).getQueueClient(name);
      await queue.create();
      await queue.sendMessage(base64('{"back":true}'));
      expect((await until(() => work()[0])).message).toEqual({ back: true });
      expect(logged.slice(1)).toEqual([expect.stringMatching(/^information work queue .* answers again$/)]);
    } finally {
      await second.stop();
    }
  });

  it('backs off from 100 ms to the longest interval, and begins again after a message', () => {
    const backOff = createBackOff(1000);
    const delays = Array.from({ length: 8 }, () => backOff.next());
    expect(delays[0]).toBe(100);
    for (const [i, each] of delays.entries())
      if (i > 0) expect(each).toBeGreaterThanOrEqual(delays[i - 1] ?? 0);
    expect(delays.at(-1)).toBe(1000);
    backOff.reset();
    expect(backOff.next()).toBe(100);
  });
});
