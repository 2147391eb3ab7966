import { type EventType, lookUp, typePrefix } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import type { Via } from '../queue/message.ts';
import type { Log } from '../signals/log.ts';

export interface ReactionContext {
  /**
   * The same for every delivery of the same fact, under whatever event id: hand it on to what the reaction
   * calls, since a reaction runs at least once.
   */
  readonly idempotencyKey: string;
  /**
   * How the event is known: `push`, which anybody can do who has the webhook's address and key; `pull`, from Altinn
   * Events; `asked`, made of what Altinn answered about the letter.
   */
  readonly via: Via;
  /** The W3C trace context of the request that brought the event: hand it on, and its trace id is on every line. */
  readonly traceparent?: string | undefined;
  /** Aborts when the reaction's time is over: it is then tried again. */
  readonly signal: AbortSignal;
  /** Redacts persons. */
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
}

/**
 * What an event calls for. May throw: RetryableError, or anything else, and the event comes again later;
 * NonRetryableError, and it is dead-lettered.
 */
export type Reaction = (event: CloudEvent, context: ReactionContext) => Promise<void> | void;

/** Called for an event whose type has no reaction of its own; `known` tells whether the catalogue has the type. */
export type Fallback = (
  event: CloudEvent,
  context: ReactionContext & { known: boolean },
) => Promise<void> | void;

export interface ReactionOptions {
  /** Runs the reaction only for events that Altinn itself has told when asked for them: `pull` and `asked`. */
  readonly verifiedOnly?: boolean | undefined;
}

export interface Reactions {
  /**
   * Registers what an event of a type calls for.
   * @throws when the type has a reaction already: two would run in an order nobody chose
   */
  on(type: EventType, reaction: Reaction, options?: ReactionOptions): this;
  /** Whether anything is to be run for an event of a type that is known in this way: a reaction, or the fallback. */
  has(type: string, via: Via): boolean;
  /** Runs what the event calls for, or the fallback, or nothing. */
  run(event: CloudEvent, context: ReactionContext): Promise<void>;
}

/**
 * A registry of reactions by event type.
 * @param fallback for every event whose type has no reaction; without it such an event calls for nothing
 *
 * @example
 * createReactions().on('no.altinn.correspondence.correspondencereceiverread', async (event, { idempotencyKey }) => {
 *   await caseSystem.markAsRead(event.resourceinstance, idempotencyKey);
 * });
 */
export function createReactions(fallback?: Fallback): Reactions {
  const byType = new Map<EventType, { reaction: Reaction; verifiedOnly: boolean }>();
  const ownFor = (type: string) => {
    const row = lookUp(type);
    return row && byType.get(`${typePrefix}${row.name}`);
  };
  const has = (type: string, via: Via) => {
    const own = ownFor(type);
    return own ? !own.verifiedOnly || via !== 'push' : fallback !== undefined;
  };
  return {
    on(type, reaction, { verifiedOnly = false } = {}) {
      if (byType.has(type)) throw new Error(`${type} has a reaction already: put both into one.`);
      byType.set(type, { reaction, verifiedOnly });
      return this;
    },
    has,
    async run(event, context) {
      if (!has(event.type, context.via)) return;
      const own = ownFor(event.type);
      if (own) await own.reaction(event, context);
      else await fallback?.(event, { ...context, known: lookUp(event.type) !== undefined });
    },
  };
}
