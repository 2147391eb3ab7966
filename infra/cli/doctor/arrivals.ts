import { makeEvents } from '../../../shared/altinn/api/events.ts';
import { attribute, type CloudEvent } from '../../../shared/events/cloud-event.ts';
import { aboutOf } from '../../../shared/tracking/status.ts';
import { explain } from '../cli.ts';
import { makeReceiver, type Receiver } from '../receiver.ts';
import { type Check, fail, ok, skipped, warn } from './check.ts';
import { maxPages, newestEvents, whoseOf } from './newest.ts';

/** How many of the newest are looked for. */
const sample = 5;

export const eventsArrive: Check = {
  name: 'events',
  needs: ['tokens'],
  async run(context) {
    const { connection, resources, receiver, cli } = context;
    if (!connection.ok || resources.length === 0) {
      return skipped('no resource is given', 'Give --resource, or set ALTINN_RESOURCES');
    }
    if (!receiver) return skipped('no receiver is given', 'Give --receiver, or set RECEIVER_URL');
    try {
      const pull = makeEvents(connection.value.platform);
      const newest: CloudEvent[] = [];
      const whose = whoseOf(context);
      for (const [resource, one] of resources.flatMap((urn) => whose.map((one) => [urn, one] as const))) {
        const events = await newestEvents(resource, one, pull, sample);
        if (!events) {
          return skipped(
            `Altinn has more than ${maxPages},000 events of ${resource}: too many to find the newest`,
            'Use `reconcile --dry-run`',
          );
        }
        newest.push(...events);
      }
      if (newest.length === 0) return skipped('Altinn has had no event for the last 90 days');
      const missing = await notTracked(newest, makeReceiver(receiver));
      const last = newest.map(timeOf).sort().at(-1);
      if (missing.length === 0) return ok(`the newest ones have arrived, the last of ${last}`);
      const detail = `${missing.length} of the newest ${newest.length} have not been tracked`;
      const old = missing.filter((event) => !(Date.now() - Date.parse(timeOf(event)) < cli.timing.underWay));
      if (old.length === 0) return warn(detail, 'They are young: look again in ten minutes');
      return fail(detail, 'Pull what was missed (`reconcile`), and fix what fails above');
    } catch (error) {
      return skipped(explain(error));
    }
  },
};

/** The events that the receiver has neither by their id nor, the fact being known already, by their type. */
async function notTracked(events: readonly CloudEvent[], receiver: Receiver): Promise<CloudEvent[]> {
  const missing: CloudEvent[] = [];
  for (const event of events) {
    const id = attribute(event, 'resourceinstance');
    if (!id) continue;
    const status = await receiver.status(aboutOf([event]), id);
    const known = status?.timeline.some((entry) => entry.id === event.id || entry.type === event.type);
    if (!known) missing.push(event);
  }
  return missing;
}

function timeOf(event: CloudEvent): string {
  return attribute(event, 'time') ?? '';
}
