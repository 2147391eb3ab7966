import type { FollowUpKind } from '../events/catalogue.ts';
import { eachAtOnce } from '../runtime/at-once.ts';
import type { FollowUp } from './follow-up.ts';
import type { LiveState } from './listed.ts';
import { isLive, type LiveFollowUps, type LiveRow, positionOf } from './live-follow-ups.ts';
import type { FollowUps } from './store.ts';

export interface ListDeps {
  readonly live: Pick<LiveFollowUps, 'after' | 'remove'>;
  readonly followUps: Pick<FollowUps, 'summaryOf'>;
  readonly now?: () => Date;
}

export interface Wanted {
  readonly states: readonly LiveState[];
  readonly kinds: readonly FollowUpKind[];
  /** A URN; all by default. */
  readonly resource?: string | undefined;
  readonly pageSize: number;
  /** The position behind which the page begins; the first page by default. */
  readonly after?: string | undefined;
}

export interface Page {
  /** Without `history`, `taken` and the like. */
  readonly followUps: readonly FollowUp[];
  /** The position behind which the next page begins; absent on the last page. A page may be short, and not be the last. */
  readonly next?: string | undefined;
}

/** How many partitions, or follow-ups, are read at the same moment. */
const atOnce = 16;
/** How many rows of a state and kind are looked at for one page, where most of them may be of another resource. */
const maxRows = 1_000;
/** Milliseconds after which a row belongs to no change that is under way: longer than any function runs. */
const staleMs = 15 * 60_000;

/**
 * Lists follow-ups that need attention, the earliest fact first. It reads the index, which may name too many, and each
 * follow-up that it names, which alone says what holds; a row that is left over is removed. The work of a page is bounded:
 * one operation for each state and kind, and two for each follow-up that is looked at, of which there are at most twice
 * the page's size.
 */
export async function listLive(
  wanted: Wanted,
  { live, followUps, now = () => new Date() }: ListDeps,
): Promise<Page> {
  const { groups, end } = await readRows(wanted, live);
  const staleBefore = new Date(now().getTime() - staleMs).toISOString();
  const heal = async (rows: readonly LiveRow[], truth: FollowUp | undefined) => {
    // One that an older version saved is in the index by none of its own rows.
    if (truth && isLive(truth.state) && !truth.listed) return;
    const isLeft = ({ listed, addedAt }: LiveRow) =>
      listed.key !== truth?.listed?.key && addedAt < staleBefore;
    for (const { kind, listed } of rows.filter(isLeft)) await live.remove(kind, listed);
  };

  const found: FollowUp[] = [];
  let looked = 0;
  while (looked < groups.length && found.length < wanted.pageSize && looked < 2 * wanted.pageSize) {
    const some = groups.slice(looked, looked + wanted.pageSize - found.length);
    const truths = new Map<string, FollowUp>();
    await eachAtOnce(some, atOnce, async ([position, rows]) => {
      const [{ correspondenceId, kind }] = rows;
      const truth = await followUps.summaryOf(correspondenceId, kind);
      await heal(rows, truth);
      if (truth && isWanted(truth, wanted) && positionOf(truth) === position) truths.set(position, truth);
    });
    found.push(...some.flatMap(([position]) => truths.get(position) ?? []));
    looked += some.length;
  }
  return { followUps: found, next: looked < groups.length ? groups[looked - 1]?.[0] : end };
}

type Group = readonly [position: string, rows: readonly [LiveRow, ...LiveRow[]]];

/** The rows of a page and more, by their positions, and where they end, if that is not the end of all. */
async function readRows({ states, kinds, resource, pageSize, after }: Wanted, live: ListDeps['live']) {
  const max = resource === undefined ? pageSize + 1 : maxRows;
  const partitions = states.flatMap((state) => kinds.map((kind) => [state, kind] as const));
  const lists: LiveRow[][] = [];
  await eachAtOnce(partitions, atOnce, async ([state, kind]) => {
    lists.push(await live.after(state, kind, after, max));
  });
  // Behind the end of a list that has more, nothing can be said to come next.
  const ends = lists.filter(({ length }) => length >= max).map((list) => list.at(-1)?.position as string);
  const end = ends.sort()[0];
  const groups = new Map<string, [LiveRow, ...LiveRow[]]>();
  for (const row of lists.flat()) {
    if ((end && row.position > end) || (resource !== undefined && row.listed.resource !== resource)) continue;
    const group = groups.get(row.position);
    if (group) group.push(row);
    else groups.set(row.position, [row]);
  }
  return { groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)) satisfies Group[], end };
}

function isWanted({ state, kind, resource }: FollowUp, { states, kinds, ...wanted }: Wanted): boolean {
  return (
    isLive(state) &&
    states.includes(state) &&
    kinds.includes(kind) &&
    (wanted.resource === undefined || wanted.resource === resource)
  );
}
