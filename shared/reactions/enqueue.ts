import { lookUp } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import { parseGuid } from '../runtime/guid.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import { eventMessage } from '../tracking/event-message.ts';
import type { Consequence } from '../tracking/track.ts';
import type { Reactions } from './registry.ts';

interface Deps {
  readonly reactions: Pick<Reactions, 'has'>;
  /** The queue `reactions`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  readonly now?: () => Date;
}

/** Has an event's reaction run on a queue of its own, so that a slow or broken case system cannot hold up tracking. */
export function enqueueReactions({ reactions, queue, now = () => new Date() }: Deps): Consequence {
  return async ({ event, via, traceparent, upgraded }) => {
    if (!reactions.has(event.type, via)) return;
    // One that does not ask for verified events had this one when it was pushed.
    if (upgraded && reactions.has(event.type, 'push')) return;
    await queue.send(eventMessage(event, { via, traceparent, enqueuedAt: now().toISOString() }));
  };
}

/** One for each fact about a thing; an event that we do not know may state another one each time. */
export function idempotencyKeyOf(event: CloudEvent): string {
  const id = parseGuid(attribute(event, 'resourceinstance'));
  return `${lookUp(event.type)?.name ?? event.id}-${id}`;
}
