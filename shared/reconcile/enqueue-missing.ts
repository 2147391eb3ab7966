import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import type { DeadLetters } from '../queue/dead-letters.ts';
import type { Via } from '../queue/message.ts';
import { eachAtOnce } from '../runtime/at-once.ts';
import { parseGuid } from '../runtime/guid.ts';
import type { Log } from '../signals/log.ts';
import { fitsQueue, type MessageQueue } from '../storage/message-queue.ts';
import { eventMessage } from '../tracking/event-message.ts';
import type { Timeline } from '../tracking/timeline.ts';

export interface EnqueueDeps {
  readonly timeline: Pick<Timeline, 'via'>;
  /** Notes of an event that the push had brought that Altinn has it too; it decides for which that matters. */
  readonly markVerified?: ((id: string, event: CloudEvent) => Promise<unknown>) | undefined;
  /** The queue `correspondence-events`. */
  readonly queue: Pick<MessageQueue, 'name' | 'send'>;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  readonly log: Log;
  readonly now?: () => Date;
}

/** A pulled event, and how it had been tracked before; `undefined` where it was missing. */
export interface Sorted {
  readonly event: CloudEvent;
  readonly via: Via | undefined;
}

/** How many events are looked up and put on the queue at the same moment. */
const atOnce = 16;

/** Puts those of some events on the queue that were never tracked. @returns all of them, in their order */
export async function enqueueMissing(
  events: readonly CloudEvent[],
  dryRun: boolean,
  deps: EnqueueDeps,
): Promise<Sorted[]> {
  const sorted: Sorted[] = [];
  await eachAtOnce(events.entries(), atOnce, async ([place, event]) => {
    sorted[place] = { event, via: await sortOut(event, dryRun, deps) };
  });
  return sorted;
}

async function sortOut(event: CloudEvent, dryRun: boolean, deps: EnqueueDeps): Promise<Via | undefined> {
  const { timeline, markVerified, queue, deadLetters, log, now = () => new Date() } = deps;
  const id = parseGuid(attribute(event, 'resourceinstance'));
  const via = id ? await timeline.via(id, event) : undefined;
  if (dryRun) return via;
  if (id && via) {
    if (via === 'push') await markVerified?.(id, event);
    return via;
  }
  const message = eventMessage(event, { via: 'pull', enqueuedAt: now().toISOString() });
  if (fitsQueue(message)) await queue.send(message);
  else {
    // The event alone: a message has an id of its own each time, and the dead letter would be another each time.
    await deadLetters.add(queue.name, event, tooLarge);
    log.signal('message.dead-lettered', { queue: queue.name, event: event.id, reason: tooLarge });
  }
  return undefined;
}

const tooLarge = 'pulled from Altinn, and larger than a queue message can be';
