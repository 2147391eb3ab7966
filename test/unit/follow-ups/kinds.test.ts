import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import { makeCorrespondence } from '../../../shared/altinn/api/correspondence.ts';
import type { Platform } from '../../../shared/altinn/api/platform.ts';
import {
  type FollowUpKind,
  followUpKinds,
  isWatchdog,
  settlingFacts,
} from '../../../shared/events/catalogue.ts';
import { type KnownAnswer, learntFrom } from '../../../shared/follow-ups/answer.ts';
import { calledFor } from '../../../shared/follow-ups/called-for.ts';
import { letterAnswer } from '../../../shared/follow-ups/letter-answer.ts';
import { outcomesOf } from '../../../shared/follow-ups/notification-outcome.ts';
import { forRole } from '../../../shared/follow-ups/policy/for-role.ts';
import { defaultPolicy } from '../../../shared/follow-ups/policy/policy.ts';
import { makeAskAltinn } from '../../../shared/follow-ups/question.ts';
import { kindsFor, questionOfKind } from '../../../shared/follow-ups/question-of-kind.ts';
import { deriveStatus } from '../../../shared/tracking/status.ts';
import { recordedLines } from '../../support/recorded.ts';

const id = '01a1fec9-2bb7-7b69-93e7-a58a0d634d67';
const now = new Date('2026-12-05T12:00:00Z');
const nineDays = (from: string) => new Date(Date.parse(from) + 9 * 86_400_000);
const recorded = new Map(recordedLines('correspondence.jsonl').map(({ name, body }) => [name, body]));

/** Asks about a kind where Altinn answers as was recorded, with changes. @returns the answer and what was requested */
async function ask(kind: FollowUpKind, details: string, overview?: object, changes: object = {}) {
  const paths: string[] = [];
  const platform = {
    request: async (_method: string, path: string) => {
      paths.push(path);
      if (path.endsWith('/details')) return { ...JSON.parse(recorded.get(details) as string), ...changes };
      if (overview) return overview;
      throw new AltinnError('not there', { status: 404, errorCode: 1001 });
    },
  } as unknown as Platform;
  const pace = { answered: async () => {}, silent: async () => {}, turn: async () => 'now' as const };
  const question = { kind, correspondenceId: id, status: deriveStatus([]), heardAt: '2026-01-01T00:00:00Z' };
  const answer = await makeAskAltinn(makeCorrespondence(platform), pace)(
    question,
    new AbortController().signal,
  );
  if (answer.is !== 'known') throw new Error(`it is ${answer.is}`);
  return { answer, paths };
}

/** What Altinn's answer makes of a follow-up: settled by a fact, or what it calls for. */
function verdict(kind: FollowUpKind, answer: KnownAnswer, at = now) {
  const facts: Partial<Record<string, string>> = answer.facts;
  return settlingFacts(kind).find((fact) => facts[fact]) ?? calledFor(kind, answer, at, nineDays);
}

const placed = {
  notifications: [{ notificationOrderId: '3f4e354e-469c-49b8-ab29-cc2fd90ff4ab', isReminder: false }],
};
const unplaced = { notifications: [{ notificationOrderId: null, isReminder: false }] };
const pending = (created: string) => ({
  isReminder: false,
  created,
  processingStatus: { status: 'Order_Processing', lastUpdate: created },
  notificationStatusDetails: { email: null, sms: null, emails: null, smses: null },
});
const failed = '091-H-notification-failed-details';
const mixed = '093-H-notification-mixed-details';
const delivered = '314-H-notification-mixed-details';
const virus = '128-K-failed-owner-details';
const calls = (since: string) => ({ is: 'called-for', since });
const no = { is: 'not-called-for' };

describe('what Altinn’s own code answered', () => {
  it.each<[FollowUpKind, string, object | undefined, object, unknown]>([
    ['publish-failed', '900-publish-failed-details', undefined, {}, calls('2026-11-21T15:48:31.737761Z')],
    ['publish-failed', virus, undefined, {}, calls('2026-11-21T15:46:01.38374Z')],
    ['publish-failed', failed, undefined, {}, no],
    ['attachment-rejected', '129-K-attachment-details', undefined, {}, calls('2026-11-21T15:46:01.333257Z')],
    [
      'attachment-rejected',
      '129-K-attachment-details',
      undefined,
      { status: 'Purged', statusChanged: '2026-11-22T00:00:00Z' },
      'purged',
    ],
    ['attachment-rejected', '005-attachment-details-published', undefined, {}, no],
    ['notification-failed', failed, undefined, {}, calls('2026-11-21T15:45:05.343014Z')],
    ['notification-failed', mixed, undefined, {}, 'notificationDelivered'],
    ['notification-failed', virus, undefined, {}, 'publishFailed'],
    ['notification-partly-failed', mixed, undefined, {}, calls('2026-11-21T15:45:25.4713216Z')],
    ['notification-partly-failed', failed, undefined, {}, calls('2026-11-21T15:45:05.343014Z')],
    ['notification-partly-failed', failed, undefined, { notifications: [] }, no],
    [
      'notification-not-created',
      failed,
      unplaced,
      { notifications: [] },
      calls('2026-11-21T15:44:46.329348Z'),
    ],
    ['notification-not-created', failed, placed, {}, no],
    ['notification-not-created', failed, { notifications: [] }, { notifications: [] }, no],
    [
      'notification-not-created',
      failed,
      { notifications: [...unplaced.notifications, ...placed.notifications] },
      {},
      no,
    ],
    ['notification-not-created', failed, undefined, {}, 'purged'],
    ['no-notification-outcome', failed, placed, {}, 'notificationAllFailed'],
    ['no-notification-outcome', failed, unplaced, { notifications: [] }, 'notificationCreationFailed'],
    ['no-notification-outcome', failed, { notifications: [] }, { notifications: [] }, no],
    [
      'no-notification-outcome',
      failed,
      placed,
      { notifications: [pending('2026-11-21T15:44:45Z')] },
      calls('2026-11-30T15:44:46.329Z'),
    ],
    [
      'no-notification-outcome',
      failed,
      placed,
      { notifications: [pending('2026-11-28T12:00:00Z')] },
      { is: 'too-early', until: '2026-12-07T12:00:00.000Z' },
    ],
    ['never-read', failed, undefined, {}, no],
    ['never-read', mixed, undefined, { dueDateTime: '2026-12-01T00:00:00Z' }, calls('2026-12-01T00:00:00Z')],
    ['unread', failed, undefined, {}, calls('2026-11-30T15:44:46.329Z')],
    ['unread', failed, undefined, { dueDateTime: '2026-12-24T00:00:00Z' }, no],
    ['unconfirmed', failed, undefined, {}, no],
    ['unconfirmed', failed, undefined, { isConfirmationNeeded: true }, calls('2026-11-30T15:44:46.329Z')],
    ['not-published', failed, undefined, {}, 'published'],
    ['not-published', virus, undefined, {}, 'publishFailed'],
    [
      'not-published',
      '008-A-before-publish-owner-details',
      undefined,
      { requestedPublishTime: '2026-11-20T00:00:00Z', created: '2026-11-21T00:00:00Z' },
      calls('2026-11-30T00:00:00.000Z'),
    ],
    [
      'not-published',
      '008-A-before-publish-owner-details',
      undefined,
      { requestedPublishTime: '2026-12-01T00:00:00+02:00', created: '2026-11-21T00:00:00Z' },
      { is: 'too-early', until: '2026-12-09T22:00:00.000Z' },
    ],
  ])('%s by %s', async (kind, details, overview, changes, expected) => {
    const { answer } = await ask(kind, details, overview, changes);
    const said = verdict(kind, answer);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatchObject(expected as object);
  });

  it('a delivered notification settles what says that none was', async () => {
    const { answer } = await ask('notification-failed', delivered);
    expect(verdict('notification-failed', answer)).toBe('notificationDelivered');
  });

  it('asks for no more than the kind needs', async () => {
    const of = async (kind: FollowUpKind, details: string) =>
      (await ask(kind, details, placed)).paths.map((path) => path.replace('/correspondence/api/v1/', ''));
    expect(await of('never-read', failed)).toEqual([`correspondence/${id}/details`]);
    expect(await of('notification-failed', failed)).toEqual([`correspondence/${id}/details`]);
    expect(await of('attachment-rejected', '129-K-attachment-details')).toEqual([`attachment/${id}/details`]);
    expect(await of('notification-not-created', failed)).toEqual([
      `correspondence/${id}/details`,
      `correspondence/${id}`,
    ]);
  });

  it('keeps what names the letter, and no address and no text', async () => {
    const { answer } = await ask('no-notification-outcome', mixed, placed);
    expect(answer).toMatchObject({
      sendersReference: 'SAK-91',
      requestedPublishTime: '2026-11-21T15:45:05.358029+00:00',
      notifications: [{ isReminder: false, orderedAt: '2026-11-21T15:45:05.406994Z', outcome: 'partly' }],
      orders: { ids: ['3f4e354e-469c-49b8-ab29-cc2fd90ff4ab'], unplaced: 0 },
    });
    const rejected = await ask('attachment-rejected', '129-K-attachment-details');
    expect(rejected.answer).toMatchObject({
      correspondenceIds: [id],
      resource: 'urn:altinn:resource:made-up-letters',
    });
    for (const [name, body] of recorded) {
      if (!/details/.test(name) || !body?.startsWith('{"statusHistory"')) continue;
      const { answer: each } = await ask(
        /attachment-details/.test(name) ? 'attachment-rejected' : 'unread',
        name,
      );
      expect(JSON.stringify(each), name).not.toMatch(/@|Oppdiktet|virus\.txt|vedlegg/);
    }
  });

  it('an attachment that Altinn does not know is disputed', async () => {
    const correspondence = {
      attachment: async () => {
        throw new AltinnError('no', { status: 404, errorCode: 2001 });
      },
    };
    const pace = { answered: async () => {}, silent: async () => {}, turn: async () => 'now' as const };
    const question = { correspondenceId: id, status: deriveStatus([]), heardAt: '2026-01-01T00:00:00Z' };
    const asked = makeAskAltinn(correspondence as never, pace);
    const { signal } = new AbortController();
    const answer = await asked({ kind: 'attachment-rejected', ...question }, signal);
    expect(answer).toMatchObject({ is: 'disputed', why: expect.stringContaining('2001') });
  });
});

const succeeded = fc.constantFrom('Email_Delivered', 'SMS_Accepted', 'Email_Succeeded');
const lost = fc.constantFrom('Email_Failed_Bounced', 'SMS_Failed_TTL', 'Email_Failed');
const underWay = fc.constantFrom('Email_New', 'SMS_Sending', 'Unknown');
const address = fc.oneof(
  succeeded.map((status) => ({ succeeded: true, sendStatus: { status } })),
  lost.map((status) => ({ succeeded: false, sendStatus: { status } })),
  underWay.map((status) => ({ succeeded: false, sendStatus: { status } })),
);
const notification = fc.record({
  isReminder: fc.boolean(),
  created: fc.constant('2026-11-21T15:44:45.165044+00:00'),
  processingStatus: fc.record({
    status: fc.constantFrom(
      'Order_Registered',
      'Order_Processing',
      'Order_Completed',
      'Order_SendConditionNotMet',
    ),
    lastUpdate: fc.constant('2026-11-21T15:45:05.343014+00:00'),
  }),
  notificationStatusDetails: fc.record({
    emails: fc.option(fc.array(address, { maxLength: 3 })),
    smses: fc.option(fc.array(address, { maxLength: 3 })),
  }),
});
const letter = fc.record({
  isGone: fc.boolean(),
  created: fc.constant('2026-11-20T00:00:00Z'),
  published: fc.option(fc.constant('2026-11-21T15:44:46.329348+00:00')),
  dueDateTime: fc.option(fc.constant('2026-12-01T00:00:00Z')),
  isConfirmationNeeded: fc.boolean(),
  notifications: fc.array(notification, { maxLength: 4 }),
  statusHistory: fc.array(
    fc.constantFrom('Read', 'Confirmed', 'PurgedByRecipient', 'Failed').map((status) => ({
      status,
      statusChanged: '2026-11-25T00:00:00Z',
    })),
    { maxLength: 2 },
  ),
});

describe('of any letter', () => {
  it('nobody is alarmed that a notification failed where one was reached, nor that none has an outcome where one has', () => {
    fc.assert(
      fc.property(letter, fc.integer({ min: 0, max: 40 }), (each, days) => {
        const answer = letterAnswer(each as never, undefined, now.toISOString());
        const at = new Date(Date.parse('2026-11-21T00:00:00Z') + days * 86_400_000);
        const outcomes = outcomesOf(each.notifications as never).map(({ outcome }) => outcome);
        const isCalled = (kind: FollowUpKind) =>
          JSON.stringify(verdict(kind, answer, at)).includes('called-for","');
        if (outcomes.some((outcome) => outcome === 'delivered' || outcome === 'partly'))
          expect(isCalled('notification-failed')).toBe(false);
        if (!outcomes.includes('pending')) expect(isCalled('no-notification-outcome')).toBe(false);
        if (each.dueDateTime) expect(isCalled('unread') || isCalled('unconfirmed')).toBe(false);
        if (!each.isConfirmationNeeded)
          expect(isCalled('unconfirmed') || isCalled('never-confirmed')).toBe(false);
        expect(isCalled('not-published') && !!each.published).toBe(false);
      }),
    );
  });

  it('what is called for stays so while nothing else happens, and a watchdog never comes before its time', () => {
    fc.assert(
      fc.property(letter, fc.constantFrom(...followUpKinds), fc.nat(40), (each, kind, days) => {
        const answer = letterAnswer(each as never, undefined, now.toISOString());
        const at = new Date(Date.parse('2026-11-21T00:00:00Z') + days * 86_400_000);
        const said = calledFor(kind, answer, at, nineDays);
        if (said.is === 'too-early') {
          expect(Date.parse(said.until)).toBeGreaterThan(at.getTime());
          expect(calledFor(kind, answer, new Date(said.until), nineDays)).toMatchObject({ is: 'called-for' });
        }
        if (said.is === 'called-for' && isWatchdog(kind))
          expect(Date.parse(said.since as string)).toBeLessThanOrEqual(at.getTime());
        const later = calledFor(kind, answer, new Date(at.getTime() + 1e9), nineDays);
        if (said.is === 'called-for') expect(later).toEqual(said);
        if (isWatchdog(kind)) expect(calledFor(kind, answer, at)).toEqual(no);
      }),
    );
  });
});

describe('what is learnt by asking', () => {
  const all = { published: 'p', read: 'r', purged: 'u', notificationDelivered: 'd', uploadFailed: 'x' };
  it.each<[FollowUpKind, string[]]>([
    ['never-read', ['correspondencereceiverread', 'correspondencepurged']],
    ['not-published', ['correspondencepublished', 'correspondencereceiverread', 'correspondencepurged']],
    [
      'notification-failed',
      ['correspondencereceiverread', 'correspondencepurged', 'correspondencenotificationdelivered'],
    ],
    ['attachment-rejected', ['attachmentpurged']],
  ])('for %s is what settles that kind, and what became of the letter', (kind, names) => {
    expect(learntFrom(kind, { facts: all }).map(({ name }) => name)).toEqual(names);
  });
});

describe('the questions', () => {
  it('are there for every kind, and a recipient is refused what it gets no events of', () => {
    expect(Object.keys(questionOfKind).sort()).toEqual([...followUpKinds].sort());
    expect([...kindsFor('Sender')]).toEqual([...followUpKinds]);
    expect([...kindsFor('Recipient')].sort()).toEqual([
      'never-confirmed',
      'never-read',
      'unconfirmed',
      'unread',
    ]);
  });
});

describe('a policy for a recipient', () => {
  it('leaves out what that gets no events of, and says so', () => {
    const all = { ...defaultPolicy('log'), kinds: new Set(followUpKinds), rule: () => ({ steps: [] }) };
    const { policy, refused } = forRole(all, 'Recipient');
    expect([...policy.kinds, ...refused].sort()).toEqual([...followUpKinds].sort());
    expect(refused).toContain('notification-failed');
    expect(policy.rule('notification-failed', undefined)).toBeUndefined();
    expect(policy.rule('unread', undefined)).toBeDefined();
    expect(forRole(all, 'Sender')).toEqual({ policy: all, refused: [] });
  });
});
