import type { InvocationContext } from '@azure/functions';
import { vi } from 'vitest';
import { makeFollowUp } from '../../functions/follow-up.ts';
import { makeReact } from '../../functions/react.ts';
import { makeTrackEvents } from '../../functions/track-events.ts';
import { type FollowUpKind, settlingFacts } from '../../shared/events/catalogue.ts';
import { NotDelivered, type Step } from '../../shared/follow-ups/channels/channel.ts';
import { DueFollowUps } from '../../shared/follow-ups/due.ts';
import type { FollowUp } from '../../shared/follow-ups/follow-up.ts';
import { isLive, LiveFollowUps } from '../../shared/follow-ups/live-follow-ups.ts';
import { openAndClose } from '../../shared/follow-ups/open-and-close.ts';
import { defaultPolicy, type Policy } from '../../shared/follow-ups/policy/policy.ts';
import type { Answer, Question } from '../../shared/follow-ups/question.ts';
import { releaseDue } from '../../shared/follow-ups/release.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import type { Consumer } from '../../shared/queue/consumer.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import { Retries } from '../../shared/queue/retries.ts';
import { enqueueReactions } from '../../shared/reactions/enqueue.ts';
import { createReactions } from '../../shared/reactions/registry.ts';
import { deriveStatus } from '../../shared/tracking/status.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import {
  MemoryChannel,
  MemoryStorage,
  type Operation,
  type Pause,
  type QueuedMessage,
  restError,
} from './memory-storage.ts';

export const graceMs = 300_000;
const leaseMs = 900_000;

/** What goes wrong with an operation, and how often in one run. */
export interface Faults {
  /** The process dies, before the operation takes effect or after it. */
  readonly crash: number;
  /** The operation throws, before it takes effect or after it. */
  readonly fault: number;
  /** The storage client tries a Put Message again whose answer was lost: the message is on the queue twice. */
  readonly twice: number;
}

/** What a step that was sent to the channel came to. */
interface Told {
  readonly step: Step;
  readonly worker: Worker;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the worker that notified it was stopped, by a crash or a fault, before that was recorded. */
  interrupted: boolean;
  recorded: boolean;
}

interface Worker {
  readonly message: QueuedMessage;
  readonly queue: string;
  /** Whether what settles its follow-up had been recorded when it read the timeline. */
  settledAtRead?: boolean;
  notified?: Told;
  /** Resolves once the worker waits at a gate or is done. */
  atRest: Promise<void>;
  rest: () => void;
  gate?: Gate | undefined;
  /** Operations that wait for the one at the gate. */
  queued?: (() => void)[];
}

interface Gate {
  readonly operation: Operation;
  /** Milliseconds: storage answers within 10 s and a channel within 30 s. */
  readonly deadline: number;
  go(): void;
  fail(error: Error): void;
}

/**
 * The functions, run as the host runs them over storage in memory, with each step of chance taken from `choices`: which
 * worker goes on, which message comes next, when time passes, what fails. Once there are no choices left all goes
 * well and in order, so that it always comes to rest.
 */
export class Simulation {
  readonly storage = new MemoryStorage();
  readonly notified: Told[] = [];
  readonly logs: string[] = [];
  /** How often an owner's own reaction ran, by idempotency key. */
  readonly reacted = new Map<string, number>();
  readonly violations: string[] = [];
  readonly #choices: readonly number[];
  #next = 0;
  readonly #left: { -readonly [K in keyof Faults]: number };
  readonly #workers = new Set<Worker>();

  readonly #altinn: ((id: string, now: number) => Answer) | undefined;
  readonly #policyAt: (now: number) => Policy;
  #tickedAt = 0;

  /**
   * @param altinn what Altinn answers about a letter; without it there are no credentials
   * @param policyAt the policy that holds at a moment, which a worker keeps for as long as it works
   */
  constructor(
    choices: readonly number[],
    faults: Faults,
    altinn?: (id: string, now: number) => Answer,
    policyAt: (now: number) => Policy = () => defaultPolicy('webhook'),
  ) {
    this.#altinn = altinn;
    this.#policyAt = policyAt;
    this.#choices = choices;
    this.#left = { ...faults };
  }

  /** Runs until no message is left. */
  async run(): Promise<void> {
    for (let steps = 0; steps < 20_000; steps++) {
      vi.setSystemTime(this.storage.now);
      const gates = [...this.#workers].filter(({ gate }) => gate);
      const visible = [...this.storage.queues].flatMap(([queue, messages]) =>
        gates.length < 16
          ? messages.filter((m) => m.visibleAt <= this.storage.now).map((message) => ({ queue, message }))
          : [],
      );
      const ticks = this.#ticks();
      const later = [...this.storage.queues.values()].flat().map(({ visibleAt }) => visibleAt);
      later.push(...ticks.later);
      const deadlines = gates.map(({ gate }) => gate?.deadline as number);
      const nextMoment = Math.min(...deadlines, ...later.filter((at) => at > this.storage.now));
      const canPass = Number.isFinite(nextMoment) && nextMoment > this.storage.now;
      const options = gates.length + visible.length + (ticks.now ? 1 : 0) + (canPass ? 1 : 0);
      if (options === 0) return;

      const choice = this.#choose(options);
      const gated = gates[choice];
      const taken = visible[choice - gates.length];
      if (gated) await this.#goOn(gated);
      else if (taken) await this.#deliver(taken.queue, taken.message);
      else if (ticks.now && choice === gates.length + visible.length) await this.#tick();
      else this.storage.now = nextMoment;
    }
    throw new Error('it does not come to rest');
  }

  /** Whether the timer has something to do, and when next: it runs at every moment once, and every minute. */
  #ticks(): { now: boolean; later: number[] } {
    const times = this.storage.rowsOf('due').map(({ at }) => Date.parse(String(at)));
    const isDue = times.some((at) => at <= this.storage.now);
    return {
      now: isDue && this.#tickedAt < this.storage.now,
      later: [...times.filter((at) => at > this.storage.now), ...(isDue ? [this.storage.now + 60_000] : [])],
    };
  }

  async #tick(): Promise<void> {
    this.#tickedAt = this.storage.now;
    const message = { id: 'tick', text: '', visibleAt: 0, dequeueCount: 0 };
    await this.#work({ message, queue: 'timer', atRest: Promise.resolve(), rest: () => {} }, (pause) => {
      const { storage } = this;
      const due = new DueFollowUps(storage.table('due', pause));
      const followUps = followUpsIn(storage, pause);
      const now = () => new Date(storage.now);
      return releaseDue({ due, followUps, queue: storage.queue('follow-ups', pause), leaseMs, now });
    });
  }

  #choose(options: number): number {
    return (this.#choices[this.#next++] ?? 0) % options;
  }

  #use(kind: keyof Faults): boolean {
    if (this.#left[kind] <= 0) return false;
    this.#left[kind]--;
    return true;
  }

  /** Lets a worker go on from its gate, or lets it fail there. */
  async #goOn(worker: Worker): Promise<void> {
    const gate = worker.gate as Gate;
    const { name, when } = gate.operation;
    const luck = this.#choose(12);
    worker.gate = undefined;
    this.#restless(worker);
    const next = worker.queued?.shift();
    if (luck === 10 && this.#use('crash')) {
      this.#interrupt(worker);
      this.#workers.delete(worker);
      this.#comeBack(worker, 30_000 + this.#choose(571) * 1000);
      return;
    }
    if (luck === 11 && this.#use('fault')) {
      this.#interrupt(worker);
      const certain = name === 'notify' && when === 'before';
      gate.fail(certain ? new NotDelivered('answered 400') : restError(500, 'InternalError'));
    } else {
      if (luck === 9 && name === 'send' && when === 'after' && this.#use('twice')) this.#twin();
      gate.go();
    }
    next?.();
    await worker.atRest;
  }

  #interrupt({ notified }: Worker): void {
    if (notified && !notified.recorded) notified.interrupted = true;
  }

  /** The message that was put last is there twice. */
  #twin(): void {
    for (const messages of this.storage.queues.values()) {
      const last = messages.at(-1);
      if (!last || last.id !== this.#lastId()) continue;
      const visibleAt = Number.isFinite(last.visibleAt) ? last.visibleAt : this.storage.now;
      messages.push({ ...last, id: `${last.id}'`, visibleAt, dequeueCount: 0 });
    }
  }

  #lastId(): string | undefined {
    const ids = [...this.storage.queues.values()].flat().map(({ id }) => id);
    return ids.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  }

  #restless(worker: Worker): void {
    worker.atRest = new Promise((resolve) => {
      worker.rest = resolve;
    });
  }

  async #deliver(queue: string, message: QueuedMessage): Promise<void> {
    message.visibleAt = Number.POSITIVE_INFINITY;
    message.dequeueCount++;
    const value = JSON.parse(Buffer.from(message.text, 'base64').toString());
    await this.#work({ message, queue, atRest: Promise.resolve(), rest: () => {} }, (pause) =>
      this.#handler(queue, pause)(value, this.#context(message)),
    );
  }

  /** Begins a piece of work, and goes on until it waits at a gate or is done. */
  async #work(worker: Worker, run: (pause: (operation: Operation) => Promise<void>) => Promise<unknown>) {
    this.#restless(worker);
    this.#workers.add(worker);
    const pause = (operation: Operation) => {
      this.#observe(worker, operation);
      return new Promise<void>((go, fail) => {
        const timeoutMs = operation.name === 'notify' ? 30_000 : 10_000;
        const before = worker.gate;
        // A tick does several things at once: they pass the gate one after another.
        const open = () => {
          worker.gate = { operation, deadline: this.storage.now + timeoutMs, go, fail };
          worker.rest();
        };
        if (before) worker.queued = [...(worker.queued ?? []), open];
        else open();
      });
    };
    const { queue, message } = worker;
    void run(pause).then(
      () => {
        if (!this.#workers.delete(worker)) return;
        if (queue !== 'timer') this.#forget(queue, message);
        worker.rest();
      },
      () => {
        if (!this.#workers.delete(worker)) return;
        this.#comeBack(worker, 30_000);
        worker.rest();
      },
    );
    await worker.atRest;
  }

  /** As the host does: five tries, then the poison queue. */
  #comeBack({ queue, message }: Worker, after: number): void {
    if (queue === 'timer') return;
    message.visibleAt = this.storage.now + after;
    if (message.dequeueCount < 5) return;
    this.#forget(queue, message);
    this.storage.put(`${queue}-poison`, JSON.parse(Buffer.from(message.text, 'base64').toString()));
  }

  #forget(queue: string, message: QueuedMessage): void {
    const messages = this.storage.messages(queue);
    messages.splice(messages.indexOf(message), 1);
  }

  #context({ dequeueCount, id }: QueuedMessage): InvocationContext {
    const write = (line: string) => void this.logs.push(line);
    return {
      triggerMetadata: { dequeueCount, id },
      info: write,
      warn: write,
      error: write,
    } as unknown as InvocationContext;
  }

  #handler(queue: string, pause: (operation: Operation) => Promise<void>) {
    const { storage } = this;
    const timeline = new Timeline(storage.table('timeline', pause));
    const followUps = followUpsIn(storage, pause);
    const due = new DueFollowUps(storage.table('due', pause));
    const reactions = createReactions((_event, { idempotencyKey }) => {
      this.reacted.set(idempotencyKey, (this.reacted.get(idempotencyKey) ?? 0) + 1);
    });
    const consequences = [
      openAndClose({
        followUps,
        due,
        policy: this.#policyAt(storage.now),
        graceMs,
        since: async () => '2000-01-01T00:00:00Z',
      }),
      enqueueReactions({ reactions, queue: storage.queue('reactions', pause) }),
    ];
    const own = queue.replace('-poison', '');
    const deps = {
      queue: storage.queue(own, pause),
      deadLetters: new DeadLetters(storage.table('deadletters', pause)),
      retries: new Retries(storage.table('retries', pause)),
    };
    const consumers: Record<string, () => Consumer> = {
      'correspondence-events': () => makeTrackEvents({ ...deps, timeline, consequences }),
      'follow-ups': () => makeFollowUp({ ...deps, guard: this.#guard(followUps, due, pause) }),
      reactions: () => makeReact({ ...deps, reactions }),
    };
    const consumer = consumers[own]?.();
    if (!consumer) throw new Error(`there is no queue ${queue}`);
    return queue === own ? consumer.handle : consumer.redrive;
  }

  #guard(followUps: FollowUps, due: DueFollowUps, pause: (operation: Operation) => Promise<void>) {
    const { storage } = this;
    const altinn = this.#altinn;
    const policy = this.#policyAt(storage.now);
    return {
      followUps,
      due,
      channels: new Map([...policy.channels.keys()].map((name) => [name, new MemoryChannel(pause)])),
      policy,
      askAltinn:
        altinn &&
        (async ({ correspondenceId: id }: Question) => {
          await pause({ name: 'ask', when: 'before' });
          return altinn(id, storage.now);
        }),
      events: storage.queue('correspondence-events', pause),
      graceMs,
      since: async () => '2000-01-01T00:00:00Z',
      maxWaitMs: 12 * 3_600_000,
      leaseMs,
      paused: false,
    };
  }

  /** Notes what a worker of the queue `follow-ups` saw and did. */
  #observe(worker: Worker, { name, store, when, result }: Operation): void {
    if (worker.queue !== 'follow-ups' || when !== 'after' || store === 'retries') return;
    const { kind, correspondenceId } = JSON.parse(Buffer.from(worker.message.text, 'base64').toString())
      .body as { kind: FollowUpKind; correspondenceId: string };
    if (name === 'list') worker.settledAtRead = this.settled(correspondenceId, kind);
    if (name === 'notify') {
      const step = result as Step;
      const notified = { step, worker, at: this.storage.now, interrupted: false, recorded: false };
      worker.notified = notified;
      this.notified.push(notified);
      if (!this.#altinn && step.type !== 'follow-up.closed' && worker.settledAtRead) {
        this.violations.push(`${step.idempotencyKey}: opened though it was settled before the look`);
      }
      if (!this.#altinn && step.type === 'follow-up.closed' && !worker.settledAtRead) {
        this.violations.push(`${step.idempotencyKey}: closed though it is not settled`);
      }
    }
    if (name === 'replace' && worker.notified && result !== undefined) worker.notified.recorded = true;
  }

  settled(id: string, kind: FollowUpKind): boolean {
    const { facts } = deriveStatus(this.entries(id));
    return settlingFacts(kind).some((fact) => facts[fact]);
  }

  entries(id: string) {
    return this.storage
      .rowsOf('timeline', id)
      .filter(({ rowKey }) => rowKey.startsWith('event:')) as unknown as Parameters<typeof deriveStatus>[0] &
      {
        id: string;
        type: string;
      }[];
  }

  /** The follow-ups that need attention and that the index does not have. */
  unlisted(): string[] {
    const index = new Set(
      this.storage.rowsOf('livefollowups').map(({ partitionKey, rowKey }) => `${partitionKey} ${rowKey}`),
    );
    return this.storage.rowsOf('timeline').flatMap(({ kind, state, listed, partitionKey }) => {
      if (!isLive(state as FollowUp['state'])) return [];
      const { key } = JSON.parse(String(listed ?? '{}')) as { key?: string };
      return index.has(`${state}:${kind} ${key}`) ? [] : [`${kind}-${partitionKey}`];
    });
  }

  followUps(id: string) {
    return this.storage
      .rowsOf('timeline', id)
      .filter(({ rowKey }) => rowKey.startsWith('follow-up:')) as unknown as {
      kind: FollowUpKind;
      state: string;
      claimedBy?: string;
      closedAt?: string;
      reason?: string;
    }[];
  }
}

function followUpsIn(storage: MemoryStorage, pause: Pause): FollowUps {
  const now = () => new Date(storage.now);
  return new FollowUps(
    storage.table('timeline', pause),
    new LiveFollowUps(storage.table('livefollowups', pause), now),
  );
}
