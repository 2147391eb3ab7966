import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventName, typePrefix, type WatchdogKind } from '../../../shared/events/catalogue.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import type { PolicyStep, Rule } from '../../../shared/follow-ups/policy/policy.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { releaseWatches } from '../../../shared/follow-ups/watch/release-watches.ts';
import { replanWatches } from '../../../shared/follow-ups/watch/replan-watches.ts';
import { makeWatch } from '../../../shared/follow-ups/watch/watch.ts';
import { type Watch, Watches } from '../../../shared/follow-ups/watch/watches.ts';
import type { Via } from '../../../shared/queue/message.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { track } from '../../../shared/tracking/track.ts';
import { eventOf } from '../../support/fixture.ts';
import { logInto } from '../../support/log.ts';
import { MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const resource = 'urn:altinn:resource:watched';
const day = 86_400_000;
const graceMs = 300_000;

function start(days: Partial<Record<WatchdogKind, number>> = { unread: 7 }, isAsked = true) {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const begin = storage.now;
  const at = (inDays: number) => new Date(begin + inDays * day).toISOString();
  const policy = {
    days: { ...days },
    rule(kind: string, of: string | undefined): Rule | undefined {
      const after = of === resource ? policy.days[kind as WatchdogKind] : undefined;
      return after === undefined ? undefined : { steps: [], watchAfter: { iso: `P${after}D` } };
    },
    timeOf: ({ after }: PolicyStep, from: string) =>
      new Date(Date.parse(from) + Number(/\d+/.exec('iso' in after ? after.iso : '')) * day),
  };
  const since = async () => at(-1);
  const lines: string[] = [];
  const log = logInto((line) => void lines.push(line));
  const over = (pause?: Pause) => ({
    watches: new Watches(storage.table('due', pause)),
    followUps: new FollowUps(storage.table('timeline', pause)),
    due: new DueFollowUps(storage.table('due', pause)),
    timeline: new Timeline(storage.table('timeline', pause)),
  });
  const happens = (name: EventName, changes: object = {}, via: Via = 'pull', pause?: Pause) => {
    const { watches, timeline } = over(pause);
    const event = {
      ...eventOf('subject-person'),
      ...{ type: typePrefix + name, id: `${name}-${via}`, resource, resourceinstance: letter },
      ...{ time: now().toISOString(), ...changes },
    };
    return track(eventMessage(event as never, { via, enqueuedAt: now().toISOString() }), false, {
      timeline,
      consequences: [makeWatch({ watches, policy, since, now })],
      log,
    });
  };
  const tick = (pause?: Pause) =>
    releaseWatches({ ...over(pause), policy, since, graceMs, isAsked, now }, log);
  const pass = (inDays: number) => {
    storage.now = begin + inDays * day;
  };
  const rows = () => storage.rowsOf('due');
  const watched = () =>
    rows().filter(({ partitionKey }) => partitionKey.startsWith('watch-')) as unknown as Watch[];
  const checks = () => rows().filter(({ partitionKey }) => !partitionKey.startsWith('watch-'));
  const followUp = async () => (await over().followUps.of(letter))[0];
  const replan = (position?: string, max?: number) => replanWatches({ ...over(), policy, max }, position);
  return {
    ...over(),
    storage,
    policy,
    at,
    happens,
    tick,
    pass,
    watched,
    checks,
    followUp,
    replan,
    lines,
  };
}

describe('a letter is watched', () => {
  it('from the fact on, at the price of one table operation for an event and kind', async () => {
    const { storage, happens, watched, at } = start({ unread: 7, unconfirmed: 3 });
    await happens('correspondencepublished');
    expect(storage.operations).toBe(1 + 2);
    expect(watched().map(({ kind, at: moment, from }) => [kind, moment, from])).toEqual([
      ['unconfirmed', at(3), at(0)],
      ['unread', at(7), at(0)],
    ]);
    await happens('correspondencereceiverread');
    expect(storage.operations).toBe(1 + 2 + 1);
  });

  it.each<[string, object, number]>([
    ['of another resource', { resource: 'urn:altinn:resource:other' }, 0],
    ['of no resource', { resource: undefined }, 0],
    ['whose time was over before the start line', { time: '2020-01-01T00:00:00Z' }, 0],
    ['of today', {}, 1],
  ])('not where the policy does not say so: one %s', async (_, changes, count) => {
    const { happens, watched } = start();
    await happens('correspondencepublished', changes);
    expect(watched()).toHaveLength(count);
  });

  it('no longer than from now, whatever time was pushed', async () => {
    const { happens, watched, at } = start();
    await happens('correspondencepublished', { time: at(400) }, 'push');
    expect(watched()).toMatchObject([{ at: at(7), from: at(0) }]);
  });
});

describe('when its time has come', () => {
  it('a follow-up is opened once, and checked after its grace', async () => {
    const { happens, tick, pass, watched, checks, followUp, at, storage } = start();
    await happens('correspondencepublished');
    pass(6.9);
    await tick();
    expect([await followUp(), watched().length]).toEqual([undefined, 1]);
    pass(7.01);
    storage.operations = 0;
    await tick();
    expect(storage.operations).toBe(5);
    const dueAt = new Date(storage.now + graceMs).toISOString();
    expect(await followUp()).toMatchObject({
      ...{ kind: 'unread', state: 'open', verified: true, factAt: at(7), resource, dueAt },
    });
    expect(checks()).toMatchObject([{ kind: 'unread', at: dueAt, rank: 'verified-opening' }]);
    expect(watched()).toEqual([]);
    await tick();
    expect(checks()).toHaveLength(1);
  });

  it.each<[string, Via, boolean, boolean]>([
    ['Altinn says so', 'pull', true, false],
    ['Altinn was asked', 'asked', true, false],
    ['anybody has pushed that', 'push', true, true],
    ['that was pushed, and Altinn is never asked', 'push', false, false],
  ])('nothing is opened of what is settled: %s', async (_, via, isAsked, opens) => {
    const { happens, tick, pass, followUp, watched } = start({ unread: 7 }, isAsked);
    await happens('correspondencepublished');
    await happens('correspondencereceiverread', {}, via);
    pass(8);
    await tick();
    expect((await followUp())?.state).toBe(opens ? 'open' : undefined);
    expect(watched()).toEqual([]);
  });

  it('what a changed policy gives more time waits on, and what it does not watch is left', async () => {
    const { happens, tick, pass, policy, watched, followUp, at } = start({ unread: 7, unconfirmed: 7 });
    await happens('correspondencepublished');
    policy.days = { unread: 14 };
    pass(8);
    await tick();
    expect(watched()).toMatchObject([{ kind: 'unread', at: at(14), from: at(0) }]);
    expect(await followUp()).toBeUndefined();
  });

  it('the time counts that Altinn says, and not what was pushed', async () => {
    const { happens, tick, pass, watched, at } = start();
    await happens('correspondencepublished', { time: at(-5) }, 'push');
    await happens('correspondencepublished', { time: at(0) }, 'pull');
    expect(watched()).toHaveLength(2);
    pass(3);
    await tick();
    expect(watched()).toMatchObject([{ at: at(7) }]);
  });

  it('one that was looked at too early for a forged event is opened again', async () => {
    const { happens, tick, pass, followUp, followUps, at } = start();
    await happens('correspondencepublished', { time: at(-7) }, 'push');
    await tick();
    const { etag, ...forged } = (await followUp()) as never as { etag: string };
    await followUps.save({ ...forged, state: 'suppressed', reason: 'notCalledFor' } as never, etag);
    await happens('correspondencepublished');
    pass(8);
    await tick();
    const opened = await followUp();
    expect(opened).toMatchObject({ state: 'open', verified: true, factAt: at(7) });
    expect(opened?.history?.map(({ what }) => what)).toEqual(['opened', 'opened']);
  });

  it('one is opened though a forged event says that it is of a resource that is not watched', async () => {
    const { happens, tick, pass, followUp } = start();
    const forged = { id: 'forged', time: '2000-01-01T00:00:00Z', resource: 'urn:altinn:resource:other' };
    await happens('correspondencearchived', forged, 'push');
    await happens('correspondencepublished', {}, 'push');
    pass(8);
    await tick();
    expect(await followUp()).toMatchObject({ state: 'open', resource });
  });
});

describe('a policy that changed', () => {
  it('brings forward what it looks at earlier, page by page, and leaves the rest', async () => {
    const { happens, replan, policy, watched, at } = start({ unread: 7, unconfirmed: 7 });
    for (let number = 0; number < 40; number++) {
      const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      await happens('correspondencepublished', { resourceinstance: id });
    }
    policy.days = { unread: 2, unconfirmed: 9 };
    let [position, pages]: [string | undefined, number] = [await replan(undefined, 10), 1];
    while (position) [position, pages] = [await replan(position, 10), pages + 1];
    expect(pages).toBeGreaterThan(3);
    const all = watched().map(({ kind, at: moment }) => `${kind} ${moment}`);
    expect(new Set(all)).toEqual(new Set([`unread ${at(2)}`, `unconfirmed ${at(7)}`]));
    expect(all).toHaveLength(80);
  });
});

describe('whatever happens in between', () => {
  it('each letter that is not settled is opened, exactly once, and has a check', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(30), { maxLength: 6 }),
        fc.array(fc.constantFrom<Via>('push', 'pull', 'asked'), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -3, max: 6 }),
        fc.option(fc.constantFrom<Via>('push', 'pull', 'asked')),
        async (crashes, known, pushedAt, read) => {
          const { storage, happens, tick, pass, watched, checks, followUp, lines, at } = start();
          for (const via of known)
            await happens('correspondencepublished', via === 'push' ? { time: at(pushedAt) } : {}, via);
          if (read) await happens('correspondencereceiverread', {}, read);
          // Dies before or after the so many-eth operation, and is begun anew a minute later.
          for (const [run, steps] of crashes.entries()) {
            pass(6 + run / 4);
            let left = steps;
            const die = () => {
              if (left-- <= 0) throw new Error('crash');
            };
            await tick(die).catch(() => {});
          }
          pass(15);
          for (let run = 0; run < 3; run++) await tick();
          const isSettled = read === 'pull' || read === 'asked';
          expect(watched()).toEqual([]);
          const opened = await followUp();
          // It may have been opened by a crash's time; nothing takes it away here, since nobody checks it.
          expect(opened?.state).toBe(isSettled ? undefined : 'open');
          if (!opened) return;
          expect(checks()).toContainEqual(expect.objectContaining({ at: opened.dueAt }));
          expect(lines.filter((line) => line.startsWith('follow-up.opened')).length).toBeLessThanOrEqual(1);
          expect(
            storage.rowsOf('timeline').filter(({ rowKey }) => rowKey.startsWith('follow-up:')),
          ).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('letters are looked at a thousand at a time, and none is forgotten', async () => {
    const { watches, tick, pass, watched, checks, at } = start();
    for (let number = 0; number < 1_200; number++) {
      const correspondenceId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
      await watches.add({ kind: 'unread', correspondenceId, at: at(1), from: at(-6), resource });
    }
    pass(2);
    expect(await tick()).toBe(true);
    expect(watched()).toHaveLength(200);
    expect(await tick()).toBe(false);
    expect([watched().length, checks().length]).toEqual([0, 1_200]);
  });
});
