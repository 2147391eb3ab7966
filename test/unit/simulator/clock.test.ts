import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../infra/simulator/clock.ts';

const hour = 3600 * 1000;

describe('a clock that stands still', () => {
  it('moves from timer to timer and shows each its time', async () => {
    const clock = new SimulatedClock({ scale: 0, start: 1000 });
    const ran: [string, number][] = [];
    const note = (name: string) => () => ran.push([name, clock.now()]);
    clock.after(3 * hour, note('third'));
    clock.after(hour, () => {
      note('first')();
      clock.after(hour, note('second'));
    });
    clock.after(hour, note('tie'));
    clock.after(9 * hour, note('later'));
    clock.after(2 * hour, note('cancelled'))();
    await delay(20);
    expect([ran, clock.now()]).toEqual([[], 1000]);
    await clock.advance(4 * hour);
    expect(ran).toEqual([
      ['first', 1000 + hour],
      ['tie', 1000 + hour],
      ['second', 1000 + 2 * hour],
      ['third', 1000 + 3 * hour],
    ]);
    expect([clock.now(), clock.pending]).toEqual([1000 + 4 * hour, 1]);
  });

  it('waits until what a timer began has settled, before the next', async () => {
    const clock = new SimulatedClock({ scale: 0, start: 0 });
    const seen: string[] = [];
    let work = Promise.resolve();
    const begin = (name: string) => () => {
      seen.push(`${name} begins`);
      work = delay(10).then(() => {
        seen.push(`${name} ends`);
      });
    };
    clock.after(1, begin('one'));
    clock.after(2, begin('two'));
    await Promise.all([clock.advance(1, () => work), clock.advance(1, () => work)]);
    expect(seen).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });
});

describe('a fast clock', () => {
  it('makes an hour a second', async () => {
    const clock = new SimulatedClock({ scale: 3600, start: 0 });
    const begun = performance.now();
    await clock.sleep(hour / 2);
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(490);
    expect(took).toBeLessThan(5000);
    expect(clock.now()).toBeGreaterThanOrEqual(hour / 2);
    clock.stop();
  });

  it('runs what waits in order, also what is added before the earliest', async () => {
    const clock = new SimulatedClock({ scale: 100_000, start: 0 });
    const ran: number[] = [];
    for (const hours of [3, 1, 2]) clock.after(hours * hour, () => ran.push(hours));
    await clock.sleep(4 * hour);
    expect(ran).toEqual([1, 2, 3]);
    clock.stop();
  });

  it('runs nothing once it is stopped', async () => {
    const clock = new SimulatedClock({ scale: 3600, start: 0 });
    let ran = false;
    clock.after(10_000, () => {
      ran = true;
    });
    clock.stop();
    await delay(30);
    expect(ran).toBe(false);
  });

  it('can be moved ahead too', async () => {
    const clock = new SimulatedClock({ scale: 1, start: 0 });
    let ran = false;
    clock.after(24 * hour, () => {
      ran = true;
    });
    await clock.advance(25 * hour);
    expect(ran).toBe(true);
    expect(clock.now()).toBeGreaterThanOrEqual(25 * hour);
    clock.stop();
  });
});
