import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../../shared/altinn/pace.ts';
import { type Due, DueFollowUps, type Rank, ranks } from '../../../shared/follow-ups/due.ts';
import { releaseDue } from '../../../shared/follow-ups/release.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const leaseMs = 900_000;
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function start() {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const due = new DueFollowUps(storage.table('due'));
  const followUps = new FollowUps(storage.table('timeline'));
  const at = (ms: number) => new Date(storage.now + ms).toISOString();
  /** An open follow-up that is due so many milliseconds from now. */
  const open = async (number: number, ms: number, rank: Rank = 'pushed-opening') => {
    const one = { kind: 'never-read', correspondenceId: idOf(number) } as const;
    await followUps.add({ ...one, state: 'open', openedAt: at(0), dueAt: at(ms) });
    await due.add({ ...one, at: at(ms), rank });
  };
  const release = (slots?: { count: number; firstMs: number; intervalMs: number }, pause?: Pause) =>
    releaseDue({
      due: new DueFollowUps(storage.table('due', pause)),
      followUps: new FollowUps(storage.table('timeline', pause)),
      queue: storage.queue('follow-ups', pause),
      pace: slots && { take: async () => slots },
      leaseMs,
      now,
    });
  const queued = () =>
    storage.messages('follow-ups').map(({ text, visibleAt }) => ({
      ...JSON.parse(Buffer.from(text, 'base64').toString()).body,
      delayMs: visibleAt - storage.now,
    }));
  return { storage, due, followUps, open, release, queued, at };
}

describe('releaseDue', () => {
  it('releases what is due, leased, and nothing else', async () => {
    const { storage, open, release, queued, followUps } = start();
    await open(1, 0);
    await open(2, 1);
    await open(3, 3_600_000);
    expect(await release()).toEqual({ released: 1, more: false, held: 0 });
    expect(queued()).toMatchObject([{ correspondenceId: idOf(1), lease: expect.any(String) }]);
    const [leased] = await followUps.of(idOf(1));
    expect(leased?.lease).toEqual({
      rank: 'pushed-opening',
      id: queued()[0].lease,
      until: new Date(storage.now + leaseMs).toISOString(),
    });
  });

  it('costs as much among a hundred thousand that wait as among a hundred', async () => {
    const counts: number[] = [];
    for (const waiting of [100, 100_000]) {
      const { storage, open, release, queued, due, at } = start();
      for (let number = 0; number < 10; number++) await open(number, -number);
      const never = { kind: 'never-read', correspondenceId: idOf(99) } as const;
      for (let number = 0; number < waiting; number++) {
        await due.add({
          ...never,
          correspondenceId: idOf(1000 + number),
          at: at(60_000 + number),
          rank: 'pushed-opening',
        });
      }
      const before = storage.operations;
      await release();
      counts.push(storage.operations - before);
      expect(queued()).toHaveLength(10);
    }
    // Five queries, and five operations for each: read, lease, due again, send, remove.
    expect(counts).toEqual([5 + 10 * 5, 5 + 10 * 5]);
  }, 60_000);

  it('keeps to the pace, spreads over it, and says that there is more', async () => {
    const { storage, open, release, queued } = start();
    for (let number = 0; number < 30; number++) await open(number, -number);
    expect(await release({ count: 10, firstMs: 1_000, intervalMs: 500 })).toEqual({
      released: 10,
      more: true,
      held: 0,
    });
    // Each is there a second or two before its turn.
    const turns = Array.from({ length: 10 }, (_, slot) => 1_000 + slot * 500);
    expect(queued().map(({ askAt }) => Date.parse(askAt) - storage.now)).toEqual(turns);
    for (const { askAt, delayMs } of queued()) {
      const ahead = Date.parse(askAt) - storage.now - delayMs;
      expect(ahead).toBeGreaterThanOrEqual(1_000);
      expect(ahead).toBeLessThan(2_000);
    }
    expect(await release({ count: 0, firstMs: 0, intervalMs: 0 })).toEqual({
      released: 0,
      more: true,
      held: 0,
    });
  });

  it('takes many through at the default ceiling and never above it, with any number of instances', async () => {
    const { storage, open, due, followUps, queued } = start();
    const letters = 5_000;
    for (let number = 0; number < letters; number++) await open(number, -1);
    const now = () => new Date(storage.now);
    const instances = Array.from({ length: 3 }, () => ({
      pace: new Pace(storage.table('shared'), { rate: 2, maxRate: 10, now: () => storage.now }),
    }));
    const asked: number[] = [];
    let minutes = 0;
    for (; storage.messages('follow-ups').length < letters && minutes < 60; minutes++) {
      const queue = storage.queue('follow-ups');
      await Promise.all(
        instances.map(({ pace }) => releaseDue({ due, followUps, queue, pace, leaseMs, now })),
      );
      storage.now += 60_000;
    }
    const began = storage.now - minutes * 60_000;
    for (const { askAt } of queued()) {
      const second = Math.floor((Date.parse(askAt) - began) / 1_000);
      asked[second] = (asked[second] ?? 0) + 1;
    }
    expect(Math.max(...asked.filter(Boolean))).toBeLessThanOrEqual(11);
    expect(minutes).toBeLessThanOrEqual(15);
  }, 60_000);

  it('takes closings first, for half of the pace, and what Altinn brought before what was pushed', async () => {
    const { open, release, queued } = start();
    let number = 0;
    for (const rank of [...ranks].reverse())
      for (let each = 0; each < 4; each++) await open(number++, -number, rank);
    await release({ count: 10, firstMs: 0, intervalMs: 1_000 });
    const rankOf = (id: string) => [...ranks].reverse()[Math.floor(Number(id.slice(-12)) / 4)];
    const order = queued()
      .sort((a, b) => a.delayMs - b.delayMs)
      .map(({ correspondenceId }) => rankOf(correspondenceId));
    expect(order.filter((rank) => rank === 'verified-closing')).toHaveLength(4);
    expect(order.filter((rank) => rank === 'pushed-closing')).toHaveLength(1);
    expect(order.filter((rank) => rank === 'verified-opening')).toHaveLength(4);
    expect(order.filter((rank) => rank === 'pushed-opening')).toHaveLength(1);
  });

  it('holds back what opens while Altinn is asked for lists, and lets through what settles', async () => {
    const { storage, due, followUps, open, queued } = start();
    await open(1, 0, 'verified-opening');
    await open(2, 0, 'pushed-opening');
    await open(3, 0, 'pushed-closing');
    const asked: (readonly string[])[] = [];
    let areHeld = true;
    const askTogether = async (ids: readonly string[]) => {
      asked.push(ids);
      return areHeld;
    };
    const queue = storage.queue('follow-ups');
    const deps = { due, followUps, queue, askTogether, leaseMs, now: () => new Date(storage.now) };
    expect(await releaseDue(deps)).toEqual({ released: 1, more: true, held: 2 });
    expect(asked).toEqual([[idOf(1), idOf(2)]]);
    expect(queued()).toMatchObject([{ correspondenceId: idOf(3) }]);
    areHeld = false;
    expect(await releaseDue(deps)).toEqual({ released: 2, more: false, held: 0 });
  });

  it('has one live message a follow-up, however many ticks and instances there are, until its lease is over', async () => {
    const { storage, open, release, queued } = start();
    await open(1, 0);
    await Promise.all([release(), release(), release()]);
    await release();
    expect(queued()).toHaveLength(1);
    storage.now += leaseMs - 1;
    await release();
    expect(queued()).toHaveLength(1);
    storage.now += 1;
    await release();
    const leases = queued().map(({ lease }) => lease);
    expect(new Set(leases).size).toBe(2);
  });

  it('leaves what settles a follow-up for when its live message is done', async () => {
    const { storage, due, followUps, open, release, queued, at } = start();
    await open(1, 0);
    await release();
    await due.add({ kind: 'never-read', correspondenceId: idOf(1), at: at(0), rank: 'pushed-closing' });
    await release();
    expect(queued()).toHaveLength(1);
    const [stored] = await followUps.of(idOf(1));
    const { etag, ...followUp } = stored as NonNullable<typeof stored>;
    await followUps.save({ ...followUp, state: 'notified', lease: undefined, dueAt: undefined }, etag);
    storage.now += 60_000;
    await release();
    expect(queued()).toHaveLength(2);
  });

  it('removes what was put off since, or is over', async () => {
    const { storage, followUps, open, release, queued } = start();
    await open(1, 0);
    await open(2, 0);
    for (const [number, change] of [
      [1, { dueAt: new Date(storage.now + 3_600_000).toISOString() }],
      [2, { state: 'closed' as const }],
    ] as const) {
      const [stored] = await followUps.of(idOf(number));
      const { etag, ...followUp } = stored as NonNullable<typeof stored>;
      await followUps.save({ ...followUp, ...change }, etag);
    }
    await release();
    expect([queued(), storage.rowsOf('due')]).toEqual([[], []]);
  });

  it('forgets none, and has no two live, whatever it dies at', async () => {
    const steps = fc.array(
      fc.record({ die: fc.integer({ min: 0, max: 12 }), pass: fc.constantFrom(0, 1_000, leaseMs) }),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const { storage, open, release, queued, followUps } = start();
        await open(1, 0);
        for (const { die, pass } of steps) {
          let left = die;
          const pause: Pause = () => (left-- === 0 ? new Promise(() => {}) : undefined);
          await Promise.race([
            release(undefined, pause),
            new Promise((resolve) => setImmediate(() => setImmediate(resolve))),
          ]);
          storage.now += pass;
        }
        // A message is live while the follow-up's lease is its own and not over.
        const [stored] = await followUps.of(idOf(1));
        const live = queued().filter(
          ({ lease }) => lease === stored?.lease?.id && Date.parse(stored?.lease?.until ?? '') > storage.now,
        );
        expect(live.length).toBeLessThanOrEqual(1);
        const sent = queued().length;
        storage.now += leaseMs;
        await release();
        expect(queued().length).toBe(sent + 1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('DueFollowUps', () => {
  it('lists by time, whatever the shard', async () => {
    const { due, at, storage } = start();
    const rows = Array.from({ length: 50 }, (_, number): Due => {
      return { kind: 'never-read', correspondenceId: idOf(number), at: at(-number * 60_000), rank: 'later' };
    });
    for (const row of rows) await due.add(row);
    const listed = await due.list('later', new Date(storage.now), 10);
    expect(listed.map(({ at }) => at)).toEqual(
      rows
        .slice(-10)
        .reverse()
        .map(({ at }) => at),
    );
    const partitions = new Set(storage.rowsOf('due').map(({ partitionKey }) => partitionKey.slice(-2)));
    expect(partitions.size).toBeGreaterThan(8);
  });
});
