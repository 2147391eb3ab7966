import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Resources, Subunits } from './access.ts';
import { SimulatedClock } from './clock.ts';
import type { Letter, LetterSpec } from './correspondence/letter.ts';
import { Letters } from './correspondence/letters.ts';
import { type LetterTruth, truthOf } from './correspondence/truth.ts';
import { noCounts } from './counters.ts';
import { EventLog } from './events/event-log.ts';
import { EventStore } from './events/event-store.ts';
import { EventsApi } from './events/events-api.ts';
import { parallelSenders, pushTimeout } from './events/schedules.ts';
import { Sender } from './events/sender.ts';
import {
  type ApiName,
  apiNames,
  defaultKnobs,
  type KnobChanges,
  type SomeApiKnobs,
  turnKnobs,
} from './knobs.ts';
import { Clients } from './maskinporten/clients.ts';
import { NotificationOrders } from './notifications/orders.ts';
import {
  type Play,
  play,
  recipientConfirms,
  recipientDownloads,
  recipientForwards,
  recipientPurges,
  recipientReads,
} from './story/play.ts';
import type { Story } from './story/story.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';
import { Troubles } from './troubles.ts';

/** The service owner of the resources, unless they say otherwise. */
export const defaultOwner = '991825827';
export const defaultResource = 'altinn-local-letters';
/** However fast the simulated clock, an endpoint is real and gets this many real milliseconds. */
const shortestTimeout = 5000;

export interface SimulatorOptions {
  /** Simulated seconds in a second, 1 when not given; 0 stands still and moves by `advance` alone. */
  readonly timeScale?: number;
  /** What the simulated clock shows at first; now when not given. */
  readonly startTime?: Date;
  /** What the ids of letters depend on; drawn when not given, so that two runs never share an id. */
  readonly seed?: number;
  /** Ids of resources, or each with the number of the organisation that owns it. */
  readonly resources?: readonly string[] | Readonly<Record<string, string>>;
  /** The numbers of the sub-units of an organisation, by its own. */
  readonly subunits?: Readonly<Record<string, readonly string[]>>;
  readonly knobs?: KnobChanges;
  /** Real milliseconds that an endpoint has to answer; 45 simulated seconds, and 5 real ones at least. */
  readonly pushTimeout?: number;
  readonly parallelSenders?: number;
  /** What the `source` of an event begins with; TT02 when not given. */
  readonly platform?: string;
}

/** What being away looks like: 503, a closed connection, or 500 as when the policy service is down. */
export const outages = {
  unavailable: { serverError: 1 },
  'no-answer': { noAnswer: 1 },
  'internal-error': { internalError: 1 },
} as const;

/** A span of simulated time. */
export interface Span {
  readonly days?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
}

/** The simulated Altinn without its HTTP: what there is, what happens, and how to make it happen. */
export class Simulator {
  readonly clock: SimulatedClock;
  readonly knobs = defaultKnobs();
  readonly counters = noCounts();
  /** How often each API was called, troubled or not. */
  readonly calls = Object.fromEntries(apiNames.map((name) => [name, 0])) as Record<ApiName, number>;
  readonly clients = new Clients();
  readonly resources: Resources;
  readonly subunits: Subunits;
  readonly platform: string;
  readonly seed: number;
  /** Every event that was published, and what became of it. */
  readonly log = new EventLog();
  readonly store: EventStore;
  readonly subscriptions: Subscriptions;
  readonly sender: Sender;
  readonly letters: Letters;
  readonly notifications: NotificationOrders;
  readonly troubles: Troubles;
  #stopped = false;

  constructor(options: SimulatorOptions = {}) {
    const { timeScale = 1, startTime = new Date(), resources = [defaultResource] } = options;
    const { knobs, counters, log } = this;
    const clock = new SimulatedClock({ scale: timeScale, start: startTime.getTime() });
    const now = () => clock.now();
    this.clock = clock;
    this.seed = options.seed ?? randomInt(1_000_000_000);
    this.platform = options.platform ?? 'https://platform.tt02.altinn.no';
    this.resources = new Map(
      isList(resources) ? resources.map((id) => [id, defaultOwner]) : Object.entries(resources),
    );
    this.troubles = new Troubles(now, knobs);
    this.subunits = new Map(Object.entries(options.subunits ?? {}));
    this.turn(options.knobs ?? {});
    this.store = new EventStore(now);
    this.subscriptions = new Subscriptions({
      now,
      knobs,
      counters,
      resources: this.resources,
      subunits: this.subunits,
    });
    this.sender = new Sender({
      clock,
      timeout: options.pushTimeout ?? Math.max((pushTimeout * 1000) / (timeScale || 1), shortestTimeout),
      parallel: options.parallelSenders ?? parallelSenders,
    });
    const { store, subscriptions, sender, platform, seed } = this;
    const events = new EventsApi({ clock, knobs, counters, log, store, subscriptions, sender });
    this.notifications = new NotificationOrders({ seed, clock, knobs });
    this.letters = new Letters({ seed, clock, platform, resources: this.resources, knobs, events });
  }

  turn(changes: KnobChanges): void {
    turnKnobs(this.knobs, changes);
  }

  /** Turns knobs of APIs, of all when none is named, for a span of simulated time. */
  trouble(knobs: SomeApiKnobs, span: Span, apis: readonly ApiName[] = apiNames): void {
    this.troubles.begin({ apis, knobs }, millisecondsOf(span));
  }

  /** APIs, all when none is named, are away for a span of simulated time. */
  outage(span: Span, apis?: readonly ApiName[], how: keyof typeof outages = 'unavailable'): void {
    this.trouble(outages[how], span, apis);
  }

  /** Makes letters from one specification, and gives their ids. */
  createLetters(spec: LetterSpec = {}, count = 1): string[] {
    return Array.from({ length: count }, () => this.letters.create(spec).id);
  }

  /** The recipient opens and reads a letter; false when there is none for the recipient, as for the two that follow. */
  read(id: string): boolean {
    return this.#withLetter(id, recipientReads);
  }

  confirm(id: string): boolean {
    return this.#withLetter(id, recipientConfirms);
  }

  purge(id: string): boolean {
    return this.#withLetter(id, recipientPurges);
  }

  /** The recipient downloads the attachment, which outranks reading, confirming and purging. */
  download(id: string): boolean {
    return this.#withLetter(id, recipientDownloads);
  }

  /** The recipient forwards the letter, which has to be read. */
  forward(id: string): boolean {
    return this.#withLetter(id, recipientForwards);
  }

  /** Nobody may pull these events, by their ids: a page that they fill is an empty one. */
  hide(ids: readonly string[]): void {
    for (const id of ids) this.log.get(id).hidden = true;
  }

  /** What is so of every letter, or of one. */
  truth(id?: string): LetterTruth[] {
    const one = id === undefined ? undefined : this.letters.get(id);
    const letters = id === undefined ? this.letters.all() : one ? [one] : [];
    return truthOf(letters, this.log.all());
  }

  /** Moves simulated time ahead, timer by timer, each with its pushes and conditions answered before the next. */
  advance(span: Span): Promise<void> {
    return this.clock.advance(millisecondsOf(span), async () => {
      await Promise.all([this.sender.settled(), this.notifications.settled()]);
    });
  }

  play(story: Story): Play {
    const { clock, letters, knobs } = this;
    return play(story, { clock, letters, knobs, whenQuiet: () => this.whenQuiet() });
  }

  /** Whether nothing is under way and nothing scheduled: no due date, no retry, no story. */
  get quiet(): boolean {
    return this.clock.pending === 0 && this.sender.idle && this.notifications.idle;
  }

  async whenQuiet(): Promise<void> {
    while (!this.quiet && !this.#stopped) await delay(10);
  }

  stop(): void {
    this.#stopped = true;
    this.clock.stop();
    this.sender.stop();
  }

  #withLetter(id: string, act: (letters: Letters, letter: Letter) => boolean): boolean {
    const letter = this.letters.get(id);
    return letter !== undefined && act(this.letters, letter);
  }
}

function millisecondsOf({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function isList(resources: SimulatorOptions['resources']): resources is readonly string[] {
  return Array.isArray(resources);
}
