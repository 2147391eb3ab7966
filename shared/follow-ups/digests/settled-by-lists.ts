import { setTimeout as delay } from 'node:timers/promises';
import type { Correspondence, ListRequest } from '../../altinn/api/correspondence.ts';
import { unanswered } from '../../altinn/api/heard.ts';
import { boundsOf, publishedOn } from '../../altinn/api/list-window.ts';
import type { Pace } from '../../altinn/pace.ts';
import { resourcePrefix } from '../../altinn/resource.ts';
import { organizationUrn, type Whose } from '../../altinn/whose.ts';
import { settlingFacts } from '../../events/catalogue.ts';
import { utc } from '../../events/time.ts';
import { RetryableError } from '../../queue/errors.ts';
import type { Member } from '../gatherer.ts';

interface Deps {
  readonly list: Correspondence['list'];
  readonly role: ListRequest['role'];
  readonly whose: readonly Whose[];
  readonly pace: Pick<Pace, 'take'>;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** What Altinn's lists say of the letters of a digest. */
export type Listing =
  /** @property settled the members that something has settled; of the others that is not known */
  | { readonly is: 'known'; readonly settled: ReadonlySet<Member>; readonly requests: number }
  | {
      readonly is: 'silent';
      readonly why: string;
      readonly retryAfterMs?: number | undefined;
      readonly requests: number;
    };

export type SettledByLists = (members: readonly Member[], signal: AbortSignal) => Promise<Listing>;

/** The statuses of Altinn's lists that settle follow-ups, by the fact that each states. A recipient is told of no failure. */
const statusesOf = {
  read: ['Read'],
  confirmed: ['Confirmed'],
  purged: ['PurgedByRecipient', 'PurgedByAltinn'],
  publishFailed: ['Failed'],
} as const;

/** The most lists that are asked for of a digest: of a dozen days of letters. */
const maxLists = 60;
/** Milliseconds until the first of them at the most, and until the last. */
const [withinMs, spanMs] = [45_000, 75_000];

/**
 * Makes the question whether anything has settled letters of a digest: by Altinn's lists, a thousand letters a request, of
 * the days on which most of them were published, one list for each status that settles. It takes its turns at the pace.
 * The question throws a RetryableError where all turns that are near are others'.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondencesHandler`.
 */
export function makeSettledByLists({ list, role, whose, pace, sleep = delay }: Deps): SettledByLists {
  return async (members, signal) => {
    const wanted = listsFor(members, role, whose).slice(0, maxLists);
    const settled = new Set<Member>();
    if (wanted.length === 0) return { is: 'known', settled, requests: 0 };
    const slots = await pace.take(wanted.length, { withinMs, spanMs });
    if (slots.count === 0 && slots.isClosed) {
      return { is: 'silent', why: 'Altinn does not answer, and is left alone for a while', requests: 0 };
    }
    if (slots.count === 0) throw new RetryableError('the pace towards Altinn is taken');
    let requests = 0;
    for (const { request, of } of wanted.slice(0, slots.count)) {
      await sleep(requests === 0 ? slots.firstMs : slots.intervalMs);
      requests++;
      try {
        const ids = new Set((await list(request, { maxTries: 1, signal })).ids);
        for (const member of of) if (ids.has(member.correspondenceId)) settled.add(member);
      } catch (error) {
        const silence = unanswered(error);
        if (!silence) throw error;
        const { why, retryAfterMs } = silence;
        return { is: 'silent', why, retryAfterMs, requests };
      }
    }
    return { is: 'known', settled, requests };
  };
}

interface Wanted {
  readonly request: ListRequest;
  /** The members that it settles if it names them. */
  readonly of: readonly Member[];
}

/** The lists that may name these letters, those of the most letters first. */
function listsFor(
  members: readonly Member[],
  role: ListRequest['role'],
  whose: readonly Whose[],
): readonly Wanted[] {
  const byDay = new Map<string, Member[]>();
  for (const member of members) {
    const { resource, about } = member.data;
    const day = utc(member.publishedAt ?? '')?.slice(0, 10);
    if (!day || !resource || about !== 'correspondence') continue;
    const name = `${day} ${resource}`;
    byDay.set(name, [...(byDay.get(name) ?? []), member]);
  }
  const days = [...byDay].sort(([, a], [, b]) => b.length - a.length);
  return days.flatMap(([name, these]) => {
    const [day = '', resource = ''] = name.split(' ');
    const resourceId = resource.slice(resourcePrefix.length);
    return Object.entries(statusesOf).flatMap(([fact, statuses]) => {
      const of = these.filter(({ kind }) => settlingFacts(kind).some((settling) => settling === fact));
      if (of.length === 0 || (fact === 'publishFailed' && role === 'Recipient')) return [];
      return statuses.flatMap((status) =>
        whose.map(({ subunit }) => {
          const onBehalfOf = subunit && organizationUrn(subunit);
          const window = boundsOf(publishedOn(new Date(day)));
          return { request: { resourceId, role, status, ...window, onBehalfOf }, of };
        }),
      );
    });
  });
}
