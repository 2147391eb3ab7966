import { entityOf, mayHave, partyUrn, type Resources, type Subunits } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { fraction } from '../chance.ts';
import type { Counters } from '../counters.ts';
import type { CorrespondenceEvent } from '../events/cloud-event.ts';
import type { Knobs } from '../knobs.ts';
import { absoluteUri } from './absolute-uri.ts';
import type { SubscriptionRequest } from './request.ts';

/** How long each of Altinn's pods goes by the subscriptions it read before, in milliseconds. */
const cached = 3600 * 1000;

/** As Altinn shows it: the endpoint in clear, with its secret. */
export interface Subscription {
  readonly id: number;
  readonly endPoint: string;
  readonly resourceFilter: string;
  readonly subjectFilter?: string;
  readonly typeFilter?: string;
  readonly consumer: string;
  readonly createdBy: string;
  readonly created: string;
  readonly validated: boolean;
  readonly includeSubunits: boolean;
}

interface Kept {
  shown: Subscription;
  readonly caller: Caller;
  validatedAt?: number;
  deletedAt?: number;
}

export interface SubscriptionsParts {
  readonly now: () => number;
  readonly knobs: Knobs;
  readonly counters: Counters;
  readonly resources: Resources;
  readonly subunits: Subunits;
}

/** The subscriptions of this Altinn; nothing ever un-validates one. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts;
  readonly #kept: Kept[] = [];

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
  }

  /** Keeps a subscription, unless there is an equal one: the whole endpoint counts, in the form that is stored. */
  create(request: SubscriptionRequest, caller: Caller): Subscription {
    const { endPoint, resourceFilter, subjectFilter, typeFilter, includeSubunits } = request;
    const consumer = entityOf(caller);
    const wanted = {
      endPoint: absoluteUri(endPoint as string) as string,
      resourceFilter: resourceFilter as string,
      ...(subjectFilter !== undefined && { subjectFilter }),
      ...(typeFilter !== undefined && { typeFilter }),
      consumer,
      createdBy: consumer,
      includeSubunits: includeSubunits ?? false,
    };
    const equal = this.#live().find(({ shown }) => key(shown) === key(wanted));
    if (equal) return equal.shown;
    const shown = {
      id: this.#kept.length + 1,
      ...wanted,
      created: new Date(this.#parts.now()).toISOString(),
      validated: false,
    };
    this.#kept.push({ shown, caller });
    return shown;
  }

  get(id: number): Subscription | undefined {
    return this.#find(id)?.shown;
  }

  list(entity?: string): Subscription[] {
    return this.#live()
      .map(({ shown }) => shown)
      .filter(({ consumer }) => entity === undefined || consumer === entity);
  }

  markValidated(id: number): void {
    const kept = this.#find(id);
    if (!kept || kept.validatedAt !== undefined) return;
    kept.shown = { ...kept.shown, validated: true };
    kept.validatedAt = this.#parts.now();
    this.#parts.counters.validated += 1;
  }

  delete(id: number): void {
    const kept = this.#find(id);
    if (kept) kept.deletedAt = this.#parts.now();
  }

  /** Where an event is pushed to, with what an hour's cache does to that. */
  matching(event: CorrespondenceEvent): Subscription[] {
    const { knobs, now } = this.#parts;
    return this.#kept
      .filter(({ shown, caller, validatedAt, deletedAt }) => {
        const { resourceFilter, typeFilter } = shown;
        if (validatedAt === undefined) return false;
        if (deletedAt !== undefined && now() - deletedAt >= knobs.keepPushingDeleted * 1000) return false;
        // Each is compared as it is: an empty filter never matches, and case counts.
        if (resourceFilter !== event.resource) return false;
        if (!this.#isSubject(shown, event.subject)) return false;
        if (typeFilter !== undefined && typeFilter !== event.type) return false;
        return mayHave(caller, event, this.#parts);
      })
      .filter((kept) => !this.#misses(kept, event))
      .map(({ shown }) => shown);
  }

  /** With `includeSubunits` by a look-up of the main unit. */
  #isSubject({ subjectFilter, includeSubunits }: Subscription, subject: string): boolean {
    if (subjectFilter === undefined || subjectFilter === subject) return true;
    if (!includeSubunits) return false;
    const units = [...this.#parts.subunits].find(([main]) => partyUrn(main) === subjectFilter)?.[1] ?? [];
    return units.some((unit) => partyUrn(unit) === subject);
  }

  #misses({ shown, validatedAt = 0 }: Kept, event: CorrespondenceEvent): boolean {
    const { knobs, now, counters } = this.#parts;
    if (now() - validatedAt >= cached) return false;
    const missed = fraction('miss', event.id, shown.id) < knobs.missNewSubscription;
    if (missed) counters.missed += 1;
    return missed;
  }

  #live(): Kept[] {
    return this.#kept.filter(({ deletedAt }) => deletedAt === undefined);
  }

  #find(id: number): Kept | undefined {
    return this.#live().find(({ shown }) => shown.id === id);
  }
}

function key(wanted: Omit<Subscription, 'id' | 'created' | 'validated'>): string {
  const { resourceFilter, subjectFilter, typeFilter, consumer, endPoint, includeSubunits } = wanted;
  return JSON.stringify([
    resourceFilter,
    subjectFilter ?? null,
    typeFilter ?? null,
    consumer,
    endPoint,
    includeSubunits,
  ]);
}
