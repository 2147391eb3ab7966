import { describe, expect, it } from 'vitest';
import { claimMs, decide } from '../../../shared/follow-ups/decide.ts';
import { type FollowUp, followUpId } from '../../../shared/follow-ups/follow-up.ts';

const dueAt = '2026-08-20T06:05:00.000Z';
const due = new Date(dueAt);
const before = new Date(due.getTime() - 90_500);

const open: FollowUp = {
  kind: 'never-read',
  correspondenceId: '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90',
  state: 'open',
  openedAt: '2026-08-20T06:00:00.000Z',
  dueAt,
};
const notified: FollowUp = { ...open, state: 'notified', notifiedAt: dueAt };
const suppressed: FollowUp = { ...open, state: 'suppressed', reason: 'read', closedAt: dueAt };
const closed: FollowUp = { ...notified, state: 'closed', reason: 'read', closedAt: dueAt };
/** Claimed so many seconds before it was due. */
const claimed = (followUp: FollowUp, by: string, seconds: number): FollowUp => ({
  ...followUp,
  claim: { by, at: new Date(due.getTime() - seconds * 1000).toISOString() },
});
const confirmable = (followUp: FollowUp): FollowUp => ({ ...followUp, kind: 'never-confirmed' });

const neverRead = { neverRead: '2026-08-20T05:59:00Z' };
const read = { ...neverRead, read: '2026-08-20T05:30:00Z' };
const confirmed = { ...neverRead, confirmed: '2026-08-20T05:40:00Z' };
const purged = { ...neverRead, purged: '2026-08-20T05:50:00Z' };
const failed = { ...neverRead, publishFailed: '2026-08-20T05:55:00Z' };

describe('decide', () => {
  it.each<[string, FollowUp, object, Date, object]>([
    ['open, early, unsettled', open, neverRead, before, { do: 'wait', delayMs: 90_500 }],
    ['open, due, unsettled', open, neverRead, due, { do: 'open' }],
    ['open, early, read', open, read, before, { do: 'suppress', reason: 'read' }],
    ['open, due, read', open, read, due, { do: 'suppress', reason: 'read' }],
    ['open, due, confirmed', open, confirmed, due, { do: 'suppress', reason: 'confirmed' }],
    ['open, due, purged', open, purged, due, { do: 'suppress', reason: 'purged' }],
    ['open, due, failed', open, failed, due, { do: 'suppress', reason: 'publishFailed' }],
    ['notified, unsettled', notified, neverRead, due, { do: 'nothing' }],
    ['notified, read', notified, read, due, { do: 'close', reason: 'read' }],
    ['notified, confirmed', notified, confirmed, due, { do: 'close', reason: 'confirmed' }],
    ['notified, purged', notified, purged, due, { do: 'close', reason: 'purged' }],
    ['notified, failed', notified, failed, due, { do: 'close', reason: 'publishFailed' }],
    ['suppressed, settled', suppressed, read, due, { do: 'nothing' }],
    ['suppressed, unsettled', suppressed, neverRead, due, { do: 'nothing' }],
    ['closed, settled', closed, purged, due, { do: 'nothing' }],
    ['closed, unsettled', closed, neverRead, due, { do: 'nothing' }],
    ['never-confirmed, unsettled', confirmable(open), {}, due, { do: 'open' }],
    ['never-confirmed, read', confirmable(open), read, due, { do: 'open' }],
    ['never-confirmed, notified, read', confirmable(notified), read, due, { do: 'nothing' }],
    [
      'never-confirmed, confirmed',
      confirmable(open),
      confirmed,
      due,
      { do: 'suppress', reason: 'confirmed' },
    ],
    ['never-confirmed, purged', confirmable(notified), purged, due, { do: 'close', reason: 'purged' }],
    ['never-confirmed, failed', confirmable(open), failed, due, { do: 'suppress', reason: 'publishFailed' }],
    ['claimed just now, unsettled', claimed(open, 'other', 1), neverRead, due, { do: 'yield' }],
    ['claimed just now, read', claimed(open, 'other', 1), read, due, { do: 'yield' }],
    ['claimed just now for closing', claimed(notified, 'other', 1), read, due, { do: 'yield' }],
    ['a claim nearly given up', claimed(open, 'other', claimMs / 1000 - 1), neverRead, due, { do: 'yield' }],
    ['a claim given up', claimed(open, 'other', claimMs / 1000), neverRead, due, { do: 'open' }],
    // Perhaps somebody was notified, so that settling must be notified as well.
    [
      'a claim given up, read since',
      claimed(open, 'other', claimMs / 1000),
      read,
      due,
      { do: 'close', reason: 'read' },
    ],
    [
      'a claim given up on closing',
      claimed(notified, 'other', claimMs / 1000),
      read,
      due,
      { do: 'close', reason: 'read' },
    ],
    ['closed, whatever the claim', claimed(closed, 'other', 1), read, due, { do: 'nothing' }],
    ['suppressed, whatever the claim', claimed(suppressed, 'other', 1), read, due, { do: 'nothing' }],
  ])('%s', (_case, followUp, facts, now, decision) => {
    expect(decide(followUp, { facts }, 'me', now)).toEqual(decision);
  });

  it('gives the earliest of the settling facts as the reason', () => {
    const facts = { ...neverRead, ...purged, ...confirmed, read: '2026-08-20T05:40:00.0000001Z' };
    expect(decide(notified, { facts }, 'me', due)).toEqual({ do: 'close', reason: 'confirmed' });
  });

  it('outlasts every action with its claim: storage has 10 s for an operation, the receiver 30 s', () => {
    expect(claimMs).toBeGreaterThan(10_000 + 30_000 + 10_000);
  });
});

describe('followUpId', () => {
  it('is one for each letter and kind, and safe in a URL', () => {
    expect(followUpId(open)).toBe('never-read-5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90');
    expect(followUpId(confirmable(open))).not.toBe(followUpId(open));
    expect(encodeURIComponent(followUpId(open))).toBe(followUpId(open));
  });
});
