import { createReactions } from '../shared/reactions/registry.ts';

/**
 * Your own reactions: what an event calls for in your systems. This file is yours; nothing else needs to change.
 *
 * A reaction runs after the event has been tracked, at least once. What it throws is logged, and the event comes
 * again later: hand `idempotencyKey` on, so that the second time does no harm. Its log masks persons; `event` does
 * not. Types are completed and checked from the catalogue, `shared/events/catalogue.ts`.
 *
 * @example
 * createReactions(() => {}).on(
 *   'no.altinn.correspondence.correspondencereceiverread',
 *   async (event, { idempotencyKey, log }) => {
 *     await caseSystem.markAsRead(event.resourceinstance, { idempotencyKey });
 *     log.info('case system told', { event: event.id });
 *   },
 * );
 */
export const ownReactions = createReactions(() => {
  // The fallback: called for each event whose type has no reaction below, known or not.
});
