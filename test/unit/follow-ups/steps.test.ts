import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type EventName, type FollowUpKind, typePrefix } from '../../../shared/events/catalogue.ts';
import { type Channel, NotDelivered, type Step } from '../../../shared/follow-ups/channels/channel.ts';
import type { FollowUpCheck } from '../../../shared/follow-ups/check.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { checkFollowUp } from '../../../shared/follow-ups/guard.ts';
import { openAndClose } from '../../../shared/follow-ups/open-and-close.ts';
import { closeByPerson, reopen } from '../../../shared/follow-ups/people.ts';
import { defaultPolicy, type Policy } from '../../../shared/follow-ups/policy/policy.ts';
import type { Answer } from '../../../shared/follow-ups/question.ts';
import { releaseDue } from '../../../shared/follow-ups/release.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import type { Message } from '../../../shared/queue/message.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { track } from '../../../shared/tracking/track.ts';
import { eventOf } from '../../support/fixture.ts';
import { logInto } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';
import { policyOf, type StepGiven } from '../../support/policy.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const kind = 'never-read' as const;
const [minute, hour, day] = [60_000, 3_600_000, 24 * 3_600_000];
const graceMs = 5 * minute;
const { signal } = new AbortController();

interface Sent extends Step {
  readonly channel: string;
  /** Milliseconds since the fact. */
  readonly after: number;
}

/** The functions over storage in memory, with a clock that the test moves. */
function start(first: Policy, answer?: () => Answer | Promise<Answer>) {
  const storage = new MemoryStorage();
  const begun = storage.now;
  const timeline = new Timeline(storage.table('timeline'));
  const followUps = new FollowUps(storage.table('timeline'));
  const due = new DueFollowUps(storage.table('due'));
  const now = () => new Date(storage.now);
  const sent: Sent[] = [];
  const lines: string[] = [];
  const log = logInto((line) => void lines.push(line));
  const failing = new Map<string, () => Error>();
  let policy = first;
  const channels = new Proxy(new Map<string, Channel>(), {
    get: (_map, property) =>
      property === 'get' &&
      ((channel: string): Channel | undefined =>
        channel === 'gone'
          ? undefined
          : {
              ...(channel === 'reminder' && { tellsNoClosing: true }),
              send: async (step) => {
                const error = failing.get(channel)?.();
                if (error) throw error;
                sent.push({ ...step, channel, after: storage.now - begun });
                return 'taken';
              },
            }),
  });
  const happens = async (name: EventName, at = begun) => {
    const event = { ...eventOf('subject-person'), type: typePrefix + name, id: randomUUID() };
    const message = eventMessage(
      { ...event, resourceinstance: letter, time: new Date(at).toISOString() },
      { via: 'push', enqueuedAt: now().toISOString() },
    );
    const consequences = [
      openAndClose({ followUps, due, policy, graceMs, since: async () => '2000-01-01T00:00:00Z', now }),
    ];
    await track(message, false, { timeline, consequences, log });
  };
  const release = async () => {
    await releaseDue({ due, followUps, queue: storage.queue('follow-ups'), leaseMs: 15 * minute, now });
    return storage
      .messages('follow-ups')
      .splice(0)
      .map(({ text }) => JSON.parse(Buffer.from(text, 'base64').toString()) as Message<FollowUpCheck>);
  };
  const check = (message: Message<FollowUpCheck>) =>
    checkFollowUp(
      message,
      {
        ...{ followUps, due, channels, policy, now, graceMs },
        askAltinn: answer && (async () => answer()),
        events: storage.queue('correspondence-events'),
        deadLetters: new DeadLetters(storage.table('deadletters'), now),
        since: async () => '2000-01-01T00:00:00Z',
        maxWaitMs: 12 * hour,
        leaseMs: 15 * minute,
        paused: false,
      },
      { log, signal, queue: 'follow-ups', by: randomUUID() },
    );
  /** Lets time pass, with a tick of the timer a minute, or wherever something is due. */
  const pass = async (ms: number) => {
    const end = storage.now + ms;
    while (storage.now < end) {
      const times = storage.rowsOf('due').map(({ at }) => Date.parse(String(at)));
      const next = Math.max(storage.now + minute, Math.min(...times, end));
      storage.now = Math.min(end, Math.ceil(next / minute) * minute);
      for (const message of await release()) await check(message);
    }
  };
  const followUp = async () => {
    const stored = await followUps.get(letter, kind);
    if (!stored) throw new Error('there is none');
    const { etag, ...rest } = stored;
    return rest;
  };
  const change = async (changes: object) => {
    const stored = await followUps.get(letter, kind);
    if (stored) await followUps.save({ ...stored, ...changes }, stored.etag);
  };
  const adopt = (next: Policy) => {
    policy = next;
  };
  const told = () => sent.map(({ channel, type }) => `${channel} ${type.replace('follow-up.', '')}`);
  const deadLetters = new DeadLetters(storage.table('deadletters'), now);
  const people = { followUps, due, deadLetters, queue: 'follow-ups', log, now };
  return {
    storage,
    sent,
    told,
    lines,
    failing,
    happens,
    pass,
    release,
    check,
    followUp,
    change,
    adopt,
    people,
  };
}

const three: StepGiven[] = [
  ['reminder', 'PT0S'],
  ['case-team', 'P3D'],
  ['print', 'P60D'],
];
const policy = policyOf({ [kind]: three });
const permanent = () => new NotDelivered('answered 422', { permanent: true });
const transient = () => new NotDelivered('answered 503');
const unread: Answer = {
  is: 'known',
  question: 'details',
  facts: {},
  published: '2026-08-01T06:00:00Z',
  dueAt: '2026-08-20T05:59:00Z',
  needsConfirmation: false,
  resource: 'urn:altinn:resource:brev',
  recipient: undefined,
};

describe('the steps of a policy', () => {
  it('are taken one after another, each once and at its time, counted from the fact', async () => {
    const { sent, happens, pass, followUp } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(100 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['reminder', 'case-team', 'print']);
    for (const [index, after] of [graceMs, 3 * day, 60 * day].entries()) {
      expect(sent[index]?.after).toBeGreaterThanOrEqual(after);
      expect(sent[index]?.after).toBeLessThanOrEqual(after + 2 * minute);
    }
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      ['reminder', 'case-team', 'print'].map((key) => `${kind}-${letter}-1-${key}`),
    );
    expect(sent.map(({ data }) => data.step)).toEqual([
      { number: 1, of: 3, channel: 'reminder' },
      { number: 2, of: 3, channel: 'case-team' },
      { number: 3, of: 3, channel: 'print' },
    ]);
    const { state, history = [] } = await followUp();
    expect(state).toBe('notified');
    expect(history.filter(({ what }) => what === 'step')).toMatchObject(
      ['reminder', 'case-team', 'print'].map((channel) => ({ channel, note: 'taken' })),
    );
    expect(history[0]).toMatchObject({ what: 'opened', note: expect.stringContaining('neverread') });
  });

  it('end when it is settled, and who was told is told that, but for a channel that is told of no closing', async () => {
    const { told, happens, pass, followUp } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(10 * day);
    await happens('correspondencereceiverread');
    await pass(100 * day);
    expect(told()).toEqual(['reminder opened', 'case-team opened', 'case-team closed']);
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read' });
  });

  it('say so where a channel hears of it again', async () => {
    const { told, sent, happens, pass } = start(
      policyOf({
        [kind]: [
          ['case-team', 'PT0S'],
          ['case-team', 'P1D'],
        ],
      }),
    );
    await happens('correspondencereceiverneverread');
    await pass(2 * day);
    await happens('correspondencereceiverread');
    await pass(day);
    expect(told()).toEqual(['case-team opened', 'case-team repeated', 'case-team closed']);
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  it('are each checked with Altinn, and wait for it', async () => {
    let answer: Answer = unread;
    const { sent, happens, pass, followUp } = start(policy, () => answer);
    await happens('correspondencereceiverneverread');
    await pass(2 * day + 23 * hour);
    answer = { is: 'silent', why: 'Altinn answered 503' };
    await pass(7 * hour);
    expect(sent).toHaveLength(1);
    answer = unread;
    await pass(hour);
    expect(sent.map(({ data }) => data.checkedWithAltinn)).toEqual([true, true]);
    answer = { ...unread, facts: { read: '2026-08-29T06:00:00Z' } };
    await pass(100 * day);
    expect(sent.map(({ type, channel }) => [type, channel])).toEqual([
      ['follow-up.opened', 'reminder'],
      ['follow-up.opened', 'case-team'],
      ['follow-up.closed', 'case-team'],
    ]);
    expect((await followUp()).history?.map(({ what }) => what)).toContain('checked');
  });
});

describe('what a channel is told', () => {
  const told = { sendersReference: 'sak 2026/17', orders: { ids: ['an order'], unplaced: 0 } };
  const ofMany = { correspondenceIds: ['a letter', 'another'] };

  it.each([
    ['a letter', told, { sendersReference: 'sak 2026/17', notificationOrderIds: ['an order'] }],
    ['an attachment', ofMany, { correspondenceIds: ['a letter', 'another'] }],
    ['one of which Altinn says no more', {}, {}],
  ])('names %s as Altinn answered', async (_, more, expected) => {
    const { sent, happens, pass } = start(policy, () => ({ ...unread, ...more }));
    await happens('correspondencereceiverneverread');
    await pass(hour);
    const { sendersReference, correspondenceIds, notificationOrderIds } = sent[0]?.data ?? {};
    const named = { sendersReference, correspondenceIds, notificationOrderIds };
    expect(sent).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(named))).toEqual(expected);
  });
});

describe('a channel that keeps failing', () => {
  it('for good: the next step comes at its own time, and says so', async () => {
    const { sent, lines, failing, happens, pass, followUp } = start(policy);
    failing.set('reminder', permanent);
    await happens('correspondencereceiverneverread');
    await pass(hour);
    expect(lines.filter((line) => line.startsWith('follow-up.step-failed'))).toHaveLength(1);
    expect(await followUp()).toMatchObject({ state: 'open', taken: [{ failed: 'answered 422' }] });
    await pass(100 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['case-team', 'print']);
    expect(sent[0]?.after).toBeLessThanOrEqual(3 * day + 2 * minute);
    expect(sent[0]?.data.failed).toEqual({ channel: 'reminder', reason: 'answered 422' });
    expect(sent[1]?.data.failed).toBeUndefined();
  });

  it('for good: the next step comes at once where the policy says so', async () => {
    const steps: StepGiven[] = [
      ['reminder', 'PT0S', { nextAtOnceIfFailed: true }],
      ['case-team', 'P3D'],
    ];
    const { sent, failing, happens, pass } = start(policyOf({ [kind]: steps }));
    failing.set('reminder', permanent);
    await happens('correspondencereceiverneverread');
    await pass(hour);
    expect(sent.map(({ channel }) => channel)).toEqual(['case-team']);
  });

  it('at night: the next step comes at the end of quiet hours where the policy has those', async () => {
    const steps: StepGiven[] = [
      ['reminder', 'PT0S', { nextAtOnceIfFailed: true }],
      ['case-team', 'P3D'],
    ];
    const exact = policyOf({ [kind]: steps });
    const morning = (at: Date) => new Date(Math.ceil(at.getTime() / day) * day);
    const { sent, failing, happens, pass } = start({
      ...exact,
      timeOf: (step, factAt) => {
        const at = exact.timeOf(step, factAt);
        return step.channel === 'case-team' ? morning(at) : at;
      },
    });
    failing.set('reminder', permanent);
    await happens('correspondencereceiverneverread');
    await pass(17 * hour);
    expect(sent).toEqual([]);
    await pass(2 * hour);
    expect(sent.map(({ channel, after }) => [channel, after])).toEqual([['case-team', 18 * hour]]);
  });

  it('for a while: it is given up after that time, and not before', async () => {
    const { sent, failing, lines, happens, pass } = start(policy);
    failing.set('reminder', transient);
    await happens('correspondencereceiverneverread');
    await pass(3 * hour);
    expect(lines.filter((line) => line.startsWith('follow-up.step-failed'))).toEqual([]);
    await pass(2 * hour);
    expect(lines.filter((line) => line.startsWith('follow-up.step-failed'))).toHaveLength(1);
    await pass(3 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['case-team']);
  });

  it('at the last step: it is never given up', async () => {
    const { sent, failing, happens, pass, followUp } = start(policy);
    failing.set('print', permanent);
    await happens('correspondencereceiverneverread');
    await pass(80 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['reminder', 'case-team']);
    expect((await followUp()).undelivered).toBeGreaterThan(100);
    failing.clear();
    await pass(2 * hour);
    expect(sent.at(-1)?.channel).toBe('print');
    expect(await followUp()).toMatchObject({ state: 'notified' });
    expect((await followUp()).history?.length).toBeLessThan(20);
  });

  it('that may have taken it hears of the closing, and keeps nobody else from it', async () => {
    const { told, failing, happens, pass, followUp } = start(policy);
    failing.set('case-team', () => new Error('broken off'));
    await happens('correspondencereceiverneverread');
    await pass(4 * day);
    failing.clear();
    failing.set('print', transient);
    await pass(61 * day);
    failing.set('case-team', permanent);
    await happens('correspondencereceiverread');
    await pass(hour);
    expect(await followUp()).not.toMatchObject({ state: 'closed' });
    failing.clear();
    await pass(day);
    expect(told()).toEqual(['reminder opened', 'case-team closed']);
    expect(await followUp()).toMatchObject({ state: 'closed' });
  });

  it('asks to wait: is left alone for so long', async () => {
    const { sent, failing, lines, happens, pass } = start(policy);
    failing.set('reminder', () => new NotDelivered('answered 429', { retryAfterMs: 40 * minute }));
    await happens('correspondencereceiverneverread');
    await pass(44 * minute);
    expect(lines.filter((line) => line.startsWith('channel.failed'))).toHaveLength(1);
    failing.clear();
    await pass(5 * minute);
    expect(sent).toHaveLength(1);
  });
});

describe('a policy that is changed while follow-ups wait', () => {
  const changed = (...steps: StepGiven[]) => policyOf({ [kind]: steps });

  it('applies to the steps that are not taken yet, and takes none twice', async () => {
    const { sent, adopt, happens, pass } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(day);
    adopt(changed(['e-mail', 'PT0S'], ['reminder', 'PT0S'], ['queue', 'P5D'], ['print', 'P30D']));
    await pass(100 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['reminder', 'queue', 'print']);
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  it('counts steps where it has none of those that were taken', async () => {
    const { sent, adopt, happens, pass } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(day);
    adopt(changed(['first', 'PT0S'], ['second', 'P5D']));
    await pass(100 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['reminder', 'second']);
  });

  it('takes a step after all that was given up for one that it has no more', async () => {
    const { sent, adopt, failing, happens, pass } = start(policy);
    failing.set('reminder', permanent);
    await happens('correspondencereceiverneverread');
    await pass(day);
    adopt(changed(['reminder', 'PT0S']));
    failing.clear();
    await pass(100 * day);
    expect(sent.map(({ channel }) => channel)).toEqual(['reminder']);
  });

  it('without the kind: what was told is closed, what was not waits for the kind, and both take no step', async () => {
    const { told, adopt, happens, pass, followUp } = start(policy);
    await happens('correspondencereceiverneverread');
    adopt(policyOf({}));
    await pass(3 * day);
    expect(await followUp()).toMatchObject({ state: 'open', waitingFor: 'the policy to name its kind' });
    adopt(policy);
    await pass(10 * day);
    expect(told()).toEqual(['reminder opened', 'case-team opened']);
    adopt(policyOf({}));
    await happens('correspondencereceiverread');
    await pass(100 * day);
    expect(told()).toEqual(['reminder opened', 'case-team opened', 'case-team closed']);
  });

  it('without a channel that was told: the follow-up is closed all the same', async () => {
    const { told, happens, pass, followUp } = start(changed(['gone', 'PT0S'], ['case-team', 'PT0S']));
    await happens('correspondencereceiverneverread');
    await pass(hour);
    await happens('correspondencereceiverread');
    await pass(hour);
    expect(told()).toEqual(['case-team opened', 'case-team closed']);
    expect(await followUp()).toMatchObject({ state: 'closed' });
  });

  it('from none: what was notified before is not notified again', async () => {
    const { told, adopt, happens, pass, change } = start(defaultPolicy('webhook'));
    await happens('correspondencereceiverneverread');
    await pass(hour);
    // As a version without steps has written it.
    await change({ taken: undefined, round: undefined, plannedBy: undefined, history: undefined });
    adopt(changed(['webhook', 'PT0S'], ['case-team', 'P2D']));
    await pass(3 * day);
    await happens('correspondencereceiverread');
    await pass(day);
    expect(told()).toEqual(['webhook opened', 'case-team opened', 'webhook closed', 'case-team closed']);
  });
});

describe('a person', () => {
  it('closes: no further step is taken, whatever is queued, and who was told hears it', async () => {
    const { storage, told, happens, pass, release, check, change } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(day);
    storage.now += 2 * day;
    const queued = await release();
    expect(queued).toHaveLength(1);
    await change({ state: 'closed', reason: 'byPerson', closedAt: new Date(storage.now).toISOString() });
    for (const message of queued) await check(message);
    await pass(100 * day);
    expect(told()).toEqual(['reminder opened']);
  });

  it('closes what case workers were told of: they hear that it was a person', async () => {
    const { storage, sent, happens, pass, change } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(4 * day);
    const at = new Date(storage.now).toISOString();
    await change({ state: 'closed', reason: 'byPerson', closedAt: at, dueAt: at });
    const due = new DueFollowUps(storage.table('due'));
    await due.add({ kind, correspondenceId: letter, at, rank: 'verified-closing' });
    await pass(100 * day);
    expect(sent.at(-1)).toMatchObject({
      channel: 'case-team',
      type: 'follow-up.closed',
      data: { reason: 'byPerson' },
    });
    expect(sent).toHaveLength(3);
  });

  it('snoozes: no step until then, but a closing', async () => {
    const { storage, sent, told, happens, pass, change } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(day);
    await change({ snoozedUntil: new Date(storage.now + 10 * day).toISOString() });
    await pass(9 * day);
    expect(sent).toHaveLength(1);
    await pass(2 * day);
    expect(told()).toEqual(['reminder opened', 'case-team opened']);
  });

  it('reopens: a new round with keys of its own, counted from then', async () => {
    const { storage, sent, happens, pass, change } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(100 * day);
    expect(sent).toHaveLength(3);
    const at = new Date(storage.now).toISOString();
    const cleared = { taken: undefined, told: undefined, notifiedAt: undefined, closedAt: undefined };
    await change({ ...cleared, state: 'open', round: 2, openedAt: at, dueAt: at });
    const due = new DueFollowUps(storage.table('due'));
    await due.add({ kind, correspondenceId: letter, at, rank: 'pushed-opening' });
    await pass(10 * day);
    expect(sent.slice(3).map(({ idempotencyKey, data }) => [idempotencyKey, data.round])).toEqual([
      [`${kind}-${letter}-2-reminder`, 2],
      [`${kind}-${letter}-2-case-team`, 2],
    ]);
  });
});

describe('a person, while it is acted on', () => {
  const key = { kind, correspondenceId: letter };
  const read: Answer = { ...unread, facts: { read: '2026-08-29T06:00:00Z' } };

  it('closes while Altinn is asked: no step is taken any more', async () => {
    let closes: (() => Promise<unknown>) | undefined;
    const app = start(policy, async () => {
      await closes?.();
      return unread;
    });
    closes = () => closeByPerson(key, { reason: 'by phone', by: 'duty desk' }, app.people);
    await app.happens('correspondencereceiverneverread');
    app.storage.now += hour;
    for (const message of await app.release()) await app.check(message).catch(() => {});
    await app.pass(100 * day);
    expect(app.told()).toEqual([]);
    expect(await app.followUp()).toMatchObject({ state: 'closed', reason: 'byPerson' });
  });

  it('closes, and reopens before those who were told have heard it: they hear what settles it', async () => {
    let answer: Answer = unread;
    const { told, failing, happens, pass, people, followUp } = start(policy, () => answer);
    await happens('correspondencereceiverneverread');
    await pass(4 * day);
    failing.set('case-team', transient);
    await closeByPerson(key, { reason: 'by phone', by: 'duty desk' }, people);
    await pass(hour);
    await reopen(key, { by: 'duty desk' }, people);
    failing.clear();
    answer = read;
    await pass(day);
    expect(told()).toEqual(['reminder opened', 'case-team opened', 'case-team closed']);
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read' });
  });

  it('reopens what is disputed: who was told of it hears what settles it', async () => {
    let answer: Answer = unread;
    const { told, happens, pass, people } = start(policy, () => answer);
    await happens('correspondencereceiverneverread');
    await pass(4 * day);
    answer = { is: 'disputed', why: 'Altinn does not know it' };
    await pass(60 * day);
    await reopen(key, { by: 'duty desk' }, people);
    answer = read;
    await pass(day);
    expect(told()).toEqual(['reminder opened', 'case-team opened', 'case-team closed']);
  });

  it('closes: a death once all have heard it leaves nothing due', async () => {
    const { storage, happens, pass, people, change, followUp } = start(policy);
    await happens('correspondencereceiverneverread');
    await pass(4 * day);
    await closeByPerson(key, { reason: 'by phone', by: 'duty desk' }, people);
    await change({ told: ['reminder', 'case-team'] });
    await pass(20 * day);
    expect(storage.rowsOf('due')).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'byPerson' });
  });
});

describe('a channel that may have been told', () => {
  it('by a first step that was given up hears what settles it', async () => {
    const { told, failing, happens, pass, followUp } = start(
      policyOf({
        [kind]: [
          ['case-team', 'PT0S'],
          ['print', 'P60D'],
        ],
      }),
      () => answer,
    );
    let answer: Answer = unread;
    failing.set('case-team', () => new Error('broken off'));
    await happens('correspondencereceiverneverread');
    await pass(day);
    expect(await followUp()).toMatchObject({ state: 'open', taken: [{ perhaps: true }] });
    failing.clear();
    answer = { ...unread, facts: { read: '2026-08-29T06:00:00Z' } };
    await happens('correspondencereceiverread');
    await pass(day);
    expect(told()).toEqual(['case-team closed']);
  });

  it('before a death hears what settles it, though another is told of that first and death comes again', async () => {
    const { told, failing, happens, pass, followUp, people } = start(
      policyOf({
        [kind]: [
          ['mail', 'PT0S'],
          ['case-team', 'P1D'],
        ],
      }),
    );
    await happens('correspondencereceiverneverread');
    await pass(hour);
    failing.set('case-team', () => new Error('broken off'));
    await pass(day);
    expect(await followUp()).toMatchObject({ claim: { channel: 'case-team' } });
    failing.clear();
    await happens('correspondencereceiverread');
    const save = people.followUps.save.bind(people.followUps);
    const dies = vi.spyOn(people.followUps, 'save').mockImplementation(async (changed, etag) => {
      if (changed.claim?.channel === 'case-team' && changed.told?.includes('mail')) throw new Error('dead');
      return save(changed, etag);
    });
    await pass(2 * minute).catch(() => {});
    expect(told()).toEqual(['mail opened', 'mail closed']);
    dies.mockRestore();
    await pass(day);
    expect(told()).toEqual(['mail opened', 'mail closed', 'case-team closed']);
  });
});

it.each<[FollowUpKind, EventName]>([['never-confirmed', 'correspondencereceiverneverconfirmed']])(
  'a kind that the policy does not name is not opened: %s',
  async (_kind, name) => {
    const { storage, happens } = start(policy);
    await happens(name);
    expect(storage.rowsOf('due')).toEqual([]);
  },
);
