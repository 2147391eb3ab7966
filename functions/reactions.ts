import { createReactions } from '../shared/reactions/registry.ts';

/**
 * Your own reactions: what an event calls for in your systems. This file is yours; nothing else needs to change.
 *
 * A reaction runs after the event has been tracked, from a queue of its own, at least once, for two minutes at most.
 * What it throws is logged, and the event comes again later: hand `idempotencyKey` on, so that the second time does no
 * harm. Its log redacts persons; `event` does not. Types are completed and checked from the catalogue,
 * `shared/events/catalogue.ts`. A function given to `createReactions` runs for every type that has no reaction.
 * With `{ verifiedOnly: true }` behind it, a reaction runs for no event that was merely pushed: see docs/reactions.md.
 *
 * @example
 * createReactions().on(
 *   'no.altinn.correspondence.correspondencereceiverread',
 *   async (event, { idempotencyKey, log }) => {
 *     await caseSystem.markAsRead(event.resourceinstance, { idempotencyKey });
 *     log.info('case system told', { event: event.id });
 *   },
 * );
 */
export const ownReactions = createReactions();
