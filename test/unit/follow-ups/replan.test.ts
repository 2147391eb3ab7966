import { describe, expect, it } from 'vitest';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { LiveFollowUps } from '../../../shared/follow-ups/live-follow-ups.ts';
import type { Policy } from '../../../shared/follow-ups/policy/policy.ts';
import { type Replanned, replan } from '../../../shared/follow-ups/replan.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { MemoryStorage, type Pause } from '../../support/memory-storage.ts';
import { policyOf, type StepGiven } from '../../support/policy.ts';

const [minute, day] = [60_000, 24 * 3_600_000];
const kind = 'never-read' as const;
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const policyWith = (...steps: StepGiven[]) => policyOf({ [kind]: steps });
const slow = policyWith(['case-team', 'PT0S'], ['print', 'P60D']);
const fast = policyWith(['case-team', 'PT0S'], ['print', 'P10D']);

/** Follow-ups of which the first step was taken, and the second waits for sixty days. */
async function start(count: number, changes: (n: number) => Partial<FollowUp> = () => ({})) {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const at = now().toISOString();
  const dueAt = new Date(storage.now + 60 * day).toISOString();
  const parts = (pause: Pause = () => {}) => {
    const live = new LiveFollowUps(storage.table('livefollowups', pause), now);
    const followUps = new FollowUps(storage.table('timeline', pause), live);
    return { live, followUps, due: new DueFollowUps(storage.table('due', pause)) };
  };
  const { followUps, due } = parts();
  for (let n = 0; n < count; n++) {
    const taken = [{ key: 'case-team', channel: 'case-team', at }];
    await followUps.add({
      ...{ kind, correspondenceId: idOf(n), state: 'notified', openedAt: at, notifiedAt: at, factAt: at },
      ...{ dueAt, taken, plannedBy: slow.hash, verified: true },
      ...changes(n),
    });
    await due.add({ kind, correspondenceId: idOf(n), at: dueAt, rank: 'verified-opening' });
  }
  let watches = 0;
  const run = (
    policy: Policy,
    { startedAt = now(), pause = undefined as Pause | undefined, runMs = 20_000 } = {},
  ) =>
    replan({
      table: storage.table('shared', pause),
      ...parts(pause),
      ...{ policy, graceMs: 30 * minute, now, startedAt, runMs },
      replanWatches: async () => {
        watches++;
        return undefined;
      },
    });
  const times = async () => {
    const stored = await Promise.all(Array.from({ length: count }, (_, n) => followUps.get(idOf(n), kind)));
    return stored.map((each) => Math.round((Date.parse(each?.dueAt ?? '') - Date.parse(at)) / day));
  };
  return { storage, run, times, watched: () => watches, rows: () => storage.rowsOf('due') };
}

const until = async (run: () => Promise<Replanned | undefined>) => {
  const all: Replanned[] = [];
  for (let result = await run(); result; result = await run()) {
    all.push(result);
    if (result.done || all.length > 50) break;
  }
  return all;
};

describe('a changed policy', () => {
  it('has what waits come sooner, once, and then costs one operation a run', async () => {
    const { storage, run, times, watched, rows } = await start(250);
    await until(() => run(slow));
    storage.now += minute;
    const results = await until(() => run(fast));
    expect(results.reduce((sum, { sooner }) => sum + sooner, 0)).toBe(250);
    expect(results.at(-1)?.done).toBe(true);
    expect(new Set(await times())).toEqual(new Set([10]));
    expect(watched()).toBe(2);
    const before = storage.operations;
    expect(await run(fast)).toBeUndefined();
    expect(storage.operations - before).toBe(1);
    // Those of the old time are removed when that comes.
    expect(rows()).toHaveLength(500);
  });

  it('writes nothing of what comes later: that is found out in its time', async () => {
    const { storage, run, times, rows } = await start(20);
    await until(() => run(slow));
    storage.now += minute;
    await until(() => run(policyWith(['case-team', 'PT0S'], ['print', 'P90D'])));
    expect([new Set(await times()), rows().length]).toEqual([new Set([60]), 20]);
  });

  it('is no affair of a process that was started before it', async () => {
    const { storage, run, times } = await start(5);
    const startedAt = new Date(storage.now - minute);
    await until(() => run(slow, { startedAt }));
    storage.now += minute;
    await until(() => run(fast));
    // The one that is being replaced would have all at its own times again.
    expect(await run(slow, { startedAt })).toBeUndefined();
    expect(await run(fast)).toBeUndefined();
    expect(new Set(await times())).toEqual(new Set([10]));
  });

  it('takes over an hour later all the same: one of the version before may have started last', async () => {
    const { storage, run, times } = await start(5);
    await until(() => run(slow));
    storage.now += minute;
    const startedAt = new Date(storage.now);
    storage.now += minute;
    // An instance of the old package that starts now.
    await until(() => run(policyWith(['case-team', 'PT0S'], ['print', 'P70D'])));
    expect(await run(fast, { startedAt })).toBeUndefined();
    storage.now += 60 * minute;
    await until(() => run(fast, { startedAt }));
    expect(new Set(await times())).toEqual(new Set([10]));
  });

  it('tells nobody a step that was long past for what had all its steps behind it', async () => {
    const { storage, run, times, rows } = await start(5, (n) => (n < 4 ? { dueAt: undefined } : {}));
    await until(() => run(slow));
    storage.now += 30 * day;
    const before = rows().length;
    await until(() => run(fast));
    expect(await times()).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 30]);
    expect(rows().length).toBe(before + 1);
  });

  it('leaves what somebody is at, and comes back for it', async () => {
    const lease = (at: number) => ({ id: 'a lease', until: new Date(at + 15 * minute).toISOString() });
    const { storage, run, times } = await start(4, (n) =>
      n === 2 ? { lease: lease(Date.parse('2026-08-20T06:00:00Z')) } : {},
    );
    await until(() => run(slow));
    storage.now += minute;
    await run(fast);
    expect(await times()).toEqual([10, 10, 60, 10]);
    expect(await run(fast), 'not before five minutes have passed').toBeUndefined();
    const stored = storage.rowsOf('timeline', idOf(2))[0];
    storage.alter('timeline', idOf(2), stored?.rowKey ?? '', { lease: undefined, leasedUntil: undefined });
    storage.now += 5 * minute;
    expect(await run(fast)).toEqual({ sooner: 1, done: true });
    expect(await times()).toEqual([10, 10, 10, 10]);
  });

  it('does not hasten what waits for Altinn or is put off by a person', async () => {
    const { storage, run, times } = await start(2, (n) =>
      n === 0
        ? { waitingFor: 'Altinn answered 503', waitingSince: '2026-08-20T06:00:00.000Z' }
        : { snoozedUntil: '2026-09-19T06:00:00.000Z' },
    );
    await until(() => run(slow));
    storage.now += minute;
    await until(() => run(fast));
    expect(await times()).toEqual([60, 30]);
  });

  it('goes on where it was after a death at any operation, and forgets none', async () => {
    for (let deadly = 1; ; deadly++) {
      const { storage, run, times, rows } = await start(12);
      await until(() => run(slow));
      storage.now += minute;
      let operations = 0;
      const dies: Pause = () => {
        if (++operations === deadly) throw new Error('the process died');
      };
      const isDead = await run(fast, { pause: dies }).then(
        () => false,
        () => true,
      );
      // Each has a row for when it is due, whatever was cut short.
      const noted = new Set(rows().map(({ correspondenceId, at }) => `${correspondenceId} ${at}`));
      for (const row of storage.rowsOf('timeline'))
        expect(noted).toContain(`${row.partitionKey} ${row.dueAt}`);
      storage.now += 5 * minute;
      await until(() => run(fast));
      expect(new Set(await times()), `after a death at operation ${deadly}`).toEqual(new Set([10]));
      if (!isDead) break;
    }
  });
});
