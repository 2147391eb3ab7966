import type { Correspondence } from '../../shared/altinn/api/correspondence.ts';
import { Pace } from '../../shared/altinn/pace.ts';
import { typePrefix } from '../../shared/events/catalogue.ts';
import type { FollowUpCheck } from '../../shared/follow-ups/check.ts';
import { DueFollowUps } from '../../shared/follow-ups/due.ts';
import { checkFollowUp } from '../../shared/follow-ups/guard.ts';
import { openAndClose } from '../../shared/follow-ups/open-and-close.ts';
import { defaultPolicy } from '../../shared/follow-ups/policy/policy.ts';
import { makeAskAltinn } from '../../shared/follow-ups/question.ts';
import { releaseDue } from '../../shared/follow-ups/release.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import type { Message } from '../../shared/queue/message.ts';
import { makeAskTogether } from '../../shared/reconcile/audit/together.ts';
import { type EventMessage, eventMessage } from '../../shared/tracking/event-message.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { track } from '../../shared/tracking/track.ts';
import { letterId } from './altinn/letter-list.ts';
import { notAsked } from './altinn/not-asked.ts';
import { eventOf } from './fixture.ts';
import { logInto } from './log.ts';
import { MemoryChannel, MemoryStorage } from './memory-storage.ts';

const instances = 4;
const resource = 'urn:altinn:resource:my-letters';
const minuteMs = 60_000;
const leaseMs = 900_000;
const { signal } = new AbortController();
const published = Date.parse('2026-08-06T07:00:00Z');
const dueAt = '2026-08-20T06:00:00Z';
const since = async () => '2000-01-01T00:00:00Z';

/** Plays the minutes until nothing is due, on a clock of its own, with several instances on one storage. */
export async function playManyDue(letters: number, isRead: (letter: number) => boolean) {
  const storage = new MemoryStorage();
  let suppressed = 0;
  const count = (line: string) => {
    if (line.startsWith('follow-up.suppressed')) suppressed++;
  };
  const log = logInto(count);
  const now = () => new Date(storage.now);
  const began = storage.now;
  const timeline = new Timeline(storage.table('timeline'));
  const followUps = new FollowUps(storage.table('timeline'));
  const due = new DueFollowUps(storage.table('due'));
  const events = storage.queue('correspondence-events');
  const channel = new MemoryChannel();
  // Published over eight hours of a day, two weeks ago.
  const at = (letter: number) => published + Math.floor((letter * 8 * 3_600_000) / letters);
  for (let letter = 0; letter < letters; letter++) {
    const correspondenceId = letterId(letter);
    const event = { ...eventOf('subject-organization'), resource, time: new Date(at(letter)).toISOString() };
    const type = `${typePrefix}correspondencepublished`;
    await timeline.record(
      correspondenceId,
      eventMessage({ ...event, type }, { via: 'push', enqueuedAt: dueAt }),
    );
    const one = { kind: 'never-read', correspondenceId } as const;
    await followUps.add({ ...one, state: 'open', openedAt: dueAt, dueAt });
    await due.add({ ...one, at: dueAt, rank: 'pushed-opening' });
  }

  /** When Altinn was asked, for a list, for where it ends, or for a letter. */
  const asked: number[] = [];
  let lists = 0;
  const list: Correspondence['list'] = async ({ status, from, to }) => {
    asked.push(storage.now);
    lists++;
    const ids: string[] = [];
    const [first, last] = [Date.parse(from), Date.parse(to)];
    for (let letter = letters - 1; letter >= 0 && ids.length < 1_000 && status === 'Read'; letter--) {
      if (at(letter) > first && at(letter) < last && isRead(letter)) ids.push(letterId(letter));
    }
    storage.now += 50;
    return { ids, full: ids.length >= 1_000 };
  };
  const details = (async (id: string) => {
    asked.push(storage.now);
    lists++;
    return { requestedPublishTime: new Date(at(Number(id.slice(-12)))).toISOString() };
  }) as Correspondence['details'];
  const letter: Correspondence['letter'] = async (id) => {
    asked.push(storage.now);
    const number = Number(id.slice(-12));
    return {
      isGone: false,
      dueDateTime: dueAt,
      published: new Date(at(number)).toISOString(),
      read: isRead(number) ? dueAt : null,
    } as Awaited<ReturnType<Correspondence['letter']>>;
  };
  const sleep = async (ms: number) => {
    storage.now += ms;
  };
  const paces = Array.from({ length: instances }, () => {
    return new Pace(storage.table('shared'), { rate: 2, maxRate: 10, now: () => storage.now, sleep });
  });
  const releases = paces.map((pace) => ({
    ...{ due, followUps, queue: storage.queue('follow-ups'), leaseMs, pace, now },
    askTogether: makeAskTogether({
      ...{
        correspondence: { list, details },
        role: 'Sender',
        whose: [{}],
      },
      ...{ resources: [resource], timeline, events, table: storage.table('shared'), pace, now },
      sleep,
    }),
  }));
  const consequences = [
    openAndClose({ followUps, due, policy: defaultPolicy('webhook'), graceMs: 0, since, now }),
  ];
  const guard = {
    ...{
      followUps,
      due,
      channels: new Map([['webhook', channel]]),
      policy: defaultPolicy('webhook'),
      events,
      graceMs: 0,
      since,
      maxWaitMs: 43_200_000,
      leaseMs,
      now,
    },
    ...{
      askAltinn: makeAskAltinn({ letter, ...notAsked }, paces[0] as Pace, () => storage.now),
      paused: false,
      deadLetters: { add: async () => {}, forget: async () => {} },
    },
  };
  const take = <T>(queue: string, until: number): T[] => {
    const messages = storage.messages(queue);
    const ready = messages
      .filter(({ visibleAt }) => visibleAt <= until)
      .sort((a, b) => a.visibleAt - b.visibleAt);
    storage.queues.set(
      queue,
      messages.filter(({ visibleAt }) => visibleAt > until),
    );
    return ready as T[];
  };
  const parse = <T>({ text }: { text: string }) => JSON.parse(Buffer.from(text, 'base64').toString()) as T;

  let minutes = 0;
  for (; minutes < 240; minutes++) {
    const tick = began + minutes * minuteMs;
    storage.now = tick;
    // A timer runs once for all instances: each has its turn.
    await releaseDue(releases[minutes % instances] as (typeof releases)[number]);
    for (const message of take<{ text: string }>('correspondence-events', tick + minuteMs)) {
      await track(parse<EventMessage>(message), false, { timeline, consequences, log });
    }
    for (const message of take<{ text: string; visibleAt: number; id: string }>(
      'follow-ups',
      tick + minuteMs,
    )) {
      storage.now = Math.max(message.visibleAt, tick);
      const context = { log, signal, queue: 'follow-ups', by: message.id };
      await checkFollowUp(parse<Message<FollowUpCheck>>(message), guard, context);
    }
    if (channel.notified.length + suppressed === letters) break;
  }
  const perSecond = new Map<number, number>();
  for (const moment of asked) {
    const second = Math.floor(moment / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const states = new Map<string, number>();
  for (const { rowKey, state } of storage.rowsOf('timeline')) {
    if (rowKey.startsWith('follow-up:')) states.set(String(state), (states.get(String(state)) ?? 0) + 1);
  }
  return {
    minutes,
    lists,
    asked: asked.length,
    busiest: Math.max(...perSecond.values()),
    states: Object.fromEntries(states),
  };
}
