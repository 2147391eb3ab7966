import { describe, expect, it } from 'vitest';
import { catalogue, type EventName, typePrefix } from '../../../shared/events/catalogue.ts';
import type { CloudEvent } from '../../../shared/events/cloud-event.ts';
import { followUpReactions } from '../../../shared/follow-ups/open-and-close.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { eventOf } from '../../support/fixture.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const now = new Date('2026-08-20T06:00:00Z');

function start(grace = 300) {
  const storage = new MemoryStorage();
  storage.now = now.getTime();
  const timeline = new Timeline(storage.table('timeline'));
  const reactions = followUpReactions({
    timeline,
    queue: storage.queue('follow-ups'),
    grace,
    now: () => now,
  });
  const warned: string[] = [];
  const log = { info() {}, warn: (what: string) => void warned.push(what), error() {} };
  const happens = (name: string, changes: Partial<CloudEvent> = {}) =>
    reactions.run({ ...eventOf('subject-person'), type: typePrefix + name, ...changes } as CloudEvent, {
      idempotencyKey: 'key',
      log,
    });
  const looks = () =>
    storage.messages('follow-ups').map(({ text, visibleAt }) => {
      const { kind, correspondenceId } = JSON.parse(Buffer.from(text, 'base64').toString()).followUp;
      return { kind, correspondenceId, after: (visibleAt - now.getTime()) / 1000 };
    });
  return { storage, timeline, happens, looks, warned };
}

describe('followUpReactions', () => {
  it.each([
    ['correspondencereceiverneverread', 'never-read'],
    ['correspondencereceiverneverconfirmed', 'never-confirmed'],
  ] as const)('%s opens a %s follow-up and looks at it when its grace is over', async (name, kind) => {
    const { timeline, happens, looks } = start(90);
    await happens(name);
    expect(await timeline.followUps(letter)).toMatchObject([
      {
        kind,
        correspondenceId: letter,
        state: 'open',
        openedAt: '2026-08-20T06:00:00.000Z',
        dueAt: '2026-08-20T06:01:30.000Z',
        claim: undefined,
      },
    ]);
    expect(looks()).toEqual([{ kind, correspondenceId: letter, after: 90 }]);
  });

  it('opens it in any casing of type and id', async () => {
    const { timeline, happens, looks } = start();
    await happens('CorrespondenceReceiverNeverRead', { resourceinstance: letter.toUpperCase() });
    expect(await timeline.followUps(letter)).toHaveLength(1);
    expect(looks()).toHaveLength(1);
  });

  it('keeps the first of its kind, and looks once more all the same: whoever added it may have died', async () => {
    const { storage, timeline, happens, looks } = start();
    await happens('correspondencereceiverneverread');
    const [before] = storage.rowsOf('timeline');
    await happens('correspondencereceiverneverread', { id: 'another' });
    expect(storage.rowsOf('timeline')).toEqual([before]);
    expect(looks()).toHaveLength(2);
    await happens('correspondencereceiverneverconfirmed');
    expect(await timeline.followUps(letter)).toHaveLength(2);
  });

  it.each<[EventName, string[]]>([
    ['correspondencereceiverread', ['never-read']],
    ['correspondencereceiverconfirmed', ['never-confirmed', 'never-read']],
    ['correspondencepurged', ['never-confirmed', 'never-read']],
    ['correspondencepublishfailed', ['never-confirmed', 'never-read']],
  ])('%s looks at what it settles, at once', async (name, kinds) => {
    const { storage, happens, looks } = start();
    await happens('correspondencereceiverneverread');
    await happens('correspondencereceiverneverconfirmed');
    storage.messages('follow-ups').length = 0;
    await happens(name);
    expect(looks().sort((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual(
      kinds.map((kind) => ({ kind, correspondenceId: letter, after: 0 })),
    );
  });

  it.each(['open', 'notified', 'suppressed', 'closed'] as const)(
    'looks at one that is %s only if it can change',
    async (state) => {
      const { storage, timeline, happens, looks } = start();
      await happens('correspondencereceiverneverread');
      const [followUp] = await timeline.followUps(letter);
      if (!followUp) throw new Error('not there');
      await timeline.saveFollowUp({ ...followUp, state }, followUp.etag);
      storage.messages('follow-ups').length = 0;
      await happens('correspondencereceiverread');
      expect(looks()).toHaveLength(state === 'open' || state === 'notified' ? 1 : 0);
    },
  );

  it('does nothing for any other type of the catalogue', async () => {
    const { storage, happens, looks, warned } = start();
    const rows = Object.entries(catalogue).filter(([, row]) => !('opens' in row) && !('closes' in row));
    for (const [name] of rows) await happens(name);
    expect(rows).toHaveLength(18);
    expect([storage.rowsOf('timeline'), looks(), warned]).toEqual([[], [], []]);
  });

  it('says that a type is unknown', async () => {
    const { happens, warned } = start();
    await happens('correspondenceforwarded');
    expect(warned).toEqual(['unknown event type kept']);
  });

  it('takes one storage operation to look for what a fact settles, and two to open', async () => {
    const { storage, happens } = start();
    await happens('correspondencereceiverread');
    expect(storage.operations).toBe(1);
    await happens('correspondencereceiverneverread');
    expect(storage.operations).toBe(3);
  });
});
