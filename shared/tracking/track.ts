import { lookUp } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import type { Envelope } from '../queue/message.ts';
import type { Reactions } from '../reactions/registry.ts';
import { parseGuid } from '../runtime/guid.ts';
import type { Log } from '../runtime/log.ts';
import { NonRetryableError } from '../storage/faults.ts';
import type { Timeline } from './timeline.ts';

interface Deps {
  readonly timeline: Pick<Timeline, 'record'>;
  /** The URNs of the resources that are ours; empty for any. */
  readonly resources?: readonly string[];
  /** Run one after another; each has its own fallback. */
  readonly reactions: readonly Reactions[];
  readonly log: Log;
}

/**
 * Puts an event into its timeline and runs what it calls for. An event that is recorded already calls for nothing,
 * unless its own message comes again: then the process may have died, or failed, between the two.
 * @param again whether this message has been taken from the queue before
 * @throws NonRetryableError when the event has no usable `resourceinstance`, so that there is no timeline for it, or is
 *   about a resource of somebody else's
 */
export async function track(
  envelope: Envelope,
  again: boolean,
  { timeline, resources = [], reactions, log }: Deps,
): Promise<void> {
  const { event } = envelope;
  const id = parseGuid(attribute(event, 'resourceinstance'));
  if (!id)
    throw new NonRetryableError('resourceinstance is missing or no GUID: there is no timeline for the event');
  const resource = attribute(event, 'resource')?.toLowerCase();
  if (resource && resources.length > 0 && !resources.includes(resource)) {
    throw new NonRetryableError('resource is not one of ALTINN_RESOURCES');
  }

  const isNew = await timeline.record(id, envelope);
  if (isNew || again) {
    for (const registry of reactions)
      await registry.run(event, { idempotencyKey: idempotencyKey(event, id), log });
  }
  log.info(isNew || again ? 'tracked' : 'duplicate', {
    type: event.type,
    id,
    event: event.id,
    via: envelope.via,
  });
}

/** One for each fact about a thing; an event that we do not know may state another one each time. */
function idempotencyKey(event: CloudEvent, id: string): string {
  return `${lookUp(event.type)?.name ?? event.id}-${id}`;
}
