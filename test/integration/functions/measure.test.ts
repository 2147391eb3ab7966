import { expect, inject, it } from 'vitest';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { newMessage } from '../../../shared/queue/message.ts';
import { connectStorage } from '../../../shared/storage/connect.ts';

const { queues, poison, tables } = connectStorage({
  connectionString: inject('storage').measure as string,
});

it('a queue that is not there yet is empty', async () => {
  expect(await queues.audits.measure()).toEqual({ length: 0, first: [] });
  expect(await poison.audits.measure()).toEqual({ length: 0, first: [] });
});

it('a queue is measured with its hidden messages, and shows those that can be seen', async () => {
  const enqueuedAt = '2026-08-20T06:00:00.000Z';
  const message = newMessage({ of: 'mine' }, { via: 'push', enqueuedAt });
  await queues.reactions.send(message);
  await queues.reactions.send(message, { delayMs: 60_000 });
  expect(await queues.reactions.measure()).toEqual({
    length: 2,
    first: [{ message, insertedOn: expect.any(Date) }],
  });
  // Looking takes nothing.
  expect((await queues.reactions.measure()).first).toHaveLength(1);
});

it('dead letters are counted to a limit, of a table that is there or not', async () => {
  const deadLetters = new DeadLetters(tables.deadLetters);
  expect(await deadLetters.count('events', 10)).toBe(0);
  for (let n = 0; n < 3; n++) await deadLetters.add('events', { n }, 'a reason');
  await deadLetters.add('others', {}, 'a reason');
  expect(await deadLetters.count('events', 10)).toBe(3);
  expect(await deadLetters.count('events', 2)).toBe(2);
});
