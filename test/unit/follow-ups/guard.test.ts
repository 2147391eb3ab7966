import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type EventName, typePrefix } from '../../../shared/events/catalogue.ts';
import { type Channel, NotDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import type { FollowUpCheck } from '../../../shared/follow-ups/check.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { checkFollowUp, type GuardDeps } from '../../../shared/follow-ups/guard.ts';
import { defaultPolicy } from '../../../shared/follow-ups/policy/policy.ts';
import type { Answer, Question } from '../../../shared/follow-ups/question.ts';
import { releaseDue } from '../../../shared/follow-ups/release.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { NonRetryableError, RetryableError } from '../../../shared/queue/errors.ts';
import { type Message, newMessage, type Via } from '../../../shared/queue/message.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { eventOf } from '../../support/fixture.ts';
import { logInto } from '../../support/log.ts';
import { MemoryChannel, MemoryStorage, type Pause } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const { signal } = new AbortController();
const graceMs = 300_000;
const day = 24 * 3_600_000;

const checkOf = (kind: FollowUpCheck['kind'], lease?: string): Message<FollowUpCheck> =>
  newMessage(
    { kind, correspondenceId: letter, lease },
    { via: 'push', enqueuedAt: '2026-08-20T05:00:00.000Z' },
  );

const known = (facts: object = {}, more: object = {}): Answer => ({
  is: 'known',
  question: 'details',
  facts,
  published: '2026-08-01T06:00:00+02:00',
  dueAt: '2026-08-19T06:00:00Z',
  needsConfirmation: true,
  resource: 'urn:altinn:resource:brev-fra-etaten',
  recipient: 'urn:altinn:organization:identifier-no:310000001',
  ...more,
});

/** A letter whose never-read follow-up is due now. */
async function start(answer?: () => Answer) {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  const followUps = new FollowUps(storage.table('timeline'));
  const due = new DueFollowUps(storage.table('due'));
  const channel = new MemoryChannel();
  const lines: string[] = [];
  const log = logInto((line) => void lines.push(line));
  const now = () => new Date(storage.now);
  const happened = (name: EventName, id: string = name, via: Via = 'push') =>
    timeline.record(
      letter,
      eventMessage(
        { ...eventOf('subject-person'), type: typePrefix + name, id },
        { via, enqueuedAt: now().toISOString() },
      ),
    );
  const followUp = async () => {
    const [only] = await followUps.of(letter);
    if (!only) throw new Error('there is none');
    return only;
  };
  const check = (
    which = checkOf('never-read'),
    pause: Pause = () => {},
    changes: Partial<GuardDeps> = {},
  ) => {
    const paused: Channel = {
      send: async (step) => {
        await channel.send(step);
        await pause({ name: 'notify', when: 'after' });
        return undefined;
      },
    };
    return checkFollowUp(
      which,
      {
        followUps: new FollowUps(storage.table('timeline', pause)),
        due: new DueFollowUps(storage.table('due', pause)),
        channels: new Map([['webhook', paused]]),
        policy: defaultPolicy('webhook'),
        askAltinn: answer && (async () => answer()),
        events: storage.queue('correspondence-events', pause),
        deadLetters: new DeadLetters(storage.table('deadletters'), now),
        graceMs,
        since: async () => '2000-01-01T00:00:00Z',
        maxWaitMs: 12 * 3_600_000,
        leaseMs: 900_000,
        paused: false,
        now,
        ...changes,
      },
      { log, signal, queue: 'follow-ups', by: randomUUID() },
    );
  };
  /** As the timer does: releases what is due, and gives back what it put on the queue. */
  const release = async () => {
    await releaseDue({ due, followUps, queue: storage.queue('follow-ups'), leaseMs: 900_000, now });
    const messages = storage.messages('follow-ups').splice(0);
    return messages.map(
      ({ text }) => JSON.parse(Buffer.from(text, 'base64').toString()) as Message<FollowUpCheck>,
    );
  };
  const pass = (ms: number) => {
    storage.now += ms;
  };
  await happened('correspondencereceiverneverread');
  const openedAt = new Date(storage.now - graceMs).toISOString();
  const dueAt = now().toISOString();
  const base = { kind: 'never-read', correspondenceId: letter } as const;
  await followUps.add({ ...base, state: 'open', openedAt, dueAt });
  await due.add({ ...base, at: dueAt, rank: 'pushed-opening' });
  const learnt = () =>
    storage
      .messages('correspondence-events')
      .map(({ text }) => JSON.parse(Buffer.from(text, 'base64').toString()));
  return { storage, followUps, due, channel, lines, happened, followUp, check, release, pass, now, learnt };
}

const dies =
  (name: string): Pause =>
  (operation) => {
    // A process that died goes no further.
    return operation.name === name ? new Promise(() => {}) : undefined;
  };

describe('a channel that fails in turn with one thing and another', () => {
  it('is tried later each time, and the count goes up', async () => {
    const { check, lines, release, pass, followUp } = await start();
    let calls = 0;
    const send = () => Promise.reject(new Error(`it answered ${502 + (calls++ % 2)}`));
    for (let minute = 0; minute < 60; minute++, pass(60_000)) {
      for (const message of await release())
        await check(message, undefined, { channels: new Map([['webhook', { send }]]) });
    }
    const tries = lines.flatMap((line) => /^channel\.failed .* tries=(\d+)/.exec(line)?.[1] ?? []);
    expect(tries).toEqual(tries.map((_, index) => String(index + 1)));
    // After 10 s, 1 min, 5 min, and then every 10 min; a release is at the minute.
    expect(calls).toBeLessThan(11);
    expect(await followUp()).toMatchObject({ state: 'open', undelivered: calls });
  });
});

describe('what the guard says', () => {
  it.each<[string, Answer, string[]]>([
    ['that Altinn answered', known(), ['altinn.answered answer=known', 'follow-up.notified']],
    [
      'that it waits for Altinn',
      { is: 'silent', why: 'Altinn answered 503' },
      ['altinn.answered answer=silent', 'follow-up.waiting kind=never-read'],
    ],
    [
      'that there is no token, and will not be by itself',
      { is: 'silent', why: 'the key is unknown', refused: 'key' },
      [
        'altinn.answered answer=silent',
        'token.refused fault=key reason="the key is unknown"',
        'follow-up.waiting kind=never-read',
      ],
    ],
    [
      'that it is not called for',
      known({}, { dueAt: undefined }),
      [
        'altinn.answered answer=known',
        `follow-up.suppressed kind=never-read id=${letter} reason=notCalledFor`,
      ],
    ],
    [
      'that it is early',
      known({}, { dueAt: '2026-08-27T06:00:00Z' }),
      ['altinn.answered answer=known', `follow-up.early kind=never-read id=${letter} until=2026-08-27T`],
    ],
  ])('is %s', async (_, answer, expected) => {
    const { check, lines } = await start(() => answer);
    await check();
    expect(lines.map((line, index) => line.slice(0, expected[index]?.length))).toEqual(expected);
  });
});

describe('the guard', () => {
  it('notifies once that it is open, and records it', async () => {
    const { channel, followUp, check, now } = await start();
    await check();
    await check();
    expect(channel.notified).toEqual([
      {
        type: 'follow-up.opened',
        idempotencyKey: `never-read-${letter}-1-webhook`,
        timestamp: new Date(now().getTime() - graceMs).toISOString(),
        data: {
          followUpId: `never-read-${letter}`,
          kind: 'never-read',
          correspondenceId: letter,
          resource: 'urn:altinn:resource:brev-fra-etaten',
          recipient: 'urn:altinn:person:identifier-no:13845678914',
          since: '2026-08-19T06:00:03.4817266Z',
          status: 'neverRead',
          about: 'correspondence',
          round: 1,
          step: { number: 1, of: 1, channel: 'webhook' },
        },
      },
    ]);
    expect(await followUp()).toMatchObject({
      state: 'notified',
      notifiedAt: now().toISOString(),
      claim: undefined,
      lease: undefined,
    });
  });

  it('notifies once that it is settled, and by what', async () => {
    const { channel, followUp, check, happened } = await start();
    await check();
    await happened('correspondencereceiverread');
    await check();
    await check();
    expect(channel.notified.map(({ type }) => type)).toEqual(['follow-up.opened', 'follow-up.closed']);
    expect(channel.notified[1]).toMatchObject({
      idempotencyKey: `never-read-${letter}-1-webhook-closed`,
      data: { reason: 'read', status: 'read' },
    });
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read', claim: undefined });
  });

  it.each<EventName>([
    'correspondencereceiverread',
    'correspondencereceiverconfirmed',
    'correspondencepurged',
    'correspondencepublishfailed',
  ])('notifies nobody once there is %s', async (name) => {
    const { channel, followUp, check, happened } = await start();
    await happened(name);
    await check();
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed', closedAt: expect.any(String) });
  });

  it('waits in the due table, and not on the queue, while its time has not come', async () => {
    const { storage, channel, followUp, check, release, pass } = await start();
    pass(-90_000);
    await check();
    expect(storage.messages('follow-ups')).toEqual([]);
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'open' });
    pass(89_000);
    expect(await release()).toEqual([]);
    pass(1_000);
    expect(await release()).toMatchObject([{ body: { kind: 'never-read', correspondenceId: letter } }]);
  });

  it('is a NonRetryableError where there is no such follow-up', async () => {
    const { check } = await start();
    await expect(check(checkOf('never-confirmed'))).rejects.toBeInstanceOf(NonRetryableError);
  });

  it('takes four storage operations to notify that it is open, three that it is closed, and two to suppress it', async () => {
    const { storage, check, happened } = await start();
    const operations = async () => {
      const before = storage.operations;
      await check();
      return storage.operations - before;
    };
    expect(await operations()).toBe(4);
    await happened('correspondencereceiverread');
    expect(await operations()).toBe(3);

    const other = await start();
    await other.happened('correspondencereceiverread');
    const before = other.storage.operations;
    await other.check();
    expect(other.storage.operations - before).toBe(2);
  });

  it('takes no step while follow-ups are paused, and comes again when the lease is over', async () => {
    const { channel, check, release, pass } = await start();
    const [message] = await release();
    await check(message, undefined, { paused: true });
    expect(channel.notified).toEqual([]);
    pass(15 * 60_000);
    const [again] = await release();
    await check(again);
    expect(channel.notified).toHaveLength(1);
  });
});

describe('the default grace', () => {
  it('outlasts one failed try and one death: an acknowledged read on its way does not lose to the alarm', async () => {
    const { channel, followUp, check, release, pass, happened } = await start();
    const half = { graceMs: 30 * 60_000 };
    // The read failed once, ten minutes of back-off, and its instance died, ten minutes hidden.
    pass(20 * 60_000);
    await happened('correspondencereceiverread');
    pass(10 * 60_000);
    for (const message of await release()) await check(message, undefined, half);
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed', reason: 'read' });
    const other = await start();
    other.pass(24 * 60_000);
    for (const message of await other.release()) await other.check(message, undefined, half);
    expect(other.channel.notified).toEqual([]);
    other.pass(2 * 60_000);
    for (const message of await other.release()) await other.check(message, undefined, half);
    expect(other.channel.notified).toHaveLength(1);
  });
});

describe('one live message', () => {
  it('acts, and a copy of an older one does not', async () => {
    const { channel, check, release, pass } = await start();
    const [first] = await release();
    pass(15 * 60_000);
    const [second] = await release();
    await check(first);
    expect(channel.notified).toEqual([]);
    await check(second);
    await check(second);
    expect(channel.notified).toHaveLength(1);
  });

  it('does not act when its lease is nearly over: another may act any moment', async () => {
    const { channel, check, release, pass } = await start();
    const [message] = await release();
    pass(13 * 60_000);
    await check(message);
    expect(channel.notified).toEqual([]);
  });

  it('is taken over from a process that died, under the same key', async () => {
    const { channel, followUp, check, release, pass } = await start();
    const [message] = await release();
    void check(message, dies('notify'));
    await expect.poll(() => channel.notified.length).toBe(1);
    pass(15 * 60_000);
    const [again] = await release();
    await check(again);
    expect(channel.notified.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      `never-read-${letter}-1-webhook`,
      `never-read-${letter}-1-webhook`,
    ]);
    expect(await followUp()).toMatchObject({ state: 'notified', claim: undefined });
  });

  it('is notified as settled if a process died and it was settled since: perhaps somebody had been notified', async () => {
    const { channel, followUp, check, release, pass, happened } = await start();
    const [message] = await release();
    void check(message, dies('notify'));
    await expect.poll(() => channel.notified.length).toBe(1);
    await happened('correspondencereceiverread');
    pass(15 * 60_000);
    const [again] = await release();
    await check(again);
    expect(channel.notified.map(({ type }) => type)).toEqual(['follow-up.opened', 'follow-up.closed']);
    expect(await followUp()).toMatchObject({ state: 'closed', reason: 'read' });
  });

  it('notifies once though it is on the queue twice', async () => {
    const { channel, check, release } = await start();
    const [twin] = await release();
    await check(twin, async ({ name }) => {
      if (name === 'notify') await expect(check(twin)).rejects.toBeInstanceOf(RetryableError);
    });
    expect(channel.notified).toHaveLength(1);
  });
});

describe('a channel', () => {
  it('that certainly did not take it is tried again later, and it can be suppressed', async () => {
    const { channel, followUp, check, release, pass, happened } = await start();
    const down: Pause = ({ name }) => {
      if (name !== 'notify') return;
      channel.notified.length = 0;
      throw new NotDelivered('answered 400');
    };
    await check(checkOf('never-read'), down);
    expect(await followUp()).toMatchObject({
      state: 'open',
      claim: undefined,
      waitingFor: 'answered 400',
      tries: 1,
    });
    await happened('correspondencereceiverread');
    pass(60_000);
    const [again] = await release();
    await check(again);
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'suppressed' });
    expect(await followUp()).not.toHaveProperty('waitingFor');
  });

  it('that perhaps took it keeps the claim: settled, it is closed and not suppressed', async () => {
    const { channel, followUp, check, release, pass, happened } = await start();
    const resets: Pause = ({ name }) => {
      if (name === 'notify') throw new Error('ECONNRESET');
    };
    await check(checkOf('never-read'), resets);
    expect(await followUp()).toMatchObject({ state: 'open', claim: { at: expect.any(String) } });
    await happened('correspondencereceiverread');
    pass(60_000);
    const [again] = await release();
    await check(again);
    expect(channel.notified.at(-1)?.type).toBe('follow-up.closed');
  });
});

describe('with Altinn', () => {
  it('a forged read quiets no alarm', async () => {
    const { channel, check, release, pass, happened } = await start(() => known());
    await happened('correspondencereceiverread');
    for (let tries = 0; tries < 8; tries++) {
      for (const message of await release()) await check(message);
      pass(300_000);
    }
    expect(channel.notified).toMatchObject([{ type: 'follow-up.opened', data: { checkedWithAltinn: true } }]);
  });

  it('a forged never-read raises none: read, purged, failed, not due, not published or not known there', async () => {
    for (const answer of [
      known({ read: '2026-08-19T05:00:00Z' }),
      known({ purged: '2026-08-19T05:00:00Z' }),
      known({ publishFailed: '2026-08-19T05:00:00Z' }),
      known({}, { dueAt: undefined }),
      known({}, { dueAt: '2026-09-19T05:00:00Z' }),
      known({}, { published: undefined }),
      { is: 'disputed', why: 'code 1001' } as const,
      { is: 'disputed', why: 'code 4001' } as const,
    ]) {
      const { channel, check, followUp } = await start(() => answer);
      await check();
      expect(channel.notified, JSON.stringify(answer)).toEqual([]);
      expect((await followUp()).state).not.toBe('notified');
    }
  });

  it('what is told comes from the answer: a forged published names nobody', async () => {
    const { channel, check, happened } = await start(() => known());
    await happened('correspondencepublished');
    await check();
    expect(channel.notified[0]?.data).toMatchObject({
      recipient: 'urn:altinn:organization:identifier-no:310000001',
      dueAt: '2026-08-19T06:00:00Z',
      published: '2026-08-01T04:00:00Z',
      checkedWithAltinn: true,
    });
  });

  it('learns each fact once, as an event of the letter’s resource', async () => {
    const facts = { read: '2026-08-19T05:00:00Z', confirmed: '2026-08-19T05:30:00Z' };
    const { check, learnt, followUp } = await start(() => known(facts));
    await check();
    const resource = 'urn:altinn:resource:brev-fra-etaten';
    expect(learnt()).toMatchObject([
      {
        via: 'asked',
        body: { event: { id: 'asked-details-correspondencereceiverread', resource, time: facts.read } },
      },
      { via: 'asked', body: { event: { id: 'asked-details-correspondencereceiverconfirmed', resource } } },
    ]);
    expect(await followUp()).toMatchObject({ state: 'suppressed', reason: 'read' });
  });

  it.each([
    ['open', 'suppressed', 0],
    ['disputed', 'suppressed', 0],
    ['notified', 'closed', 1],
  ] as const)('that came before is enough to suppress what is %s', async (state, becomes, questions) => {
    let asked = 0;
    const { happened, check, followUp, followUps, channel } = await start(() => {
      asked++;
      return known({ read: '2026-08-20T05:00:00Z' });
    });
    const { etag, ...stored } = await followUp();
    await followUps.save(
      { ...stored, state, notifiedAt: state === 'notified' ? stored.openedAt : undefined },
      etag,
    );
    await happened('correspondencereceiverread', 'asked-list-correspondencereceiverread', 'asked');
    await check();
    expect(asked).toBe(questions);
    expect(await followUp()).toMatchObject({ state: becomes, reason: 'read' });
    expect(channel.notified).toHaveLength(questions);
  });

  it('that does not answer: waits, says so in the status, and notifies unchecked after ALTINN_MAX_WAIT', async () => {
    const { channel, check, release, pass, followUp } = await start(() => ({
      is: 'silent',
      why: 'Altinn answered 503',
    }));
    for (let minutes = 0; minutes < 11 * 60; minutes += 5) {
      for (const message of await release()) await check(message);
      pass(300_000);
    }
    expect(channel.notified).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'open', waitingFor: 'Altinn answered 503' });
    for (let minutes = 0; minutes < 3 * 60; minutes += 5) {
      for (const message of await release()) await check(message);
      pass(300_000);
    }
    expect(channel.notified).toMatchObject([
      { type: 'follow-up.opened', data: { checkedWithAltinn: false } },
    ]);
    expect(await followUp()).toMatchObject({ state: 'notified', checkedWithAltinn: false });
    expect(await followUp()).not.toHaveProperty('waitingFor');
  });

  it('that does not know the letter: disputed, one dead letter, and asked again when that is redriven', async () => {
    let answer: Answer = { is: 'disputed', why: 'Altinn does not know the letter (404, code 1001)' };
    const { storage, channel, check, release, pass, followUp } = await start(() => answer);
    for (const [index, days] of [0, 1, 6, 23].entries()) {
      pass(days * day + 60_000);
      for (const message of await release()) await check({ ...message, via: index === 0 ? 'pull' : 'push' });
    }
    expect(await followUp()).toMatchObject({ state: 'disputed' });
    const [only, ...more] = storage.rowsOf('deadletters');
    expect(more).toEqual([]);
    expect(only).toMatchObject({ partitionKey: 'follow-ups', reason: expect.stringContaining('1001') });
    answer = known();
    await check(JSON.parse(String(only?.raw)));
    expect(channel.notified).toHaveLength(1);
    expect(storage.rowsOf('deadletters')).toEqual([]);
    expect(await followUp()).toMatchObject({ state: 'notified' });
  });

  it.each([
    ['notifies nobody again', {}, ['follow-up.opened'], 'notified'],
    [
      'closes it once it is read',
      { read: '2026-08-20T07:00:00Z' },
      ['follow-up.opened', 'follow-up.closed'],
      'closed',
    ],
  ])('that does not know a letter that was notified, for a while: %s', async (_, facts, types, state) => {
    let answer = known();
    const { channel, check, release, pass, followUp } = await start(() => answer);
    const turn = async () => {
      for (const message of await release()) await check(message);
    };
    await turn();
    pass(day);
    answer = { is: 'disputed', why: 'code 4001' };
    await turn();
    expect(await followUp()).toMatchObject({ state: 'disputed' });
    answer = known(facts);
    pass(7 * day);
    await turn();
    expect(channel.notified.map(({ type }) => type)).toEqual(types);
    expect(await followUp()).toMatchObject({ state });
  });

  it('that does not bear out an event is asked anew: no answer that is shared will do', async () => {
    const asked: string[] = [];
    const { happened, check, followUp, pass, now } = await start();
    await happened('correspondencereceiverread');
    const askAltinn = async ({ heardAt }: Question) => {
      asked.push(heardAt);
      return known();
    };
    await check(undefined, undefined, { askAltinn });
    expect(await followUp()).toMatchObject({ waitingFor: expect.stringContaining('bear out') });
    pass(10_000);
    await check(undefined, undefined, { askAltinn });
    expect(asked).toEqual([new Date(now().getTime() - 10_000).toISOString(), now().toISOString()]);
  });

  it('that answers about a disputed letter before its due date: it is open again, and waits for the date', async () => {
    let answer: Answer = { is: 'disputed', why: 'code 4001' };
    const { channel, check, followUp } = await start(() => answer);
    await check();
    answer = known({}, { dueAt: '2099-01-01T00:00:00Z' });
    await check();
    expect(await followUp()).toMatchObject({ state: 'open' });
    expect(channel.notified).toEqual([]);
  });

  it('closes what was notified and whose closing event was lost, a day, a week or a month later', async () => {
    for (const days of [1, 7, 30]) {
      let answer = known();
      const { channel, check, release, pass } = await start(() => answer);
      const turn = async () => {
        for (const message of await release()) await check(message);
      };
      await turn();
      for (let passed = 0; passed <= days; passed++) {
        if (passed === days) answer = known({ read: '2026-08-20T07:00:00Z' });
        await turn();
        pass(day);
      }
      await turn();
      expect(
        channel.notified.map(({ type }) => type),
        `${days} days`,
      ).toEqual(['follow-up.opened', 'follow-up.closed']);
    }
  });

  it('keeps the lease’s word in the follow-up alone: no row is left when all is over', async () => {
    const { storage, check, release, pass } = await start(() => known({ read: '2026-08-19T05:00:00Z' }));
    for (let turns = 0; turns < 5; turns++) {
      for (const message of await release()) await check(message);
      pass(15 * 60_000);
    }
    expect(storage.rowsOf('due')).toEqual([]);
    const [row] = storage.rowsOf('timeline').filter(({ rowKey }) => rowKey.startsWith('follow-up:'));
    expect(row as unknown as FollowUp & { leasedUntil?: string }).toMatchObject({ state: 'suppressed' });
    expect(row?.leasedUntil).toBeUndefined();
  });
});
