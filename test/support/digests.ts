import { typePrefix } from '../../shared/events/catalogue.ts';
import type { Channel, Digest, Step } from '../../shared/follow-ups/channels/channel.ts';
import type { FollowUpCheck } from '../../shared/follow-ups/check.ts';
import type { DigestDeps } from '../../shared/follow-ups/digests/deps.ts';
import { Digests } from '../../shared/follow-ups/digests/digests.ts';
import { makeGatherer } from '../../shared/follow-ups/digests/gather.ts';
import { makeDigests } from '../../shared/follow-ups/digests/make-digests.ts';
import { sendDigest } from '../../shared/follow-ups/digests/send-digest.ts';
import type { SettledByLists } from '../../shared/follow-ups/digests/settled-by-lists.ts';
import type { DigestTask } from '../../shared/follow-ups/digests/task.ts';
import { Waiting } from '../../shared/follow-ups/digests/waiting.ts';
import { DueFollowUps } from '../../shared/follow-ups/due.ts';
import { checkFollowUp } from '../../shared/follow-ups/guard.ts';
import { openAndClose } from '../../shared/follow-ups/open-and-close.ts';
import { closeByPerson, reopen } from '../../shared/follow-ups/people.ts';
import type { Policy, PolicyStep } from '../../shared/follow-ups/policy/policy.ts';
import type { Answer } from '../../shared/follow-ups/question.ts';
import { releaseDue } from '../../shared/follow-ups/release.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import type { Message } from '../../shared/queue/message.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { track } from '../../shared/tracking/track.ts';
import { letterId } from './altinn/letter-list.ts';
import { eventOf } from './fixture.ts';
import { logInto } from './log.ts';
import { MemoryStorage, type Pause, type QueuedMessage } from './memory-storage.ts';

export const resource = 'urn:altinn:resource:my-letters';
const published = '2026-08-06T07:00:00Z';
const dueAt = '2026-08-20T06:00:00Z';
const leaseMs = 900_000;
const { signal } = new AbortController();
const since = async () => '2000-01-01T00:00:00Z';

export const stepTo = (channel: string, more: Partial<PolicyStep> = {}): PolicyStep => ({
  ...{ key: channel, channel, after: { iso: 'PT0S' }, atAnyTime: true, nextAtOnceIfFailed: true },
  ...more,
});

/** A policy whose steps come at once, with a ceiling for the channel `chat`. */
export function policyOf(
  perHour: number | undefined,
  more: Partial<Policy> = {},
  steps = [stepTo('chat')],
): Policy {
  return {
    hash: 'test',
    kinds: new Set(['never-read']),
    channels: new Map([
      ['chat', { name: 'chat', type: 'chat', ...(perHour !== undefined && { perHour }), options: {} }],
    ]),
    quietHours: undefined,
    giveUpAfterMs: Number.POSITIVE_INFINITY,
    linkTemplate: undefined,
    rule: () => ({ steps }),
    timeOf: (_step, factAt) => new Date(factAt),
    ...more,
  };
}

/** A chat that remembers what it was sent, or refuses it. */
export class Chat implements Channel {
  readonly steps: Step[] = [];
  readonly digests: Digest[] = [];
  /** What it throws, if anything. */
  refuses: (() => Error | undefined) | undefined;
  readonly maxItems: number;

  constructor(maxItems: number) {
    this.maxItems = maxItems;
  }

  async send(step: Step): Promise<string> {
    const error = this.refuses?.();
    if (error) throw error;
    this.steps.push(step);
    return '200';
  }

  async sendDigest(digest: Digest): Promise<string> {
    const error = this.refuses?.();
    if (error) throw error;
    this.digests.push(digest);
    return '202';
  }

  /** Those that it was told of, once for each idempotency key: in this many messages of a type, and which letters. */
  told(type: 'opened' | 'closed') {
    const steps = new Map(
      this.steps
        .filter((step) => (type === 'closed') === (step.type === 'follow-up.closed'))
        .map(({ idempotencyKey, data }) => [idempotencyKey, data.correspondenceId]),
    );
    const digests = new Map(
      this.digests
        .filter((digest) => digest.type === `follow-ups.${type}`)
        .map((digest) => [digest.idempotencyKey, digest]),
    );
    const inDigests = [...digests.values()].flatMap(({ items }) =>
      items.map((item) => item.correspondenceId),
    );
    return { singly: [...steps.values()], inDigests, digests: [...digests.values()] };
  }
}

interface Options {
  readonly letters: number;
  readonly policy?: Policy;
  readonly maxItems?: number;
  readonly altinn?: (id: string) => Answer | Promise<Answer>;
  readonly settledByLists?: SettledByLists;
  readonly channels?: ReadonlyMap<string, Channel>;
}

/** Letters whose follow-ups are due at once, a chat with a ceiling, and a receiver on storage in memory with a clock. */
export async function startDigests(options: Options) {
  const { letters, maxItems = 50, altinn, settledByLists } = options;
  const storage = new MemoryStorage();
  const chat = new Chat(maxItems);
  const lines: string[] = [];
  const log = logInto((line) => void lines.push(line));
  const now = () => new Date(storage.now);
  const set = { policy: options.policy ?? policyOf(2) };
  const channels = options.channels ?? new Map<string, Channel>();

  /** What a process has: it ends where `pause` never comes back. */
  const process = (pause: Pause) => {
    const announced: Channel = {
      send: async (step) => {
        await pause({ name: 'notify', when: 'before' });
        const note = await chat.send(step);
        await pause({ name: 'notify', when: 'after' });
        return note;
      },
      maxItems,
      sendDigest: async (digest) => {
        await pause({ name: 'notify', when: 'before' });
        const note = await chat.sendDigest(digest);
        await pause({ name: 'notify', when: 'after' });
        return note;
      },
    };
    const followUps = new FollowUps(storage.table('timeline', pause));
    const due = new DueFollowUps(storage.table('due', pause));
    const table = storage.table('digests', pause);
    const all = new Map<string, Channel>([['chat', announced], ...channels]);
    const common = { followUps, due, channels: all, policy: set.policy, paused: false, now };
    const digests = new Digests(table);
    const sending: DigestDeps = {
      ...common,
      digests,
      settledByLists,
      isAltinnAsked: altinn !== undefined,
      maxWaitMs: 12 * 3_600_000,
    };
    const guard = {
      ...common,
      gatherer: makeGatherer({ table, policy: set.policy, channels: all }),
      askAltinn:
        altinn && (async ({ correspondenceId }: { correspondenceId: string }) => altinn(correspondenceId)),
      events: storage.queue('correspondence-events', pause),
      deadLetters: { add: async () => {}, forget: async () => {} },
      graceMs: 0,
      since,
      maxWaitMs: 12 * 3_600_000,
      leaseMs,
    };
    const making = {
      waiting: new Waiting(table),
      digests,
      queue: storage.queue('digests', pause),
      leaseMs,
      now,
    };
    const release = { due, followUps, queue: storage.queue('follow-ups', pause), leaseMs, now };
    return {
      tick: async () => {
        await releaseDue(release);
        await makeDigests(making, log);
      },
      take: (queue: string, { text, id }: QueuedMessage) => {
        const message = JSON.parse(Buffer.from(text, 'base64').toString());
        const context = { log, signal, by: id, queue };
        return queue === 'digests'
          ? sendDigest((message as Message<DigestTask>).body, sending, context)
          : checkFollowUp(message as Message<FollowUpCheck>, guard, context);
      },
    };
  };

  let pause: Pause = () => {};
  let [dead, died] = [new Promise<'died'>(() => {}), false];
  /** Has the process die before its so-manieth operation from now; another takes its place. */
  const dieAt = (nth: number) => {
    let [count, isDead] = [0, false];
    let die: () => void = () => {};
    dead = new Promise((resolve) => {
      die = () => resolve('died');
    });
    pause = ({ when }) => {
      if (isDead) return new Promise(() => {});
      if (when !== 'before' || ++count !== nth) return undefined;
      [isDead, died, pause] = [true, true, () => {}];
      die();
      return new Promise(() => {});
    };
  };
  const alive = async <T>(work: Promise<T>) => {
    const outcome = await Promise.race([work, dead]);
    if (outcome === 'died') dead = new Promise(() => {});
    return outcome;
  };

  /** A run of the timer, and all that is on the queues then; what fails or dies comes again in half a minute. */
  const tick = async (instances = 1) => {
    await Promise.all(Array.from({ length: instances }, () => alive(process(pause).tick())));
    for (let rounds = 0; rounds < 20; rounds++) {
      const visible = ['follow-ups', 'digests'].flatMap((queue) =>
        storage
          .messages(queue)
          .filter(({ visibleAt }) => visibleAt <= storage.now)
          .map((message) => ({ queue, message })),
      );
      if (visible.length === 0) return;
      const work = async ({ queue, message }: (typeof visible)[number]) => {
        message.visibleAt = storage.now + 30_000;
        const messages = storage.messages(queue);
        const outcome = await alive(process(pause).take(queue, message)).catch((error: Error) => error);
        if (outcome !== undefined) lines.push(`came again: ${outcome}`);
        else messages.splice(messages.indexOf(message), 1);
      };
      if (instances === 1) for (const each of visible) await work(each);
      else await Promise.all(visible.map(work));
    }
  };
  const pass = async (minutes: number, instances = 1) => {
    for (let minute = 0; minute < minutes; minute++, storage.now += 60_000) await tick(instances);
  };

  const timeline = new Timeline(storage.table('timeline'));
  const followUps = new FollowUps(storage.table('timeline'));
  const due = new DueFollowUps(storage.table('due'));
  const consequences = () => [openAndClose({ followUps, due, policy: set.policy, graceMs: 0, since, now })];
  const happened = async (letter: number, name: string, via: 'push' | 'asked' = 'push') => {
    const event = { ...eventOf('subject-organization'), resource, id: `${name}-${letter}` };
    const about = {
      ...event,
      type: typePrefix + name,
      resourceinstance: letterId(letter),
      time: now().toISOString(),
    };
    const message = eventMessage(about, { via, enqueuedAt: now().toISOString() });
    await track(message, false, { timeline, consequences: consequences(), log });
  };
  const deadLetters = { forget: async () => {} };
  const people = { followUps, due, deadLetters, queue: 'follow-ups', log, now };
  const keyOf = (letter: number) => ({ kind: 'never-read', correspondenceId: letterId(letter) }) as const;
  for (let letter = 0; letter < letters; letter++) {
    const correspondenceId = letterId(letter);
    const event = { ...eventOf('subject-organization'), resource, time: published };
    for (const name of ['correspondencepublished', 'correspondencereceiverneverread']) {
      const message = eventMessage({ ...event, type: typePrefix + name }, { via: 'push', enqueuedAt: dueAt });
      await timeline.record(correspondenceId, message);
    }
    const one = { kind: 'never-read', correspondenceId } as const;
    await followUps.add({ ...one, state: 'open', openedAt: dueAt, dueAt, factAt: dueAt });
    await due.add({ ...one, at: dueAt, rank: 'pushed-opening' });
  }
  return {
    ...{ storage, chat, lines, followUps, due, set, tick, pass, happened, dieAt, now },
    hasDied: () => died,
    close: (letter: number) =>
      closeByPerson(keyOf(letter), { reason: 'told on the phone', by: 'Duty desk' }, people),
    reopen: (letter: number) => reopen(keyOf(letter), { by: 'Duty desk' }, people),
    followUp: async (letter: number) => {
      const stored = await followUps.get(letterId(letter), 'never-read');
      if (!stored) throw new Error('there is none');
      return { gathered: undefined, dueAt: undefined, ...stored };
    },
    /** Of the table `digests`, what waits and what is to be sent. */
    left: () => storage.rowsOf('digests').filter(({ partitionKey }) => partitionKey !== 'hour'),
  };
}

export const unsettled = (): Answer => ({
  is: 'known',
  question: 'details',
  facts: {},
  published,
  dueAt,
  needsConfirmation: false,
  resource,
  recipient: 'urn:altinn:organization:identifier-no:310000001',
});

export const all = (letters: number) => Array.from({ length: letters }, (_, letter) => letterId(letter));
