import { makeEvents } from '../../../shared/altinn/api/events.ts';
import type { Platform } from '../../../shared/altinn/api/platform.ts';

export interface FeedEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly resource: string;
  readonly resourceinstance: string;
  readonly [attribute: string]: unknown;
}

/**
 * The pull of Altinn Events, by its contract: an id that is unknown starts from the oldest event, types are selected
 * before the page is cut (as SQL's LIKE does), and what may not be seen is left out afterwards.
 */
export function makeFeed() {
  const all: FeedEvent[] = [];
  const hidden = new Set<string>();
  const asked: URLSearchParams[] = [];
  const pull = (query: URLSearchParams) => {
    asked.push(query);
    const after = all.findIndex(({ id }) => id === query.get('after'));
    const types = query.getAll('type').map((type) => {
      const escaped = type.replace(/[.]/g, '\\.').replaceAll('%', '.*').replaceAll('_', '.');
      return new RegExp(`^${escaped}$`);
    });
    return all
      .slice(after + 1)
      .filter(({ type }) => types.length === 0 || types.some((pattern) => pattern.test(type)))
      .slice(0, Number(query.get('size')))
      .filter(({ id }) => !hidden.has(id));
  };
  const platform = {
    request: async (_method: string, _path: string, { query }: { query: URLSearchParams }) => pull(query),
  } as unknown as Platform;
  return { all, hidden, asked, events: makeEvents(platform) };
}

let made = 0;

/** A letter's event. */
export function feedEvent(changes: Partial<FeedEvent> = {}): FeedEvent {
  const number = String(++made).padStart(12, '0');
  return {
    specversion: '1.0',
    id: `e-${number}`,
    source: 'https://platform.altinn.no/correspondence/api/v1/correspondence',
    type: 'no.altinn.correspondence.correspondencepublished',
    time: '2026-08-20T05:00:00Z',
    resource: 'urn:altinn:resource:my-letters',
    resourceinstance: `5b3c1e0a-8f1d-4c52-9f0e-${number}`,
    ...changes,
  };
}
