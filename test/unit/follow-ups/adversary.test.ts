import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import { makeCorrespondence } from '../../../shared/altinn/api/correspondence.ts';
import { type EventName, typePrefix } from '../../../shared/events/catalogue.ts';
import { type Channel, NotDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import type { FollowUpCheck } from '../../../shared/follow-ups/check.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { checkFollowUp, type GuardDeps } from '../../../shared/follow-ups/guard.ts';
import { openAndClose } from '../../../shared/follow-ups/open-and-close.ts';
import { defaultKinds, defaultPolicy } from '../../../shared/follow-ups/policy/policy.ts';
import type { Answer } from '../../../shared/follow-ups/question.ts';
import { makeAskByList } from '../../../shared/follow-ups/question-by-list.ts';
import { releaseDue } from '../../../shared/follow-ups/release.ts';
import { FollowUps, type StoredFollowUp } from '../../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { type Message, newMessage, type Via } from '../../../shared/queue/message.ts';
import { createReactions } from '../../../shared/reactions/registry.ts';
import { makeVerify } from '../../../shared/reactions/verify.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { track } from '../../../shared/tracking/track.ts';
import { type ListedLetter, letterId, makeLetterList } from '../../support/altinn/letter-list.ts';
import { eventOf } from '../../support/fixture.ts';
import { logInto } from '../../support/log.ts';
import { MemoryChannel, MemoryStorage } from '../../support/memory-storage.ts';

const letter = letterId(1);
const resource = 'urn:altinn:resource:my-letters';
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const graceMs = 30 * minute;
const { signal } = new AbortController();
const known = (facts: object = {}, more: object = {}): Answer => ({
  is: 'known',
  question: 'details',
  facts,
  published: '2026-08-01T06:00:00Z',
  dueAt: '2026-08-19T06:00:00Z',
  needsConfirmation: true,
  resource,
  recipient: undefined,
  ...more,
});

function start(leaseMs = 900_000) {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const timeline = new Timeline(storage.table('timeline'));
  const followUps = new FollowUps(storage.table('timeline'));
  const due = new DueFollowUps(storage.table('due'));
  const channel = new MemoryChannel();
  const lines: string[] = [];
  const w = (what: string) => void lines.push(what);
  const log = logInto(w);
  const since = async () => '2026-08-19T00:00:00Z';
  const consequence = openAndClose({ followUps, due, policy: defaultPolicy('webhook'), graceMs, since, now });
  const event = (name: EventName, id: string = name, time = now().toISOString(), about = letter) => ({
    ...eventOf('subject-person'),
    type: typePrefix + name,
    id,
    time,
    resource,
    resourceinstance: about,
  });
  const comes = (e: ReturnType<typeof event>, via: Via) =>
    track(eventMessage(e as never, { via, enqueuedAt: now().toISOString() }), false, {
      timeline,
      consequences: [consequence],
      log,
    });
  const check = (
    message: Message<FollowUpCheck>,
    askAltinn: GuardDeps['askAltinn'],
    by = 'a',
    changes: Partial<GuardDeps> = {},
  ) =>
    checkFollowUp(
      message,
      {
        followUps,
        due,
        channels: new Map([['webhook', channel]]),
        policy: defaultPolicy('webhook'),
        askAltinn,
        events: storage.queue('correspondence-events'),
        deadLetters: new DeadLetters(storage.table('deadletters'), now),
        graceMs,
        since,
        maxWaitMs: 12 * hour,
        leaseMs,
        paused: false,
        now,
        ...changes,
      },
      { log, signal, queue: 'follow-ups', by },
    );
  const release = async () => {
    await releaseDue({ due, followUps, queue: storage.queue('follow-ups'), leaseMs, now });
    return storage
      .messages('follow-ups')
      .splice(0)
      .map(({ text }) => JSON.parse(Buffer.from(text, 'base64').toString()) as Message<FollowUpCheck>);
  };
  const followUp = async (id = letter) => (await followUps.of(id))[0] as StoredFollowUp;
  /** Tracks what is on the queue of events. */
  const drain = async () => {
    for (const { text } of storage.messages('correspondence-events').splice(0))
      await track(JSON.parse(Buffer.from(text, 'base64').toString()), false, {
        timeline,
        consequences: [consequence],
        log,
      });
  };
  return {
    drain,
    storage,
    now,
    timeline,
    followUps,
    due,
    channel,
    lines,
    event,
    comes,
    check,
    release,
    followUp,
    since,
    log,
  };
}

describe('a follow-up, whatever is forged, lost, late or asked twice', () => {
  it('a recipient: a true never-read that no pull could bring for nine days is disputed, not suppressed, and counts once it is pulled', async () => {
    const { storage, event, comes, check, release, followUp, timeline, now, drain } = start();
    const ask = makeAskByList({
      list: makeLetterList([{ id: letter, at: Date.parse('2026-08-06T08:00:00Z'), statuses: ['Published'] }])
        .correspondence.list,
      whose: [{ subject: 'x' }],
      pace: { turn: async () => 'now' as const, answered: async () => {}, silent: async () => {} },
      now: () => storage.now,
    });
    const overdue = event('correspondencereceiverneverread');
    await comes(overdue, 'push');
    for (let t = 0; t < 9 * 24; t++) {
      storage.now += hour;
      for (const message of await release()) await check(message, ask);
    }
    const after9 = await followUp();
    // The pull works again, and finds the event: what reconcile does about one that is there by a push.
    await makeVerify({
      kinds: defaultKinds,
      reactions: createReactions(),
      timeline,
      queue: storage.queue('correspondence-events'),
      now,
    })(letter, overdue as never);
    await drain();
    for (let t = 0; t < 9 * 24; t++) {
      storage.now += hour;
      for (const message of await release()) await check(message, ask);
    }
    expect([after9.state, (await followUp()).state]).toEqual(['disputed', 'notified']);
  });

  it('an event with the id of the true one and an old time quiets nothing', async () => {
    const { storage, event, comes, check, release, followUp } = start();
    const truth = event('correspondencereceiverneverread', 'the-same-id');
    await comes({ ...truth, time: '2020-01-01T00:00:00Z' }, 'push');
    await comes(truth, 'push');
    await comes(truth, 'pull');
    storage.now += hour;
    for (const message of await release()) await check(message, async () => known());
    expect((await followUp()).state).toBe('notified');
  });

  it('a claim that was taken while Altinn was asked is respected', async () => {
    const { storage, event, comes, check, release, followUp, followUps, channel } = start();
    await comes(event('correspondencereceiverneverread'), 'push');
    storage.now += hour;
    const other = newMessage({ kind: 'never-read', correspondenceId: letter } as const, {
      via: 'push',
      enqueuedAt: '2026-08-20T05:00:00.000Z',
    });
    const outcome = await check(other, async () => {
      // Meanwhile it is released, and its message is about to send.
      await release();
      const { etag, ...leased } = await followUp();
      await followUps.save({ ...leased, claim: { by: 'b', at: new Date(storage.now).toISOString() } }, etag);
      return known({ read: '2026-08-20T06:59:00Z' });
    }).catch((error) => error.name);
    expect([outcome, channel.notified.map(({ type }) => type)]).toEqual(['RetryableError', []]);
  });

  it('what is due again at the very end of its lease is not forgotten', async () => {
    const { storage, event, comes, check, release, followUp } = start();
    await comes(event('correspondencereceiverneverread'), 'push');
    storage.now += graceMs;
    const [message] = await release();
    storage.now += 5 * minute;
    await check(message as Message<FollowUpCheck>, async () => ({
      is: 'silent',
      why: 'x',
      retryAfterMs: 10 * minute,
    }));
    expect((await followUp()).state).toBe('open');
    storage.now += day;
    expect(await release()).toHaveLength(1);
  });

  it('time that follow-ups are paused does not count as silence', async () => {
    const { storage, event, comes, check, release, channel } = start();
    await comes(event('correspondencereceiverneverread'), 'push');
    storage.now += graceMs;
    const silent = async (): Promise<Answer> => ({ is: 'silent', why: 'Altinn answered 503' });
    await check((await release())[0] as Message<FollowUpCheck>, silent);
    storage.now += day; // FOLLOW_UPS=paused: the timer releases nothing
    await check((await release())[0] as Message<FollowUpCheck>, silent);
    expect(channel.notified).toEqual([]);
  });

  it('forged events of one letter keep no other closing from being seen to', async () => {
    const { storage, event, comes, release, due } = start();
    const other = letterId(2);
    await comes(event('correspondencereceiverneverread', 'n1'), 'push');
    await comes(event('correspondencereceiverneverread', 'n2', undefined, other), 'push');
    for (let n = 0; n < 5_100; n++) {
      // As each forged read leaves behind.
      storage.now += 1;
      const at = new Date(storage.now).toISOString();
      await due.add({ kind: 'never-read', correspondenceId: letter, at, rank: 'pushed-closing' });
    }
    storage.now += minute;
    await comes(event('correspondencereceiverread', 'true', undefined, other), 'push');
    const seen: string[] = [];
    for (let tick = 0; tick < 10; tick++) {
      storage.now += minute;
      seen.push(...(await release()).map(({ body }) => body.correspondenceId));
    }
    expect(seen).toContain(other);
  });

  it('a recipient: a forged published raises no alarm about a letter that was read', async () => {
    const { storage, event, comes, check, release, channel } = start();
    const at = Date.parse('2026-08-06T08:00:00Z');
    const others = Array.from(
      { length: 1_100 },
      (_, n): ListedLetter => ({
        id: letterId(100 + n),
        at: at + hour + n * 60_000,
        statuses: ['Published'],
      }),
    );
    const ask = makeAskByList({
      list: makeLetterList([{ id: letter, at, statuses: ['Published', 'Read'] }, ...others]).correspondence
        .list,
      whose: [{ subject: 'x' }],
      pace: { turn: async () => 'now' as const, answered: async () => {}, silent: async () => {} },
      now: () => storage.now,
    });
    await comes(event('correspondencepublished', 'true', '2026-08-06T08:00:10Z'), 'push');
    // As reconcile does for a recipient.
    await comes(event('correspondencepublished', 'true', '2026-08-06T08:00:10Z'), 'pull');
    await comes(event('correspondencepublished', 'forged', '2026-01-01T00:00:00Z'), 'push');
    await comes(event('correspondencereceiverneverread'), 'pull');
    for (let t = 0; t < 14 * 4; t++) {
      storage.now += 15 * minute;
      for (const message of await release()) await check(message, ask);
    }
    expect(channel.notified.map(({ type, data }) => [type, data.checkedWithAltinn])).toEqual([]);
  });

  it('a recipient: what was forged first does not delay the true one by hours', async () => {
    const { storage, event, comes, release, check, channel } = start();
    const at = Date.parse('2026-08-06T08:00:00Z');
    const ask = makeAskByList({
      list: makeLetterList([{ id: letter, at, statuses: ['Published'] }]).correspondence.list,
      whose: [{ subject: 'x' }],
      pace: { turn: async () => 'now' as const, answered: async () => {}, silent: async () => {} },
      now: () => storage.now,
    });
    await comes(event('correspondencereceiverneverread', 'forged'), 'push');
    const run = async (hours: number) => {
      for (let t = 0; t < hours * 4; t++) {
        storage.now += 15 * minute;
        for (const m of await release()) await check(m, ask);
      }
    };
    await run(25);
    await comes(event('correspondencereceiverneverread', 'true'), 'pull');
    await run(2);
    expect(channel.notified).toHaveLength(1);
  });

  it('asks again four times about what Altinn does not bear out, whatever it waited for before', async () => {
    const { storage, event, comes, release, check, followUp } = start();
    await comes(event('correspondencereceiverneverread'), 'push');
    storage.now += graceMs;
    let answer = known({}, { dueAt: new Date(storage.now + hour).toISOString() });
    const waits: (string | undefined)[] = [];
    await check((await release())[0] as Message<FollowUpCheck>, async () => answer); // waits for the due date
    storage.now += 2 * hour;
    answer = known({}, { dueAt: new Date(storage.now - hour).toISOString() });
    await comes(event('correspondencereceiverread'), 'push');
    for (let tick = 0; tick < 30 && (await followUp()).state === 'open'; tick++) {
      for (const m of await release()) {
        await check(m, async () => answer);
        const f = await followUp();
        waits.push(f.state === 'open' ? String((Date.parse(f.dueAt ?? '') - storage.now) / 1000) : f.state);
      }
      storage.now += minute;
    }
    expect(waits).toEqual(['10', '30', '60', '300', 'notified']);
  });

  it('a sender without altinn:serviceowner: a 404 without code 1001 is no purge', async () => {
    const correspondence = makeCorrespondence(
      {
        environment: {} as never,
        request: async (_: string, path: string) => {
          if (path.endsWith('/details'))
            return {
              status: 'Published',
              statusHistory: [{ status: 'Published', statusChanged: '2026-08-01T06:00:00Z' }],
            };
          throw new AltinnError('Altinn answered 404: Resource not found', { status: 404 });
        },
      } as never,
      false,
    );
    await expect(correspondence.letter(letter)).rejects.toThrow('404');
  });

  it('a recipient: what no pull brought keeps its dead letter, however often it is disputed', async () => {
    const { storage, event, comes, check, release, followUp } = start();
    const { correspondence } = makeLetterList([]);
    const pace = { turn: async () => 'now' as const, answered: async () => {}, silent: async () => {} };
    const ask = makeAskByList({
      list: correspondence.list,
      whose: [{ subject: 'x' }],
      pace,
      now: () => storage.now,
    });
    const run = async (days: number) => {
      for (let t = 0; t < days * 24; t++) {
        storage.now += hour;
        for (const message of await release()) await check(message, ask);
      }
    };
    await comes(event('correspondencereceiverneverread', 'forged'), 'push');
    await run(9);
    await comes(event('correspondencereceiverneverread', 'forged again'), 'push');
    await run(1);
    expect((await followUp()).state).toBe('disputed');
    expect(storage.rowsOf('deadletters')).toHaveLength(1);
  });

  it('a channel that refuses once does not have what is unchecked wait for Altinn all over again', async () => {
    const { storage, event, comes, check, release, channel } = start();
    const silent = async (): Promise<Answer> => ({ is: 'silent', why: 'Altinn answered 503' });
    let calls = 0;
    const failing: Channel = {
      send: async (step) => {
        if (++calls <= 3) throw new NotDelivered('ECONNREFUSED');
        await channel.send(step);
      },
    };
    await comes(event('correspondencereceiverneverread'), 'push');
    let [first, minutes] = [0, 0];
    for (; minutes < 48 * 60 && channel.notified.length === 0; minutes++) {
      storage.now += minute;
      for (const message of await release())
        await check(message, silent, 'a', { channels: new Map([['webhook', failing]]) });
      if (calls === 1) first ||= minutes;
    }
    expect(first).toBeGreaterThan(12 * 60);
    // Ten seconds, a minute, five minutes.
    expect(minutes - first).toBeLessThan(12);
  });
});
