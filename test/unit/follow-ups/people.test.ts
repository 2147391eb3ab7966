import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disputeOf } from '../../../shared/follow-ups/dispute.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { followUpId, parseFollowUpId } from '../../../shared/follow-ups/follow-up.ts';
import { LiveFollowUps } from '../../../shared/follow-ups/live-follow-ups.ts';
import { closeByPerson, reopen, snooze } from '../../../shared/follow-ups/people.ts';
import { releaseDue } from '../../../shared/follow-ups/release.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { logTo } from '../../../shared/signals/log.ts';
import { MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const key = { kind: 'never-read', correspondenceId: '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90' } as const;
const openedAt = '2026-08-19T06:00:00.000Z';
const close = { reason: 'told on the phone', by: 'Case worker of the duty desk' };

function over(storage: MemoryStorage, pause?: Pause) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const now = () => new Date(storage.now);
  return {
    followUps: new FollowUps(
      storage.table('timeline', pause),
      new LiveFollowUps(storage.table('livefollowups', pause), now),
    ),
    due: new DueFollowUps(storage.table('due', pause)),
    deadLetters: new DeadLetters(storage.table('deadletters', pause)),
    queue: 'follow-ups',
    log: logTo({ info: write, warn: write, error: write }),
    lines,
    now,
  };
}

async function given(followUp: Partial<FollowUp>) {
  const storage = new MemoryStorage();
  const deps = over(storage);
  await deps.followUps.add({ ...key, state: 'open', openedAt, ...followUp });
  return { storage, deps, at: new Date(storage.now).toISOString() };
}

const dueRows = (storage: MemoryStorage) => storage.rowsOf('due').map(({ at, rank }) => [rank, at]);
const listedIn = (storage: MemoryStorage) =>
  storage.rowsOf('livefollowups').map(({ partitionKey }) => partitionKey);

/** All that may be there once a follow-up has waited, and somebody was told of it. */
const worn: Partial<FollowUp> = {
  ...{ round: 2, notifiedAt: openedAt, checkedWithAltinn: true, told: ['case-team'], undelivered: 3 },
  ...{ waitingFor: 'Altinn', waitingSince: openedAt, silentSince: openedAt, tries: 4 },
  ...{ snoozedUntil: '2026-08-21T06:00:00.000Z', factAt: openedAt, resource: 'urn:altinn:resource:letters' },
  taken: [{ key: 'case-team', channel: 'case-team', at: openedAt }],
  gathered: { channel: 'case-team', type: 'opened', key: 'case-team', at: openedAt },
  claim: { by: 'a message', at: openedAt },
  lease: { id: 'a lease', until: '2026-08-20T06:15:00.000Z', rank: 'verified-opening' },
  history: [{ at: openedAt, what: 'opened', note: 'an event' }],
};

describe('closing', () => {
  it.each(['open', 'notified', 'disputed'] as const)(
    'closes what is %s, and says who and why',
    async (state) => {
      const { storage, deps, at } = await given({ state });
      const outcome = await closeByPerson(key, close, deps);
      const stored = await deps.followUps.get(key.correspondenceId, key.kind);
      expect(outcome).toMatchObject({
        is: 'done',
        followUp: { state: 'closed', reason: 'byPerson', closedAt: at },
      });
      expect(stored?.history).toEqual([{ at, what: 'closed', by: close.by, note: close.reason }]);
      expect(listedIn(storage)).toEqual([]);
    },
  );

  it.each<[string, Partial<FollowUp>]>([
    ['was notified', { state: 'notified', notifiedAt: openedAt }],
    ['had a step of its policy taken', { taken: [{ key: 'mail', channel: 'mail', at: openedAt }] }],
    ['may have been notified before a crash', { claim: { by: 'a message', at: openedAt } }],
    [
      'is in a digest that may have been sent',
      { gathered: { channel: 'chat', type: 'opened', key: 'chat', at: openedAt, digest: 'one' } },
    ],
  ])('has it looked at now where somebody %s', async (_what, followUp) => {
    const { storage, deps, at } = await given(followUp);
    expect(await closeByPerson(key, close, deps)).toMatchObject({ followUp: { dueAt: at } });
    expect(dueRows(storage)).toEqual([['verified-closing', at]]);
  });

  it.each<[string, Partial<FollowUp>]>([
    ['nobody was told', { dueAt: '2026-08-21T06:00:00.000Z' }],
    ['the only step failed', { taken: [{ key: 'mail', channel: 'mail', at: openedAt, failed: 'gone' }] }],
    [
      'its message waits for a digest',
      { gathered: { channel: 'c', type: 'opened', key: 'c', at: openedAt } },
    ],
  ])('has nobody told where %s', async (_what, followUp) => {
    const { storage, deps } = await given(followUp);
    const outcome = await closeByPerson(key, close, deps);
    expect(outcome.is === 'done' && outcome.followUp.dueAt).toBeUndefined();
    expect(dueRows(storage)).toEqual([]);
  });

  it('leaves lease, claim and what is gathered to those who have them', async () => {
    const { deps } = await given({ ...worn, state: 'notified' });
    const { lease, claim, gathered, taken } = worn;
    expect(await closeByPerson(key, close, deps)).toMatchObject({
      followUp: { lease, claim, gathered, taken },
    });
  });

  it('forgets the dead letter of a dispute', async () => {
    const { storage, deps } = await given({ state: 'disputed' });
    await deps.deadLetters.add('follow-ups', disputeOf({ ...key, state: 'disputed', openedAt }), 'not known');
    await closeByPerson(key, close, deps);
    expect(storage.rowsOf('deadletters')).toEqual([]);
  });

  it.each(['closed', 'suppressed'] as const)('changes nothing of what is %s', async (state) => {
    const { storage, deps } = await given({ state, reason: 'read', closedAt: openedAt });
    const before = storage.rowsOf('timeline');
    expect(await closeByPerson(key, close, deps)).toMatchObject({ is: 'so-already', followUp: { state } });
    expect(storage.rowsOf('timeline')).toEqual(before);
    expect(deps.lines).toEqual([]);
  });

  it('is noted as due at the moment it is saved, whoever releases it meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { storage, deps } = await given({
          ...{ state: 'notified', notifiedAt: openedAt, dueAt: openedAt },
        });
        await deps.due.add({ ...key, at: openedAt, rank: 'later' });
        const pause: Pause = ({ when }) => scheduler.schedule(Promise.resolve(), when);
        const seen: unknown[] = [];
        const person = over(storage, async (operation) => {
          const isSaved = operation.name === 'replace' && operation.when === 'after' && operation.result;
          if (isSaved) seen.push(...dueRows(storage));
          await pause(operation);
        });
        const others = over(storage, pause);
        const released = Array.from({ length: 3 }, () =>
          releaseDue({ ...others, queue: storage.queue('follow-ups', pause), leaseMs: 0 }),
        );
        const outcome = closeByPerson(key, close, person);
        await scheduler.waitFor(Promise.all([outcome, ...released]));
        const stored = await deps.followUps.get(key.correspondenceId, key.kind);
        expect(stored?.state).toBe((await outcome).is === 'done' ? 'closed' : 'notified');
        if (stored?.closedAt) expect(seen).toContainEqual(['verified-closing', stored.closedAt]);
      }),
    );
  });
});

describe('snoozing', () => {
  const until = '2026-09-01T10:00:00+02:00';
  const wanted = '2026-09-01T08:00:00.000Z';

  it.each<[Partial<FollowUp>, string]>([
    [{ state: 'open', verified: true }, 'verified-opening'],
    [{ state: 'open' }, 'pushed-opening'],
    [{ state: 'notified', verified: true }, 'verified-opening'],
    [{ state: 'disputed' }, 'pushed-opening'],
  ])('of %j has it looked at then, as %s', async (followUp, rank) => {
    const { storage, deps, at } = await given(followUp);
    const outcome = await snooze(key, { until, by: 'somebody' }, deps);
    expect(outcome).toMatchObject({
      is: 'done',
      followUp: { state: followUp.state, snoozedUntil: wanted, dueAt: wanted },
    });
    expect(dueRows(storage)).toEqual([[rank, wanted]]);
    expect((await deps.followUps.get(key.correspondenceId, key.kind))?.history).toEqual([
      { at, what: 'snoozed', by: 'somebody', until: wanted },
    ]);
    expect((await snooze(key, { until, by: 'somebody' }, deps)).is).toBe('so-already');
  });

  it.each(['closed', 'suppressed'] as const)('is refused of what is %s', async (state) => {
    const { deps } = await given({ state });
    expect(await snooze(key, { until, by: 'somebody' }, deps)).toEqual({ is: 'settled' });
  });
});

describe('reopening', () => {
  it.each(['closed', 'suppressed', 'disputed'] as const)(
    'begins a new round of what is %s, and keeps its history, and who is to hear that it is settled',
    async (state) => {
      const { storage, deps, at } = await given({ ...worn, state, closedAt: openedAt, reason: 'byPerson' });
      const outcome = await reopen(key, { by: 'somebody', reason: 'not done' }, deps);
      const {
        etag: _,
        listed: __,
        ...stored
      } = (await deps.followUps.get(key.correspondenceId, key.kind)) as NonNullable<
        Awaited<ReturnType<FollowUps['get']>>
      >;
      expect(outcome.is).toBe('done');
      expect(JSON.parse(JSON.stringify(stored))).toEqual({
        ...key,
        ...{ state: 'open', openedAt: at, dueAt: at, round: 3 },
        ...{ factAt: worn.factAt, resource: worn.resource, lease: worn.lease },
        owed: ['webhook'],
        history: [...(worn.history ?? []), { at, what: 'reopened', by: 'somebody', note: 'not done' }],
      });
      expect(dueRows(storage)).toEqual([['pushed-opening', at]]);
      expect(listedIn(storage)).toEqual(['open:never-read']);
      expect((await reopen(key, { by: 'somebody' }, deps)).is).toBe('so-already');
    },
  );
});

describe('whatever a person asks for', () => {
  const acts = [
    ['close', (deps: Parameters<typeof reopen>[2]) => closeByPerson(key, close, deps)],
    ['snooze', (deps) => snooze(key, { until: '2026-08-21T06:00:00Z', by: close.by }, deps)],
    ['reopen', (deps) => reopen(key, { by: close.by, reason: close.reason }, deps)],
  ] as const satisfies [string, (deps: Parameters<typeof reopen>[2]) => Promise<unknown>][];

  it.each(acts)('%s names nobody in the log', async (_name, act) => {
    const { deps } = await given({ state: 'disputed' });
    await act(deps);
    expect(deps.lines).toHaveLength(1);
    expect(deps.lines[0]).toMatch(
      /^follow-up\.(closed-by-person|snoozed|reopened) kind=never-read id=5b3c1e0a/,
    );
    expect(deps.lines[0]).not.toMatch(/Case worker|phone/);
  });

  it.each(acts)('%s of what is not there changes nothing', async (_name, act) => {
    const storage = new MemoryStorage();
    expect(await act(over(storage))).toEqual({ is: 'unknown' });
    expect(storage.size).toBe(0);
  });

  it.each(acts)(
    '%s is done on top of what another did meanwhile, and gives up at the fifth',
    async (_name, act) => {
      for (const [times, outcome] of [
        [4, 'done'],
        [5, 'busy'],
      ] as const) {
        const { storage, deps } = await given({ state: 'disputed' });
        let left: number = times;
        const meanwhile = async () => {
          const { etag, ...before } = (await deps.followUps.get(
            key.correspondenceId,
            key.kind,
          )) as NonNullable<Awaited<ReturnType<FollowUps['get']>>>;
          await deps.followUps.save({ ...before, tries: left }, etag);
        };
        const person = over(storage, ({ name, store, when }) => {
          if (name !== 'replace' || store !== 'timeline' || when !== 'before' || left === 0) return;
          left--;
          return meanwhile();
        });
        expect(await act(person)).toMatchObject({ is: outcome });
      }
    },
  );

  it.each(acts)('%s that dies anywhere is done when it is asked for again', async (_name, act) => {
    const finished = await given({ ...worn, state: 'disputed', lease: undefined });
    await act(finished.deps);
    const wanted = await finished.deps.followUps.get(key.correspondenceId, key.kind);
    for (let at = 1; at <= 8; at++) {
      const { storage, deps } = await given({ ...worn, state: 'disputed', lease: undefined });
      let count = 0;
      const dying = over(storage, () => {
        if (++count >= at) throw new Error('died');
      });
      await act(dying).catch(() => {});
      await act(deps);
      const stored = await deps.followUps.get(key.correspondenceId, key.kind);
      expect({ ...stored, etag: '', listed: '' }).toEqual({ ...wanted, etag: '', listed: '' });
      expect(dueRows(storage)).toEqual(dueRows(finished.storage));
    }
  });
});

describe('the id of a follow-up', () => {
  it('is read as it is given, and nothing else is', () => {
    expect(parseFollowUpId(followUpId(key))).toEqual(key);
    for (const text of [
      undefined,
      '',
      'never-read',
      key.correspondenceId,
      `${followUpId(key)} `,
      `${followUpId(key)}\n`,
      followUpId(key).toUpperCase(),
      `unheard-of-${key.correspondenceId}`,
      `__proto__-${key.correspondenceId}`,
      `follow-up:never-read-${key.correspondenceId}`,
    ]) {
      expect(parseFollowUpId(text)).toBeUndefined();
    }
  });
});
