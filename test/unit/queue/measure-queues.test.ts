import type { InvocationContext, Timer } from '@azure/functions';
import { expect, it } from 'vitest';
import { makeMeasureQueues } from '../../../functions/measure-queues.ts';
import { DueFollowUps, type Rank } from '../../../shared/follow-ups/due.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { newMessage } from '../../../shared/queue/message.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

function start() {
  const storage = new MemoryStorage();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const now = () => new Date(storage.now);
  const queues = ['one', 'two'].map((name) => ({
    queue: storage.queue(name),
    poison: storage.queue(`${name}-poison`),
  }));
  const due = new DueFollowUps(storage.table('due'));
  const deadLetters = new DeadLetters(storage.table('deadletters'), now);
  const measure = async (changed: object = {}) => {
    lines.length = 0;
    const { handler } = makeMeasureQueues({ queues, due, deadLetters, now, ...changed });
    await handler({} as Timer, { info: write, warn: write, error: write } as unknown as InvocationContext);
    return lines;
  };
  const ago = (seconds: number) => new Date(storage.now - seconds * 1_000).toISOString();
  const put = (queue: string, seconds: number, delayMs = 0) =>
    storage.put(queue, newMessage({}, { via: 'push', enqueuedAt: ago(seconds) }), delayMs);
  const isDue = (seconds: number, rank: Rank) =>
    due.add({ kind: 'never-read', correspondenceId: String(seconds), at: ago(seconds), rank });
  return { storage, queues, deadLetters, measure, put, isDue };
}

it('says of each queue how long it is and how old what can be seen, of what is due how much, and of dead letters how many', async () => {
  const { storage, deadLetters, measure, put, isDue } = start();
  put('one', 40);
  put('one', 900);
  // Hidden while it is retried: it says its age itself. So it does when it can be seen again.
  put('one', 5_000, 60_000);
  storage.put('one', {
    ...newMessage({}, { via: 'push', enqueuedAt: '2026-08-01T00:00:00.000Z' }),
    attempt: 9,
  });
  storage.put('one', { of: 'somebody else' });
  put('one-poison', 10);
  await deadLetters.add('one', { a: 1 }, 'a reason');
  await deadLetters.add('one', { a: 2 }, 'a reason');
  await isDue(30, 'later');
  await isDue(120, 'pushed-opening');
  await isDue(-60, 'verified-opening');
  expect((await measure()).sort()).toEqual([
    'dead-letters.measured queue=one count=2',
    'dead-letters.measured queue=two count=0',
    'due.measured due=2 oldestSeconds=120',
    'queue.measured queue=one length=5 oldestSeconds=900 poison=1',
    'queue.measured queue=two length=0 oldestSeconds=0 poison=0',
  ]);
});

it('measures what it can where something does not answer, and says what does not', async () => {
  const { queues, measure } = start();
  const fails = () => Promise.reject(new Error('ECONNREFUSED'));
  const [one, two] = queues as [(typeof queues)[0], (typeof queues)[0]];
  const broken = { queue: { name: 'one', measure: fails }, poison: one.poison };
  const lines = await measure({ queues: [broken, two], due: { overdue: fails } });
  expect([...lines].sort()).toEqual([
    'queue.measured queue=two length=0 oldestSeconds=0 poison=0',
    'storage.failed service=queues reason=ECONNREFUSED',
    'storage.failed service=tables reason=ECONNREFUSED',
  ]);
});

it('measures the queues while the tables are away', async () => {
  const { measure } = start();
  const fails = () => Promise.reject(new Error('no answer'));
  const lines = await measure({ due: { overdue: async () => [] }, deadLetters: { count: fails } });
  expect([...lines].sort()).toEqual([
    'due.measured due=0 oldestSeconds=0',
    'queue.measured queue=one length=0 oldestSeconds=0 poison=0',
    'queue.measured queue=two length=0 oldestSeconds=0 poison=0',
    'storage.failed service=tables reason="no answer"',
  ]);
});
