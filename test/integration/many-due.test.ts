import { expect, it } from 'vitest';
import { playManyDue } from '../support/many-due.ts';

/** `LETTERS=100000 npx vitest run test/integration/many-due.test.ts` plays as many as the promise is about. */
const letters = Number(process.env.LETTERS ?? 10_000);
const ceiling = 10;
/** From two a second to ten takes some minutes. */
const risingMinutes = 10;

it('has many that are due together through at the default ceiling, and never above it', async () => {
  const { minutes, busiest, states, asked, lists } = await playManyDue(letters, () => false);
  expect(busiest).toBeLessThanOrEqual(ceiling);
  expect(minutes).toBeLessThan(letters / ceiling / 60 + risingMinutes);
  expect(states).toEqual({ notified: letters });
  expect(lists).toBeLessThanOrEqual(5 * Math.ceil(minutes / 60));
  expect(asked).toBe(letters + lists);
}, 300_000);

it('has lists settle those that Altinn knows to be settled, and asks about the others alone', async () => {
  const { minutes, busiest, states, asked, lists } = await playManyDue(
    letters,
    (letter) => letter % 10 !== 0,
  );
  expect(busiest).toBeLessThanOrEqual(ceiling);
  expect(minutes).toBeLessThan(letters / 10 / ceiling / 60 + risingMinutes);
  expect(states).toEqual({ notified: letters / 10, suppressed: (letters * 9) / 10 });
  expect(lists).toBeLessThan(letters / 300 + 20);
  expect(asked - lists).toBe(letters / 10);
}, 300_000);
