import { hasScope, mayHave, type Resources, resourcePrefix, type Subunits } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { fraction } from '../chance.ts';
import type { Counters } from '../counters.ts';
import { type Answer, type Call, empty, json, type Route } from '../http/answer.ts';
import { invalidModel, problem } from '../http/problem.ts';
import type { Knobs } from '../knobs.ts';
import { asPulled, type CorrespondenceEvent } from './cloud-event.ts';
import type { EventLog } from './event-log.ts';
import type { EventStore } from './event-store.ts';

const defaultSize = 50;
const largestSize = 1000;

export interface EventRoutesParts {
  /** What the `next` header begins with. */
  readonly url: string;
  readonly store: EventStore;
  readonly log: EventLog;
  readonly knobs: Knobs;
  readonly counters: Counters;
  readonly resources: Resources;
  readonly subunits: Subunits;
  readonly readCaller: (call: Call) => Promise<Caller | undefined>;
}

/** That of problem details too. */
const contentType = 'application/cloudevents+json';

/**
 * The pull API. Authorisation filters after the limit, so that a page may be short or empty with more behind it;
 * `next` is missing from an empty page and is not URL-encoded. A recipient who names no subject gets nothing.
 *
 * Source: Altinn/altinn-events, `EventsController`.
 */
export function eventRoutes(parts: EventRoutesParts): Route[] {
  async function pull(call: Call): Promise<Answer> {
    const caller = await parts.readCaller(call);
    if (!caller) return empty(401);
    if (!hasScope(caller, 'altinn:events.subscribe')) return empty(403);
    const sent = call.headers['content-type'];
    if (sent !== undefined && !/^application\/(\w+\+)?json\b/i.test(sent)) return empty(415);
    const query = readQuery(call.url);
    if ('status' in query) return query;
    const isForNobody = caller.systemUser !== undefined && query.subject === undefined;
    const page = parts.store.query(query).filter((event) => {
      const isHidden = fraction('hide', event.id) < parts.knobs.hideFromPull;
      const hidden = isHidden || parts.log.get(event.id).hidden;
      return !hidden && !isForNobody && mayHave(caller, event, parts);
    });
    for (const { id } of page) parts.log.get(id).pulled += 1;
    parts.counters.pulled += page.length;
    const answer = json(200, asAuthorised(page).map(asPulled), contentType);
    const last = page.at(-1)?.id;
    if (!last) return answer;
    return { ...answer, headers: { ...answer.headers, next: nextOf(parts.url, call.url, last) } };
  }
  return [{ api: 'events', method: 'GET', path: '/events/api/v1/events', handle: pull }];
}

/** Altinn's own slip: of one id under two sources, a page holds the first of them twice. */
function asAuthorised(page: readonly CorrespondenceEvent[]): readonly CorrespondenceEvent[] {
  const first = new Map([...page].reverse().map((event) => [event.id, event]));
  return page.map(({ id }) => first.get(id) as CorrespondenceEvent);
}

function readQuery(url: URL) {
  // ASP.NET compares the names of parameters without case.
  const given = (name: string) =>
    [...url.searchParams].filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  const [resource = '', after = '', subject, size = '0'] = ['resource', 'after', 'subject', 'size'].map(
    (name) => given(name)[0],
  );
  if (!resource) return invalidModel({ resource: ['The resource field is required.'] }, contentType);
  if (!/^-?\d+$/.test(size))
    return invalidModel({ size: [`The value '${size}' is not valid.`] }, contentType);
  if (!resource.startsWith(resourcePrefix))
    return problem(400, `The 'resource' parameter must begin with \`${resourcePrefix}\``, contentType);
  if (!after) return problem(400, "The 'after' parameter must be defined.", contentType);
  return {
    resource,
    after,
    subject: subject || undefined,
    types: given('type'),
    size: Number(size) < 1 ? defaultSize : Math.min(Number(size), largestSize),
  };
}

function nextOf(base: string, url: URL, last: string): string {
  const others = [...url.searchParams].filter(([name]) => name !== 'after');
  const query = [['after', last], ...others].map(([name, value]) => `${name}=${value}`).join('&');
  return `${base}${url.pathname}?${query}`;
}
