import { isOfCorrespondence, lookUp } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import { NonRetryableError } from '../queue/errors.ts';
import { parseGuid } from '../runtime/guid.ts';
import type { Log } from '../signals/log.ts';
import type { EventMessage } from './event-message.ts';
import type { Timeline } from './timeline.ts';

/** An event that is in its timeline. */
export interface TrackedEvent extends Pick<EventMessage, 'via' | 'traceparent'> {
  readonly event: CloudEvent;
  /** Whether it was pushed before, and called for what it calls for, and is only now known to be Altinn's. */
  readonly upgraded?: boolean | undefined;
  /** What it is about: the id of its timeline. */
  readonly id: string;
}

/** Something that an event calls for once it is tracked. It may be asked again for the same event, and must not mind. */
export type Consequence = (tracked: TrackedEvent, log: Log) => Promise<void>;

interface Deps {
  readonly timeline: Pick<Timeline, 'record' | 'verify'>;
  /** The URNs of the resources that are ours; empty for any. */
  readonly resources?: readonly string[];
  /** Run one after another. */
  readonly consequences: readonly Consequence[];
  readonly log: Log;
}

/**
 * Puts an event into its timeline and runs what it calls for. An event that is recorded already calls for nothing,
 * unless its own message comes again: then the process may have died, or failed, between the two. One that
 * had been pushed and is now pulled calls for what asks for verified events. What is not Correspondence's own is done
 * with: it goes into no timeline.
 * @param again whether this message may have been worked on before
 * @throws NonRetryableError when the event has no usable `resourceinstance`, so that there is no timeline for it, or is
 *   from outside and not about a resource of ours
 */
export async function track(
  message: EventMessage,
  again: boolean,
  { timeline, resources = [], consequences, log }: Deps,
): Promise<void> {
  const { via, traceparent, body } = message;
  const { event } = body;
  if (!isOfCorrespondence(event.type)) return log.signal('event.other', { events: 1 });
  const id = parseGuid(attribute(event, 'resourceinstance'));
  if (!id)
    throw new NonRetryableError('resourceinstance is missing or no GUID: there is no timeline for the event');
  // What we asked for ourselves is of a letter of ours.
  if (resources.length > 0 && via !== 'asked') {
    const resource = attribute(event, 'resource')?.toLowerCase();
    if (!resource) throw new NonRetryableError('resource is missing or no text, with ALTINN_RESOURCES set');
    if (!resources.includes(resource)) throw new NonRetryableError('resource is not one of ALTINN_RESOURCES');
  }

  const isNew = await timeline.record(id, message);
  const row = lookUp(event.type);
  if (isNew && !row) log.signal('event.unknown-type', { type: event.type });
  const upgraded = !isNew && via === 'pull' && (await timeline.verify(id, event));
  const calls = isNew || upgraded || again;
  if (calls) {
    const tracked = { event, id, via, traceparent, upgraded };
    for (const consequence of consequences) await consequence(tracked, log);
  }
  const fields = { type: event.type, id, event: event.id, via };
  if (calls) log.signal('event.tracked', { ...fields, fact: row?.fact });
  else log.signal('event.duplicate', fields);
}
