import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it, vi } from 'vitest';
import { calls, runHost } from '../../support/host.ts';
import { until } from '../../support/until.ts';

const ticks = () => calls('tick');
beforeEach(() => {
  vi.stubEnv('HOST_TIMER', '* * * * * *');
});

it('runs at the seconds of its NCRONTAB schedule, and gives what the real host gives: no status below a minute', async () => {
  const { functions } = await runHost();
  expect(functions).toContainEqual({ name: 'tick', trigger: 'timer * * * * * *' });
  await until(() => ticks().length === 2);
  for (const { at } of ticks()) expect(at % 1000).toBeLessThan(200);
  expect(new Set(ticks().map(({ at }) => Math.floor(at / 1000))).size).toBe(2);
  expect(ticks()[0]?.timer).toEqual({
    schedule: { adjustForDST: true },
    scheduleStatus: null,
    isPastDue: false,
  });
});

it('runs at start when it is told to, with the status of a longer schedule', async () => {
  vi.stubEnv('HOST_TIMER', '0 0 12 1 1 *');
  vi.stubEnv('HOST_TIMER_ON_START', '1');
  await runHost();
  const year =
    new Date().getUTCFullYear() +
    (new Date() < new Date(Date.UTC(new Date().getUTCFullYear(), 0, 1, 12)) ? 0 : 1);
  expect((await until(() => ticks()[0])).timer?.scheduleStatus).toEqual({
    last: '0001-01-01T00:00:00',
    next: `${year}-01-01T12:00:00.000Z`,
    lastUpdated: '0001-01-01T00:00:00',
  });
});

it('takes a step after a number, as NCRONTAB does', async () => {
  vi.stubEnv('HOST_TIMER', '0/2 * * * * *');
  const { functions } = await runHost();
  expect(functions).toContainEqual({ name: 'tick', trigger: 'timer 0/2 * * * * *' });
  await until(() => ticks().length === 2);
  const [first, second] = ticks().map(({ at }) => Math.floor(at / 1000));
  expect([(first ?? 1) % 2, (second ?? 0) - (first ?? 0)]).toEqual([0, 2]);
});

it('takes a time span, and never runs twice at once', async () => {
  vi.stubEnv('HOST_TIMER', '00:00:00.100');
  vi.stubEnv('HOST_TIMER_TAKES', '300');
  await runHost();
  await until(() => ticks().length === 4);
  for (const [i, { at }] of ticks().entries())
    if (i > 0) expect(at).toBeGreaterThanOrEqual(ticks()[i - 1]?.ended ?? Infinity);
});

it('finishes the run in hand when the host stops, and runs no more', async () => {
  vi.stubEnv('HOST_TIMER', '00:00:00.100');
  vi.stubEnv('HOST_TIMER_TAKES', '300');
  const { stop } = await runHost();
  await until(() => ticks().length === 1);
  await stop();
  expect(ticks()[0]?.ended).toBeDefined();
  await delay(300);
  expect(ticks()).toHaveLength(1);
});

it.each(['every monday', '99 * * * * *', '2030-01-01T00:00:00', '%NOT_SET%'])(
  'rejects the schedule %s',
  async (schedule) => {
    vi.stubEnv('HOST_TIMER', schedule);
    await expect(runHost()).rejects.toThrow(schedule.replaceAll('%', ''));
  },
);
