import { fraction, guid } from '../chance.ts';
import type { SimulatedClock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { Knobs } from '../knobs.ts';
import type { Subscription, Subscriptions } from '../subscriptions/subscriptions.ts';
import { type CorrespondenceEvent, eventTime, pushedBody } from './cloud-event.ts';
import type { EventLog, LoggedEvent } from './event-log.ts';
import type { EventStore } from './event-store.ts';
import { pushSchedule } from './schedules.ts';
import type { Sender } from './sender.ts';

/** The most that a second push, or a second event for one fact, comes after the first: a minute. */
const copyWithin = 60_000;

export interface EventsApiParts {
  readonly clock: SimulatedClock;
  readonly knobs: Knobs;
  readonly counters: Counters;
  readonly log: EventLog;
  readonly store: EventStore;
  readonly subscriptions: Subscriptions;
  readonly sender: Sender;
}

/** The way of an event from Altinn Correspondence to the store and to the endpoints, with what may go wrong on it. */
export class EventsApi {
  readonly #parts: EventsApiParts;

  constructor(parts: EventsApiParts) {
    this.#parts = parts;
  }

  /** Takes an event in; the knobs decide on the event's id, so that no order of things changes what they do. */
  publish(entry: Pick<LoggedEvent, 'name' | 'event' | 'correspondenceId' | 'copyOf'>): void {
    const { clock, counters, knobs, log } = this.#parts;
    const { event } = entry;
    counters.created += 1;
    const logged = log.add(entry);
    if (entry.copyOf === undefined && happens(knobs.duplicateNewId, 'new id', event.id)) {
      clock.after(fraction('copy after', event.id) * copyWithin, () => this.#publishCopy(logged));
    }
    if (happens(knobs.loseEvent, 'lose event', event.id)) {
      logged.lost = true;
      counters.lostEvents += 1;
      return;
    }
    this.#parts.store.register(event);
    if (happens(knobs.duplicateOtherSource, 'other source', event.id))
      this.#parts.store.register({ ...event, source: event.source.replace(/\/\/[^/]+/, '//api.altinn.no') });
    for (const subscription of this.#parts.subscriptions.matching(event)) this.#push(logged, subscription);
  }

  #publishCopy({ name, event, correspondenceId }: LoggedEvent): void {
    const id = guid('copy', event.id);
    const time = eventTime(this.#parts.clock.now(), fraction('ticks', id));
    this.publish({ name, event: { ...event, id, time }, correspondenceId, copyOf: event.id });
  }

  #push({ event }: LoggedEvent, subscription: Subscription): void {
    const { clock, counters, knobs } = this.#parts;
    const key = [event.id, subscription.id] as const;
    if (happens(knobs.losePush, 'lose push', ...key)) {
      counters.lostPushes += 1;
      return;
    }
    const held = happens(knobs.delay, 'delay', ...key)
      ? fraction('delay of', ...key) * knobs.delayUpTo * 1000
      : 0;
    const send = () => this.#send(event, subscription);
    if (held === 0) send();
    else clock.after(held, send);
    if (happens(knobs.duplicateSameId, 'same id', ...key))
      clock.after(held + fraction('repeat after', ...key) * copyWithin, send);
  }

  #send(event: CorrespondenceEvent, { id: subscriptionId, endPoint }: Subscription): void {
    const { counters, log, sender } = this.#parts;
    const logged = log.get(event.id);
    sender.deliver({
      endpoint: endPoint,
      body: pushedBody(event),
      schedule: pushSchedule,
      onTry(attempt) {
        counters.sent += 1;
        logged.sent += 1;
        if (attempt > 1) counters.retried += 1;
      },
      onAcknowledged() {
        counters.acknowledged += 1;
        logged.acknowledged += 1;
      },
      onDeadLetter(reason) {
        counters.deadLettered += 1;
        logged.deadLettered += 1;
        log.deadLetters.push({ event, subscriptionId, reason });
      },
    });
  }
}

function happens(rate: number, ...key: (string | number)[]): boolean {
  return rate > 0 && fraction(...key) < rate;
}
