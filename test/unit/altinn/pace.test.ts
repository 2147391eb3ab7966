import { describe, expect, it } from 'vitest';
import { Pace } from '../../../shared/altinn/pace.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

function start(rate = 2, maxRate = 10) {
  const storage = new MemoryStorage();
  const instance = () =>
    new Pace(storage.table('shared'), {
      rate,
      maxRate,
      now: () => storage.now,
      sleep: async (ms) => pass(ms),
    });
  const pass = (ms: number) => {
    storage.now += ms;
  };
  return { storage, instance, pass };
}

describe('the pace towards Altinn', () => {
  it('gives out a minute at the most, of all instances together', async () => {
    const { instance } = start();
    const taken = await Promise.all(Array.from({ length: 5 }, () => instance().take(1_000)));
    const count = taken.reduce((sum, slots) => sum + slots.count, 0);
    expect(count).toBeGreaterThanOrEqual(120);
    expect(count).toBeLessThanOrEqual(122);
    expect(taken.filter((slots) => slots.count > 0)[0]).toMatchObject({ firstMs: 0, intervalMs: 500 });
  });

  it('rises by a tenth every twenty seconds, up to the ceiling and never above it', async () => {
    const { instance, pass } = start();
    const pace = instance();
    const perMinute: number[] = [];
    for (let minute = 0; minute < 40; minute++) {
      perMinute.push((await pace.take(10_000)).count);
      pass(60_000);
    }
    expect(perMinute[0]).toBe(120);
    expect(perMinute[1]).toBeGreaterThan(125);
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(600);
    expect(perMinute.at(-1)).toBeGreaterThan(590);
  });

  it('costs a fraction of a storage operation a question', async () => {
    const { storage, instance } = start(10);
    const pace = instance();
    const { count } = await pace.take(1_000);
    for (let question = 0; question < count; question++) await pace.answered(50);
    expect(storage.operations / count).toBeLessThan(0.05);
  });

  it('halves when Altinn says 429 or does not answer, stays away as long as it asks, and rises again', async () => {
    const { instance, pass } = start(8);
    const pace = instance();
    expect((await pace.take(1)).intervalMs).toBe(125);
    await pace.silent(45_000);
    expect((await pace.take(10)).count).toBe(0);
    pass(45_000);
    expect((await pace.take(10)).intervalMs).toBeGreaterThan(200);
    await pace.answered(100);
    pass(60_000);
    const slower = (await pace.take(1_000)).count;
    pass(60_000);
    expect((await pace.take(1_000)).count).toBeGreaterThan(slower);
  });

  it('slows down when answers get slower', async () => {
    const { instance, pass } = start(10);
    const pace = instance();
    for (let slow = 0; slow < 3; slow++) {
      await pace.answered(8_000);
      pass(11_000);
    }
    expect((await pace.take(10)).intervalMs).toBeGreaterThan(250);
  });

  it('stops while Altinn is down, in every instance, and one probe ends that', async () => {
    const { instance, pass } = start(10);
    const [one, other] = [instance(), instance()];
    for (let failures = 0; failures < 5; failures++) await one.silent();
    expect([(await one.take(10)).count, (await other.take(10)).count]).toEqual([0, 0]);
    pass(30_000);
    const probes = await Promise.all([one.take(10), other.take(10), other.take(10)]);
    expect(probes.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    await one.silent();
    pass(30_000);
    expect((await other.take(10)).count).toBe(0);
    pass(60_000);
    expect((await other.take(10)).count).toBe(1);
    await other.answered(100);
    expect((await one.take(10)).count).toBe(10);
  });

  it('takes what fails together for one trouble: it halves once, and only a probe keeps the way closed longer', async () => {
    const { instance, pass } = start(8);
    const [one, other] = [instance(), instance()];
    expect((await one.take(20)).count).toBe(20);
    for (let underWay = 0; underWay < 20; underWay++) await (underWay % 2 ? one : other).silent();
    pass(29_000);
    expect((await one.take(10)).count).toBe(0);
    pass(1_000);
    expect((await one.take(10)).count).toBe(1);
    await one.answered(100);
    const { count, intervalMs } = await other.take(10);
    expect(count).toBe(10);
    expect(1_000 / intervalMs).toBeGreaterThan(3.9);
  });

  it('has a moment that was taken waited for, and costs nothing for that', async () => {
    const { storage, instance } = start();
    const at = storage.now + 1_700;
    const before = storage.operations;
    expect(await instance().turn(at)).toBe('now');
    expect(storage.now).toBe(at);
    expect(storage.operations).toBe(before);
  });

  it('gives a new moment for one that has passed, so that what was held up does not come all at once', async () => {
    const { storage, instance, pass } = start();
    const pace = instance();
    const at = storage.now;
    pass(30_000);
    const moments: number[] = [];
    for (let late = 0; late < 10; late++) {
      expect(await pace.turn(at + late * 500)).toBe('now');
      moments.push(storage.now);
    }
    const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] as number));
    expect(Math.min(...gaps)).toBeGreaterThan(400);
  });

  it('has nothing asked where no moment is near, or Altinn is away', async () => {
    const { instance, pass, storage } = start();
    await instance().take(1_000);
    const before = storage.now;
    expect(await instance().turn()).toBe('taken');
    expect(storage.now).toBe(before);
    pass(60_000);
    expect(await instance().turn()).toBe('now');
    for (let failure = 0; failure < 5; failure++) await instance().silent();
    expect(await instance().turn()).toBe('closed');
  });

  it('leaves the rest of a minute to others where only a part of it is wanted', async () => {
    const { instance } = start(10);
    const slots = await instance().take(1_000, { spanMs: 12_000 });
    expect(slots.count).toBe(120);
    expect(await instance().turn()).toBe('taken');
    expect((await instance().take(1_000)).count).toBe(480);
  });
});

describe('who goes ahead', () => {
  it('waits for nobody, and has those who come after wait that much longer', async () => {
    const { storage, instance } = start(1);
    const pace = instance();
    await pace.take(5);
    const at = storage.now;
    expect(await pace.ahead()).toBe('now');
    expect(storage.now).toBe(at);
    expect((await instance().take(1)).firstMs).toBe(6_000);
  });

  it('puts others off by half a minute at the most, and costs the same for many at once', async () => {
    const { storage, instance } = start(1);
    const pace = instance();
    const turns = await Promise.all(Array.from({ length: 100 }, () => pace.ahead()));
    expect(new Set(turns)).toEqual(new Set(['now']));
    expect(storage.operations).toBeLessThanOrEqual(4);
    expect((await instance().take(1)).firstMs).toBe(30_000);
    await pace.ahead();
    expect((await instance().take(1, { withinMs: 60_000 })).firstMs).toBe(31_000);
  });

  it('goes even where all turns that are near are taken', async () => {
    const { instance } = start(1);
    const pace = instance();
    await pace.take(1_000);
    expect(await pace.turn()).toBe('taken');
    expect(await pace.ahead()).toBe('now');
  });

  it('leaves Altinn alone where that is asked, or it is down; then it is the one probe', async () => {
    const { instance, pass } = start();
    const pace = instance();
    await pace.silent(60_000);
    expect(await pace.ahead()).toBe('closed');
    pass(60_000);
    expect(await pace.ahead()).toBe('now');
    for (let failure = 0; failure < 5; failure++) await pace.silent();
    expect(await pace.ahead()).toBe('closed');
    pass(30_000);
    const [one, other] = [instance(), instance()];
    const turns = await Promise.all([one.ahead(), one.ahead(), other.ahead(), other.ahead()]);
    expect(turns.toSorted()).toEqual(['closed', 'closed', 'closed', 'now']);
    await pace.answered(50);
    expect(await instance().ahead()).toBe('now');
  });
});
