import { utc } from '../../events/time.ts';
import { eachAtOnce } from '../../runtime/at-once.ts';
import { deriveStatus } from '../../tracking/status.ts';
import type { Timeline } from '../../tracking/timeline.ts';

export interface DaysDeps {
  readonly timeline: Pick<Timeline, 'entries'>;
  /** URNs; empty for any. */
  readonly resources: readonly string[];
}

/** A day, in UTC, on which letters of a resource were published. */
export interface PublicationDay {
  /** `2026-11-21` */
  readonly day: string;
  /** A URN. */
  readonly resource: string;
}

/** So many letters are looked at at the most, and so many at the same moment. */
const [lookedAt, atOnce] = [200, 16];
/** The part of them that makes a day one of many. */
const share = 0.1;

/**
 * The days on which many of these letters were published, by their timelines. One table operation for each letter that is
 * looked at.
 */
export async function publicationDays(
  ids: readonly string[],
  { timeline, resources }: DaysDeps,
): Promise<PublicationDay[]> {
  const letters = [...new Set(ids)];
  const step = Math.ceil(letters.length / lookedAt);
  const some = letters.filter((_, index) => index % step === 0);
  const counts = new Map<string, number>();
  await eachAtOnce(some, atOnce, async (id) => {
    const { facts, resource } = deriveStatus(await timeline.entries(id));
    const published = utc(facts.published ?? '');
    const urn = resource?.toLowerCase();
    if (!published || !urn || (resources.length > 0 && !resources.includes(urn))) return;
    const day = `${published.slice(0, 10)} ${urn}`;
    counts.set(day, (counts.get(day) ?? 0) + 1);
  });
  return [...counts]
    .filter(([, count]) => count >= some.length * share)
    .map(([name]) => name.split(' '))
    .map(([day = '', resource = '']) => ({ day, resource }));
}
