import type { Events } from '../../../shared/altinn/api/events.ts';
import { type Whose, whoseEvents } from '../../../shared/altinn/whose.ts';
import { typePrefix } from '../../../shared/events/catalogue.ts';
import type { CloudEvent } from '../../../shared/events/cloud-event.ts';
import type { Context } from './check.ts';

/** Pages of a thousand events that are read to find the newest ones: Altinn gives the oldest first. */
export const maxPages = 20;

/**
 * The newest events that are about letters, oldest first; `undefined` where there are too many to find them. A
 * recipient's pull needs its subject: without one the answer is an empty list.
 */
export async function newestEvents(
  resource: string,
  { subject }: Whose,
  { pull }: Events,
  count: number,
): Promise<CloudEvent[] | undefined> {
  let newest: CloudEvent[] = [];
  let after = '0';
  for (let page = 0; page < maxPages; page++) {
    const { events, lastId } = await pull({ resource, after, subject });
    const ours = events.filter(({ type }) => type.toLowerCase().startsWith(typePrefix));
    newest = [...newest, ...ours].slice(-count);
    if (!lastId || lastId === after) return newest;
    after = lastId;
  }
  return undefined;
}

/** Whose events are looked for: of a service owner's resource all of them. */
export function whoseOf({ connection }: Context): readonly Whose[] {
  return connection.ok ? whoseEvents(connection.value.settings) : [];
}
