import type { CorrespondenceEvent } from './cloud-event.ts';
import type { DialogEventName, EventName } from './event-types.ts';

/** What became of one event. */
export interface LoggedEvent {
  readonly name: EventName | DialogEventName;
  readonly event: CorrespondenceEvent;
  /** The letter that it is about, also when it names an attachment, a notification order or a dialog. */
  readonly correspondenceId: string;
  /** The id of the event whose fact this one states again. */
  readonly copyOf?: string;
  /** Lost before the Events API. */
  lost: boolean;
  /** Authorisation takes it out of every pulled page, after the limit. */
  hidden: boolean;
  sent: number;
  acknowledged: number;
  deadLettered: number;
  pulled: number;
}

export interface DeadLetter {
  readonly event: CorrespondenceEvent;
  readonly subscriptionId: number;
  /** The status that the last try got, or why it got none. */
  readonly reason: string;
}

/** Every event that was ever published, by id, in the order of publishing. */
export class EventLog {
  readonly #entries = new Map<string, LoggedEvent>();
  readonly deadLetters: DeadLetter[] = [];

  add(entry: Pick<LoggedEvent, 'name' | 'event' | 'correspondenceId' | 'copyOf'>): LoggedEvent {
    const logged = {
      ...entry,
      lost: false,
      hidden: false,
      sent: 0,
      acknowledged: 0,
      deadLettered: 0,
      pulled: 0,
    };
    this.#entries.set(entry.event.id, logged);
    return logged;
  }

  get(id: string): LoggedEvent {
    return this.#entries.get(id) as LoggedEvent;
  }

  all(): LoggedEvent[] {
    return [...this.#entries.values()];
  }
}
