import type { Pace } from '../altinn/pace.ts';
import { type Due, type Rank, ranks } from './due.ts';
import { followUpId } from './follow-up.ts';
import { type ReleaseOneDeps, releaseOne } from './release-one.ts';

export interface ReleaseDeps extends Omit<ReleaseOneDeps, 'now'> {
  /** Gives out the pace towards Altinn; absent where Altinn is never asked. */
  readonly pace?: Pick<Pace, 'take'> | undefined;
  /** Milliseconds of the pace that one run gives out; a minute by default. */
  readonly spanMs?: number | undefined;
  /**
   * Asks Altinn about many letters at once, where that is worth its while.
   * @returns whether they should wait for what that brings
   */
  readonly askTogether?: ((ids: readonly string[]) => Promise<boolean>) | undefined;
  readonly now?: () => Date;
}

export interface Released {
  readonly released: number;
  /** Whether more is due than could be released. */
  readonly more: boolean;
  /** How many wait for what Altinn's lists tell. */
  readonly held: number;
}

/** How many are released in one run without a pace. */
const maxAtOnce = 1_000;
/** How many of a rank are looked at in one run: some are done with, and have left their row behind. */
const maxLooked = 5_000;
/** How many are released at the same moment. */
const atOnce = 16;

/**
 * Releases the follow-ups that are due to their queue, at the pace that Altinn is asked: settling ones before opening
 * ones, but for half of the pace, and what Altinn itself brought before what was pushed. A follow-up has one live message:
 * it is leased first, and comes due again when its lease is over, so that neither a lost message nor a death forgets it.
 * Several instances may do so at once.
 */
export async function releaseDue({
  leaseMs,
  due,
  followUps,
  queue,
  pace,
  askTogether,
  spanMs,
  now = () => new Date(),
}: ReleaseDeps): Promise<Released> {
  const lists = await Promise.all(ranks.map((rank) => due.list(rank, now(), maxLooked)));
  const of = (...wanted: Rank[]) => wanted.flatMap((rank) => lists[ranks.indexOf(rank)] ?? []);
  const all = of('verified-opening', 'pushed-opening');
  const areHeld = await askTogether?.(all.map(({ correspondenceId }) => correspondenceId));
  const openings = areHeld ? [] : all;
  const held = all.length - openings.length;
  const [closings, looks] = [of('verified-closing', 'pushed-closing'), of('later')];
  const waiting = new Set([...openings, ...closings, ...looks].map(followUpId)).size;
  if (waiting === 0) return { released: 0, more: held > 0, held };
  const taken = await pace?.take(Math.min(waiting, maxAtOnce), { spanMs, isForLater: true });
  const takenAt = now().getTime();
  // Where Altinn is left alone they need no turn: they are to say that they wait for it.
  const slots = taken?.isClosed ? undefined : taken;
  const count = slots?.count ?? maxAtOnce;

  // Half of the pace for what settles, the rest for what opens; what one leaves, the other has.
  const half = Math.ceil(count / 2);
  const queued = [...closings.slice(0, half), ...openings, ...closings.slice(half), ...looks];
  // What turned out to be done with leaves its turn to another.
  const free: number[] = [];
  let [next, released] = [0, 0];
  const work = async () => {
    while (queued.length > 0 && (free.length > 0 || next < count)) {
      const row = queued.shift() as Due;
      const turn = free.pop() ?? next++;
      const askAt = slots && new Date(takenAt + slots.firstMs + turn * slots.intervalMs);
      const more = { askAt: askAt?.toISOString(), isLeftAlone: taken?.isClosed };
      if (await releaseOne(row, more, { due, followUps, queue, leaseMs, now })) released++;
      else free.push(turn);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { released, more: held > 0 || waiting > count, held };
}
