import type { Events, Page } from '../altinn/api/events.ts';
import { catalogue, typePrefix } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import type { Checkpoint } from './checkpoints.ts';

/** Whose events of a resource are pulled. */
export interface Source {
  readonly resource: string;
  /**
   * The recipient whose events alone we may see; absent for a service owner. Altinn selects by it before it limits the
   * page, so no page is emptied by what others may not show us.
   */
  readonly subject?: string | undefined;
}

export type Pull = Pick<Events, 'pull'>['pull'];

const types = Object.keys(catalogue).map((name) => `${typePrefix}${name}`);

/** How many types are asked for at the same moment. */
const atOnce = 4;

/**
 * Whether Altinn still knows a checkpoint. It does not say so: one that it does not know is answered with the oldest
 * events there are.
 *
 * What follows the event before the last begins with the last, unless events that we may not see lie between the two:
 * those are taken out of the page after it was cut, so the page is as large as can be, and the last is looked for in
 * all of it. Where it is not there, a thousand may lie between. Then the answer to the checkpoint is held against the
 * oldest events: they begin alike if and only if Altinn does not know it, for an event that it knows is none of those
 * that follow it. Where both are empty nothing was learnt, and the checkpoint stands: nothing is passed over by it.
 */
export async function isKnown({ after, before }: Checkpoint, source: Source, pull: Pull): Promise<boolean> {
  const { events } = await pull({ ...source, after: before });
  if (events.some(({ id }) => id === after)) return true;
  const oldest = await pull({ ...source, after: '0' });
  if (oldest.events.some(({ id }) => id === after)) return true;
  const next = await pull({ ...source, after });
  return firstId(next) === undefined || firstId(next) !== firstId(oldest);
}

/**
 * The next events, or `undefined` at the end. An empty page is no end by itself: a thousand events that we may not see
 * fill the largest page there is, and behind them no id is known to go on from. But Altinn selects by type before it
 * cuts the page. So what is ours is asked for without all else on the resource, Dialogporten's events say, and then
 * each type by itself; the earliest event found is one to go on from.
 *
 * @returns `undefined` also when time runs out over it
 */
export async function nextPage(
  after: string,
  source: Source,
  pull: Pull,
  isLate: () => boolean = () => false,
): Promise<Page | undefined> {
  const page = await pull({ ...source, after });
  if (page.lastId) return page;
  if (source.subject) return undefined;
  const ours = await pull({ ...source, after, types: [`${typePrefix}%`, ...types] });
  if (ours.lastId) return ours;
  const found = await firstOfEachType(after, source, pull, isLate);
  const event = await earliest(found, source, pull);
  return event && { events: [event], unreadable: [], lastId: event.id };
}

/** None where there is no time to ask for all: the earliest of some may not be the earliest. */
async function firstOfEachType(
  after: string,
  source: Source,
  pull: Pull,
  isLate: () => boolean,
): Promise<CloudEvent[]> {
  const found: CloudEvent[] = [];
  const left = [...types];
  const work = async () => {
    for (let type = left.shift(); type && !isLate(); type = left.shift()) {
      const [first] = (await pull({ ...source, after, types: [type] })).events;
      if (first) found.push(first);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return isLate() ? [] : found;
}

/** The one that Altinn has before the others: times tie and invert, so each is looked for behind the earliest so far. */
async function earliest(
  [first, ...others]: readonly CloudEvent[],
  source: Source,
  pull: Pull,
): Promise<CloudEvent | undefined> {
  let found = first;
  for (const other of others) {
    if (!found) break;
    const { events } = await pull({ ...source, after: found.id, types: [other.type] });
    if (!events.some(({ id }) => id === other.id)) found = other;
  }
  return found;
}

function firstId({ events }: Page): string | undefined {
  return events[0]?.id;
}
