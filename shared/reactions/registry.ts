import { type EventType, lookUp } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import type { Log } from '../runtime/log.ts';

export interface ReactionContext {
  /**
   * The same for every delivery of the same fact, under whatever event id: hand it on to what the reaction
   * calls, since a reaction runs at least once.
   */
  readonly idempotencyKey: string;
  readonly log: Log;
}

/** What an event calls for. May throw: the event then comes again later, and all its reactions with it. */
export type Reaction = (event: CloudEvent, context: ReactionContext) => Promise<void> | void;

/** Called for an event whose type has no reaction of its own; `known` tells whether the catalogue has the type. */
export type Fallback = (
  event: CloudEvent,
  context: ReactionContext & { known: boolean },
) => Promise<void> | void;

export interface Reactions {
  /**
   * Registers what an event of a type calls for.
   * @throws when the type has a reaction already: two would run in an order nobody chose
   */
  on(type: EventType, reaction: Reaction): this;
  /** Runs what the event calls for, or the fallback. */
  run(event: CloudEvent, context: ReactionContext): Promise<void>;
}

/**
 * A registry of reactions by event type.
 *
 * @example
 * createReactions(() => {}).on('no.altinn.correspondence.correspondencereceiverread', async (event, { idempotencyKey }) => {
 *   await caseSystem.markAsRead(event.resourceinstance, idempotencyKey);
 * });
 */
export function createReactions(fallback: Fallback): Reactions {
  const byType = new Map<EventType, Reaction>();
  return {
    on(type, reaction) {
      if (byType.has(type)) throw new Error(`${type} has a reaction already: put both into one.`);
      byType.set(type, reaction);
      return this;
    },
    async run(event, context) {
      const row = lookUp(event.type);
      const reaction = row && byType.get(`no.altinn.correspondence.${row.name}`);
      if (reaction) await reaction(event, context);
      else await fallback(event, { ...context, known: row !== undefined });
    },
  };
}
