import { describe, expect, it } from 'vitest';
import { catalogue, concerns, type EventName, typePrefix } from '../../../shared/events/catalogue.ts';
import type { CloudEvent } from '../../../shared/events/cloud-event.ts';
import { type Due, DueFollowUps } from '../../../shared/follow-ups/due.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { openAndClose } from '../../../shared/follow-ups/open-and-close.ts';
import { defaultKinds, defaultPolicy } from '../../../shared/follow-ups/policy/policy.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import type { Via } from '../../../shared/queue/message.ts';
import { parseGuid } from '../../../shared/runtime/guid.ts';
import { eventOf } from '../../support/fixture.ts';
import { logInto } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const now = new Date('2026-08-20T06:00:00Z');
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function start(graceMs = 300_000, since = '2026-08-19T00:00:00Z', via: Via = 'pull') {
  const storage = new MemoryStorage();
  storage.now = now.getTime();
  const followUps = new FollowUps(storage.table('timeline'));
  const consequence = openAndClose({
    policy: defaultPolicy('webhook'),
    followUps,
    due: new DueFollowUps(storage.table('due')),
    graceMs,
    since: async () => since,
    now: () => now,
  });
  const lines: string[] = [];
  const write = (what: string) => void lines.push(what);
  const happens = (name: string, changes: Partial<CloudEvent> = {}, known = via) =>
    consequence(
      {
        event: { ...eventOf('subject-person'), type: typePrefix + name, ...changes } as CloudEvent,
        id: parseGuid((changes.resourceinstance as string) ?? letter) as string,
        via: known,
        traceparent,
      },
      logInto(write),
    );
  const checks = () =>
    (storage.rowsOf('due') as unknown as Due[]).map(({ kind, correspondenceId, at, rank }) => {
      return { kind, correspondenceId, rank, after: (Date.parse(at) - now.getTime()) / 1000 };
    });
  const forget = () => storage.clear('due');
  return { storage, followUps, happens, checks, forget, lines };
}

describe('openAndClose', () => {
  it.each([
    ['correspondencereceiverneverread', 'never-read'],
    ['correspondencereceiverneverconfirmed', 'never-confirmed'],
  ] as const)('%s opens a %s follow-up and has it checked when its grace is over', async (name, kind) => {
    const { followUps, happens, checks } = start(90_000);
    await happens(name);
    expect(await followUps.of(letter)).toMatchObject([
      {
        kind,
        correspondenceId: letter,
        state: 'open',
        openedAt: '2026-08-20T06:00:00.000Z',
        dueAt: '2026-08-20T06:01:30.000Z',
        claim: undefined,
      },
    ]);
    expect(checks()).toEqual([{ kind, correspondenceId: letter, rank: 'verified-opening', after: 90 }]);
  });

  it('opens it in any casing of type and id', async () => {
    const { followUps, happens, checks } = start();
    await happens('CorrespondenceReceiverNeverRead', { resourceinstance: letter.toUpperCase() });
    expect(await followUps.of(letter)).toHaveLength(1);
    expect(checks()).toHaveLength(1);
  });

  it('keeps the first of its kind, and has it checked once more all the same: whoever added it may have died', async () => {
    const { storage, followUps, happens, checks, forget } = start();
    await happens('correspondencereceiverneverread');
    const [{ etag: _, timestamp: __, ...before } = {}] = storage.rowsOf('timeline');
    forget();
    await happens('correspondencereceiverneverread', { id: 'another' });
    expect(storage.rowsOf('timeline')).toMatchObject([before]);
    expect(checks()).toHaveLength(1);
    await happens('correspondencereceiverneverconfirmed');
    expect(await followUps.of(letter)).toHaveLength(2);
  });

  it.each(['notCalledFor', 'beforeFollowUpSince'] as const)(
    'opens anew what was suppressed as %s: in its round, since its keys are used up, and with its history',
    async (reason) => {
      const { followUps, happens } = start();
      await happens('correspondencereceiverneverread');
      const [{ etag, ...opened } = { etag: '' }] = await followUps.of(letter);
      const history = [{ at: now.toISOString(), what: 'reopened', by: 'the duty desk' }] as const;
      const suppressed = { state: 'suppressed', reason, round: 2, owed: ['mail'], history } as const;
      await followUps.save({ ...(opened as FollowUp), ...suppressed, dueAt: undefined }, etag);
      await happens('correspondencereceiverneverread', { id: 'another' });
      const [again] = await followUps.of(letter);
      expect(again).toMatchObject({ state: 'open', round: 2, owed: ['mail'] });
      expect(again).not.toHaveProperty('reason');
      expect(again?.history?.map(({ what }) => what)).toEqual(['reopened', 'opened']);
    },
  );

  it.each<[EventName, string[]]>([
    ['correspondencereceiverread', ['never-read']],
    ['correspondencereceiverconfirmed', ['never-confirmed', 'never-read']],
    ['correspondencepurged', ['never-confirmed', 'never-read']],
    ['correspondencepublishfailed', ['never-confirmed', 'never-read']],
  ])('%s has what it settles checked, at once', async (name, kinds) => {
    const { happens, checks, forget } = start();
    await happens('correspondencereceiverneverread');
    await happens('correspondencereceiverneverconfirmed');
    forget();
    await happens(name);
    expect(checks().sort((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual(
      kinds.map((kind) => ({ kind, correspondenceId: letter, rank: 'verified-closing', after: 0 })),
    );
  });

  it('suppresses at once what Altinn said is settled, when it was asked', async () => {
    const { followUps, happens, checks, forget, lines } = start();
    await happens('correspondencereceiverneverread');
    await happens('correspondencereceiverneverconfirmed');
    forget();
    await happens('correspondencereceiverread', {}, 'asked');
    const [, neverRead] = await followUps.of(letter);
    expect(neverRead).toMatchObject({ state: 'suppressed', reason: 'read', closedAt: now.toISOString() });
    expect(neverRead).not.toHaveProperty('dueAt');
    expect(neverRead?.history?.at(-1)).toEqual({ at: now.toISOString(), what: 'suppressed', note: 'read' });
    expect(lines).toEqual([
      `follow-up.opened kind=never-read id=${letter} via=pull`,
      `follow-up.opened kind=never-confirmed id=${letter} via=pull`,
      `follow-up.suppressed kind=never-read id=${letter} reason=read`,
    ]);
    expect(checks()).toEqual([]);
  });

  it.each([
    ['was notified', { state: 'notified' }],
    ['was perhaps notified', { claim: { by: 'somebody', at: now.toISOString() } }],
    ['was notified, and is disputed', { state: 'disputed', notifiedAt: now.toISOString() }],
    ['is on the queue', { lease: { id: 'a', until: now.toISOString() } }],
  ] as const)('leaves it to the guard when it %s', async (_, changes) => {
    const { followUps, happens, checks, forget } = start();
    await happens('correspondencereceiverneverread');
    const [followUp] = await followUps.of(letter);
    if (!followUp) throw new Error('not there');
    await followUps.save({ ...followUp, ...changes }, followUp.etag);
    forget();
    await happens('correspondencereceiverread', {}, 'asked');
    const [after] = await followUps.of(letter);
    expect(after?.reason).toBeUndefined();
    expect(checks()).toMatchObject([{ rank: 'verified-closing', after: 0 }]);
  });

  it.each(['open', 'notified', 'suppressed', 'closed'] as const)(
    'has one that is %s checked only if it can change',
    async (state) => {
      const { followUps, happens, checks, forget } = start();
      await happens('correspondencereceiverneverread');
      const [followUp] = await followUps.of(letter);
      if (!followUp) throw new Error('not there');
      await followUps.save({ ...followUp, state }, followUp.etag);
      forget();
      await happens('correspondencereceiverread');
      expect(checks()).toHaveLength(state === 'open' || state === 'notified' ? 1 : 0);
    },
  );

  it('does nothing for any other type of the catalogue', async () => {
    const { storage, happens, checks } = start();
    const concerning = (name: string) => concerns(typePrefix + name, defaultKinds);
    const rows = Object.entries(catalogue).filter(([name]) => !concerning(name));
    for (const [name] of rows) await happens(name);
    expect(rows).toHaveLength(18);
    expect([storage.rowsOf('timeline'), checks()]).toEqual([[], []]);
  });

  it('does nothing for a type that it does not know, and leaves a row of a kind that it does not know', async () => {
    const { storage, followUps, happens, checks } = start();
    await happens('correspondenceforwarded');
    await storage.table('timeline').insert({
      partitionKey: letter,
      rowKey: 'follow-up:never-opened',
      kind: 'never-opened',
      state: 'open',
    });
    await happens('correspondencepurged');
    expect(checks()).toEqual([]);
    expect(await followUps.of(letter)).toEqual([]);
    expect(storage.rowsOf('timeline')).toMatchObject([{ kind: 'never-opened', state: 'open' }]);
  });

  it.each<[Via, string]>([
    ['push', 'pushed-opening'],
    ['pull', 'verified-opening'],
    ['asked', 'verified-opening'],
  ])('lets what came by %s wait among the %s', async (via, rank) => {
    const { happens, checks } = start(0, undefined, via);
    await happens('correspondencereceiverneverread');
    expect(checks()).toMatchObject([{ rank }]);
  });

  it('records what is older than the start line, and has nobody notified', async () => {
    const { followUps, happens, checks } = start(0, '2026-08-20T05:00:00Z');
    await happens('correspondencereceiverneverread', { time: '2026-08-20T04:59:59Z' });
    await happens('correspondencereceiverneverconfirmed', { time: '2026-08-20T05:00:00Z' });
    expect(await followUps.of(letter)).toMatchObject([
      { kind: 'never-confirmed', state: 'open' },
      {
        kind: 'never-read',
        state: 'suppressed',
        reason: 'beforeFollowUpSince',
        history: [{ what: 'opened' }, { what: 'suppressed', note: 'beforeFollowUpSince' }],
      },
    ]);
    expect(checks()).toMatchObject([{ kind: 'never-confirmed' }]);
  });

  it('notes in the history what Altinn has answered already', async () => {
    const { followUps, happens } = start(0, undefined, 'asked');
    await happens('correspondencereceiverneverread');
    await happens('correspondencereceiverread');
    expect(await followUps.of(letter)).toMatchObject([
      { state: 'suppressed', history: [{ what: 'opened' }, { what: 'suppressed', note: 'read' }] },
    ]);
  });

  it('has a disputed follow-up looked at when an event says again what opened it, before its later look', async () => {
    const { followUps, happens, checks, forget } = start(90_000);
    await happens('correspondencereceiverneverread');
    const [opened] = await followUps.of(letter);
    if (!opened) throw new Error('there is none');
    const { etag, ...followUp } = opened;
    await followUps.save({ ...followUp, state: 'disputed', dueAt: '2026-08-27T06:00:00.000Z' }, etag);
    forget();
    await happens('correspondencereceiverneverread', { id: 'another' });
    expect(await followUps.of(letter)).toMatchObject([
      { state: 'disputed', dueAt: '2026-08-20T06:01:30.000Z' },
    ]);
    expect(checks()).toMatchObject([{ kind: 'never-read', after: 90 }]);
  });

  it('takes one storage operation to look for what a fact settles, and two to open', async () => {
    const { storage, happens } = start();
    await happens('correspondencereceiverread');
    expect(storage.operations).toBe(1);
    await happens('correspondencereceiverneverread');
    expect(storage.operations).toBe(3);
  });
});
