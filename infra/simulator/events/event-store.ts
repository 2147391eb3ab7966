import type { CorrespondenceEvent } from './cloud-event.ts';

const kept = 90 * 24 * 3600 * 1000;
/** An event shows up only so long after its registration. */
const lag = 30 * 1000;

interface Registered {
  readonly event: CorrespondenceEvent;
  readonly registered: number;
}

export interface EventQuery {
  readonly resource: string;
  /** The id of an event; one that is unknown, or gone, means from the start. */
  readonly after: string;
  readonly subject?: string | undefined;
  /** Each as SQL's LIKE takes it. */
  readonly types: readonly string[];
  readonly size: number;
}

/**
 * The events that can be pulled, in the order of their registration.
 *
 * Source: Altinn/altinn-events, `getevents.sql`.
 */
export class EventStore {
  readonly #now: () => number;
  readonly #events: Registered[] = [];
  readonly #places = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  register(event: CorrespondenceEvent): void {
    // One id may come under two sources: its first place counts, and so a page may end where it began.
    if (!this.#places.has(event.id)) this.#places.set(event.id, this.#events.length);
    this.#events.push({ event, registered: this.#now() });
  }

  query({ resource, after, subject, types, size }: EventQuery): CorrespondenceEvent[] {
    const [oldest, newest] = [this.#now() - kept, this.#now() - lag];
    const patterns = types.map(likeOf);
    const place = this.#places.get(after) ?? -1;
    const isGone = (this.#events[place]?.registered ?? 0) < oldest;
    const page: CorrespondenceEvent[] = [];
    for (let at = isGone ? 0 : place + 1; at < this.#events.length && page.length < size; at += 1) {
      const { event, registered } = this.#events[at] as Registered;
      if (registered < oldest || registered > newest || event.resource !== resource) continue;
      if (subject !== undefined && event.subject !== subject) continue;
      if (patterns.length > 0 && !patterns.some((pattern) => pattern.test(event.type))) continue;
      page.push(event);
    }
    return page;
  }
}

/** SQL's LIKE: `%` is any text and `_` any character, and case counts. */
function likeOf(type: string): RegExp {
  const pattern = type
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${pattern}$`, 's');
}
