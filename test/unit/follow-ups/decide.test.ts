import { describe, expect, it } from 'vitest';
import { decide, unconfirmed, unnamed } from '../../../shared/follow-ups/decide.ts';
import { type FollowUp, followUpId } from '../../../shared/follow-ups/follow-up.ts';
import { defaultPolicy } from '../../../shared/follow-ups/policy/policy.ts';
import type { Answer } from '../../../shared/follow-ups/question.ts';

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
const taken = [{ key: 'webhook', channel: 'webhook', at: dueAt }];
const notified: FollowUp = { ...open, state: 'notified', notifiedAt: dueAt, taken };
const policy = defaultPolicy('webhook');
/** A decision without its step, of which there is one. */
const decided = (...given: Parameters<typeof decide>) => {
  const { next: _, ...decision } = { next: undefined, ...decide(...given) };
  return decision;
};
/** Somebody died between the claim and the record, so that perhaps somebody was notified. */
const claimed: FollowUp = { ...open, claim: { by: 'other', at: dueAt } };
const confirmable = (followUp: FollowUp): FollowUp => ({ ...followUp, kind: 'never-confirmed' });

const neverRead = { neverRead: '2026-08-20T05:59:00Z' };
const read = { ...neverRead, read: '2026-08-20T05:30:00Z' };
const confirmed = { ...neverRead, confirmed: '2026-08-20T05:40:00Z' };
const purged = { ...neverRead, purged: '2026-08-20T05:50:00Z' };
const failed = { ...neverRead, publishFailed: '2026-08-20T05:55:00Z' };

const graceMs = 300_000;
const maxWaitMs = 12 * 3_600_000;
const since = '2000-01-01T00:00:00Z';
const day = 24 * 3_600_000;
const later = (ms: number) => new Date(due.getTime() + ms);
const minutes = (from: Date, count: number) => new Date(from.getTime() + count * 60_000);

describe('without credentials', () => {
  const decideOn = (followUp: FollowUp, facts: object, now = due) =>
    decided(followUp, { facts, answer: undefined, graceMs, maxWaitMs, since, policy }, now);

  it.each<[string, FollowUp, object, Date, object]>([
    ['open, early, unsettled', open, neverRead, before, { do: 'wait', until: due }],
    ['open, due, unsettled', open, neverRead, due, { do: 'step' }],
    ['open, early, read', open, read, before, { do: 'suppress', reason: 'read' }],
    ['open, due, read', open, read, due, { do: 'suppress', reason: 'read' }],
    ['open, due, confirmed', open, confirmed, due, { do: 'suppress', reason: 'confirmed' }],
    ['open, due, purged', open, purged, due, { do: 'suppress', reason: 'purged' }],
    ['open, due, failed', open, failed, due, { do: 'suppress', reason: 'publishFailed' }],
    ['notified, unsettled', notified, neverRead, due, { do: 'look', at: later(day) }],
    ['notified, unsettled after a day', notified, neverRead, later(day), { do: 'look', at: later(7 * day) }],
    [
      'notified, unsettled after a week',
      notified,
      neverRead,
      later(7 * day),
      { do: 'look', at: later(30 * day) },
    ],
    [
      'notified, unsettled after a month',
      notified,
      neverRead,
      later(30 * day),
      { do: 'look', at: undefined },
    ],
    ['notified, read', notified, read, due, { do: 'close', reason: 'read' }],
    ['notified, confirmed', notified, confirmed, due, { do: 'close', reason: 'confirmed' }],
    ['notified, purged', notified, purged, due, { do: 'close', reason: 'purged' }],
    ['notified, failed', notified, failed, due, { do: 'close', reason: 'publishFailed' }],
    ['never-confirmed, unsettled', confirmable(open), {}, due, { do: 'step' }],
    ['never-confirmed, read', confirmable(open), read, due, { do: 'step' }],
    ['never-confirmed, notified, read', confirmable(notified), read, due, { do: 'look', at: later(day) }],
    [
      'never-confirmed, confirmed',
      confirmable(open),
      confirmed,
      due,
      { do: 'suppress', reason: 'confirmed' },
    ],
    ['never-confirmed, purged', confirmable(notified), purged, due, { do: 'close', reason: 'purged' }],
    ['never-confirmed, failed', confirmable(open), failed, due, { do: 'suppress', reason: 'publishFailed' }],
    ['perhaps notified, unsettled', claimed, neverRead, before, { do: 'step' }],
    ['perhaps notified, read since', claimed, read, due, { do: 'close', reason: 'read' }],
  ])('%s', (_case, followUp, facts, now, decision) => {
    expect(decideOn(followUp, facts, now)).toEqual(decision);
  });

  it('gives the earliest of the settling facts as the reason', () => {
    const facts = { ...neverRead, ...purged, ...confirmed, read: '2026-08-20T05:40:00.0000001Z' };
    expect(decideOn(notified, facts)).toEqual({ do: 'close', reason: 'confirmed' });
  });
});

describe('with credentials', () => {
  const said = (facts: object, more: object = {}): Answer => ({
    is: 'known',
    question: 'details',
    facts,
    published: '2026-08-01T06:00:00Z',
    dueAt: '2026-08-20T05:59:00Z',
    needsConfirmation: true,
    resource: undefined,
    recipient: undefined,
    ...more,
  });
  const decideOn = (followUp: FollowUp, facts: object, answer: Answer, now = due) =>
    decided(followUp, { facts, answer, graceMs, maxWaitMs, since, policy }, now);
  const silent: Answer = { is: 'silent', why: 'Altinn answered 503' };
  const at = '2026-08-20T05:30:00Z';

  it.each<[string, FollowUp, object, Date, object]>([
    [
      'notifies once the pull has brought what opens it',
      open,
      { isBorneOut: true },
      due,
      { do: 'step', checkedWithAltinn: true },
    ],
    ['waits for the pull, hourly at first', open, {}, due, { do: 'wait', until: minutes(due, 30) }],
    [
      'waits for it, for a week',
      open,
      {},
      later(7 * day),
      { do: 'wait', until: minutes(later(7 * day), 360) },
    ],
    [
      'takes it for a forgery then',
      open,
      {},
      later(8 * day),
      { do: 'dispute', why: expect.stringContaining('no pull brought') },
    ],
    [
      'closes what is read, whatever opened it',
      notified,
      { facts: { read: '2026-08-20T06:30:00Z' } },
      due,
      { do: 'close', reason: 'read' },
    ],
  ])('of lists, which tell no due date, %s', (_case, followUp, more, now, decision) => {
    const lists = said(
      {},
      { question: 'list', isBorneOut: false, dueAt: undefined, published: undefined, ...more },
    );
    expect(decideOn(followUp, neverRead, lists, now)).toMatchObject(decision);
  });

  it.each<[string, FollowUp, object, Answer, object]>([
    ['unsettled by all', open, neverRead, said({}), { do: 'step', checkedWithAltinn: true }],
    ['read at Altinn, unheard of', open, neverRead, said({ read: at }), { do: 'suppress', reason: 'read' }],
    [
      'confirmed at Altinn',
      open,
      neverRead,
      said({ confirmed: at }),
      { do: 'suppress', reason: 'confirmed' },
    ],
    ['purged at Altinn', notified, neverRead, said({ purged: at }), { do: 'close', reason: 'purged' }],
    [
      'failed at Altinn',
      claimed,
      neverRead,
      said({ publishFailed: at }),
      { do: 'close', reason: 'publishFailed' },
    ],
    [
      'read, and to be confirmed',
      confirmable(open),
      read,
      said({ read: at }),
      { do: 'step', checkedWithAltinn: true },
    ],
    [
      'no due date',
      open,
      neverRead,
      said({}, { dueAt: undefined }),
      { do: 'suppress', reason: 'notCalledFor' },
    ],
    [
      'not published',
      open,
      neverRead,
      said({}, { published: undefined }),
      { do: 'suppress', reason: 'notCalledFor' },
    ],
    [
      'no confirmation needed',
      confirmable(open),
      {},
      said({}, { needsConfirmation: false }),
      { do: 'suppress', reason: 'notCalledFor' },
    ],
    [
      'due date not reached',
      open,
      neverRead,
      said({}, { dueAt: '2026-08-21T06:00:00Z' }),
      { do: 'wait', until: new Date('2026-08-21T06:05:00Z'), for: 'the due date that Altinn says' },
    ],
    ['not known to Altinn', open, purged, { is: 'disputed', why: '1001' }, { do: 'dispute', why: '1001' }],
  ])('%s', (_case, followUp, facts, answer, decision) => {
    expect(decideOn(followUp, facts, answer)).toEqual(decision);
  });

  it('asks again about an event that Altinn does not bear out, and then goes by Altinn', () => {
    let followUp = open;
    for (const seconds of [10, 30, 60, 300]) {
      const decision = decideOn(followUp, read, said({}));
      expect(decision).toEqual({ do: 'wait', until: later(seconds * 1000), for: unconfirmed });
      followUp = {
        ...followUp,
        waitingFor: unconfirmed,
        waitingSince: dueAt,
        tries: (followUp.tries ?? 0) + 1,
      };
    }
    expect(decideOn(followUp, read, said({}))).toEqual({ do: 'step', checkedWithAltinn: true });
    const told = { ...followUp, state: 'notified' as const, notifiedAt: dueAt, taken };
    expect(decideOn(told, read, said({}))).toEqual({ do: 'look', at: later(day) });
  });

  it('waits for an Altinn that does not answer, ever longer, and as long as Altinn asks', () => {
    for (const [tries, seconds] of [60, 120, 300, 600, 1800, 1800].entries()) {
      const waiting = tries === 0 ? open : { ...open, waitingFor: 'x', silentSince: dueAt, tries };
      expect(decideOn(waiting, neverRead, silent)).toMatchObject({
        until: later(seconds * 1000),
        for: silent.why,
      });
    }
    const asked: Answer = { ...silent, retryAfterMs: 900_000 };
    expect(decideOn(open, neverRead, asked)).toMatchObject({ do: 'wait', until: later(900_000) });
  });

  it('notifies unchecked what is unsettled by all that is known after ALTINN_MAX_WAIT, and nothing else', () => {
    const waiting = { ...open, waitingFor: 'x', silentSince: dueAt, tries: 30 };
    const end = later(maxWaitMs);
    expect(decideOn(waiting, neverRead, silent, new Date(end.getTime() - 1)).do).toBe('wait');
    expect(decideOn(waiting, neverRead, silent, end)).toEqual({ do: 'step', checkedWithAltinn: false });
    for (const facts of [read, confirmed, purged, failed]) {
      expect(decideOn(waiting, facts, silent, end).do, 'settled by what was pushed').toBe('wait');
    }
    expect(decideOn({ ...waiting, state: 'notified', notifiedAt: dueAt }, read, silent, end).do).toBe('wait');
    expect(decideOn({ ...waiting, state: 'disputed' }, neverRead, silent, end).do).toBe('wait');
  });

  it('counts no other wait for one for Altinn', () => {
    const waited = { ...open, waitingFor: 'the due date that Altinn says', waitingSince: dueAt, tries: 30 };
    expect(decideOn(waited, neverRead, silent, later(30 * day))).toMatchObject({
      do: 'wait',
      isSilent: true,
    });
  });

  it('notifies nobody about a due date before the start line, whoever posted what', () => {
    const old = said({}, { dueAt: '1999-12-31T23:59:59Z' });
    expect(decideOn(open, neverRead, old)).toEqual({ do: 'suppress', reason: 'beforeFollowUpSince' });
  });

  it('never suppresses or closes without Altinn, whatever was pushed', () => {
    for (const followUp of [open, notified, claimed, confirmable(open), confirmable(notified)]) {
      for (const answer of [silent, said({}), { is: 'disputed', why: '1001' } as const]) {
        for (const facts of [read, confirmed, purged, failed]) {
          for (const ms of [0, day, 8 * day, 90 * day]) {
            expect(['suppress', 'close']).not.toContain(decideOn(followUp, facts, answer, later(ms)).do);
          }
        }
      }
    }
  });
});

describe('followUpId', () => {
  it('is one for each letter and kind, and safe in a URL', () => {
    expect(followUpId(open)).toBe('never-read-5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90');
    expect(followUpId(confirmable(open))).not.toBe(followUpId(open));
    expect(encodeURIComponent(followUpId(open))).toBe(followUpId(open));
  });
});

describe('a watchdog that the policy does not name, or not any more', () => {
  const answer: Answer = {
    ...{ is: 'known', question: 'details', facts: {}, published: '2026-08-01T06:00:00Z', dueAt: undefined },
    ...{ needsConfirmation: true, resource: undefined, recipient: undefined },
  };

  it.each(['unread', 'unconfirmed', 'not-published', 'no-notification-outcome'] as const)(
    'waits for the policy, as any other kind does: %s',
    (kind) => {
      const known = { facts: {}, answer, graceMs, maxWaitMs, since, policy };
      expect(decide({ ...open, kind }, known, due)).toMatchObject({ do: 'wait', for: unnamed });
      expect(decide({ ...open, kind }, known, later(31 * day))).toEqual({
        ...{ do: 'suppress', reason: 'notInPolicy' },
      });
    },
  );
});
