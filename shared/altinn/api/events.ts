import { type CloudEvent, type Problem, parseCloudEvent } from '../../events/cloud-event.ts';
import { resourcePrefix } from '../resource.ts';
import { AltinnError } from './altinn-error.ts';
import type { Platform } from './platform.ts';

export interface PullRequest {
  /** `urn:altinn:resource:` and the id. */
  readonly resource: string;
  /** The id of the last event that is known; `0` to start with the oldest that Altinn still has. */
  readonly after: string;
  /** The most events of a page, 1 to 1000; 1000 when it is not given. */
  readonly size?: number | undefined;
  readonly subject?: string | undefined;
  /** Lower-case; none means all. */
  readonly types?: readonly string[] | undefined;
}

export interface Page {
  /** In Altinn's order, exactly as they came. */
  readonly events: readonly CloudEvent[];
  /** What came and is no CloudEvent; the problems repeat no value, `value` does. */
  readonly unreadable: readonly { readonly value: unknown; readonly problems: readonly Problem[] }[];
  /** The `after` of the next page; absent when this one has no id at all, being empty say. */
  readonly lastId: string | undefined;
}

const maxPageSize = 1_000;

/**
 * Makes the pull of Altinn Events: one page at a time. A short or empty page does not mean that there are no more
 * events, since Altinn limits first and leaves out what we may not see afterwards. The `next` header is ignored: an
 * empty page has none, and it is not encoded.
 *
 * An `after` that Altinn does not know, or has forgotten after 90 days, starts again from the oldest event.
 *
 * Source: Altinn/altinn-events, `EventsController`.
 */
export function makeEvents(platform: Platform) {
  return {
    /** @throws AltinnError, TokenError; RangeError for a request that Altinn would not take */
    async pull({ resource, after, size = maxPageSize, subject, types = [] }: PullRequest): Promise<Page> {
      if (!resource.startsWith(resourcePrefix))
        throw new RangeError(`resource must start with ${resourcePrefix}`);
      if (!after) throw new RangeError('after must be the id of an event, or 0');
      if (!(size >= 1 && size <= maxPageSize)) throw new RangeError(`size must be 1 to ${maxPageSize}`);
      const query = new URLSearchParams({ resource, after, size: String(size) });
      if (subject) query.set('subject', subject);
      for (const type of types) query.append('type', type);
      const body = await platform.request('GET', '/events/api/v1/events', { query });
      if (!Array.isArray(body))
        throw new AltinnError("Altinn's answer is no list of events", { status: 200 });
      return toPage(body);
    },
  };
}

export type Events = ReturnType<typeof makeEvents>;

function toPage(values: readonly unknown[]): Page {
  const events: CloudEvent[] = [];
  const unreadable: { value: unknown; problems: readonly Problem[] }[] = [];
  let lastId: string | undefined;
  for (const value of values) {
    const parsed = parseCloudEvent(value);
    if (parsed.ok) events.push(parsed.event);
    else unreadable.push({ value, problems: parsed.problems });
    const { id } = (value ?? {}) as { id?: unknown };
    if (typeof id === 'string' && id) lastId = id;
  }
  return { events, unreadable, lastId };
}
