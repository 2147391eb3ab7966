import { randomUUID } from 'node:crypto';
import type { Pace } from '../altinn/pace.ts';
import { newMessage, type Via } from '../queue/message.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { FollowUpCheck } from './check.ts';
import { type Due, type DueFollowUps, type Rank, ranks } from './due.ts';
import type { FollowUps } from './store.ts';

export interface ReleaseDeps {
  readonly due: DueFollowUps;
  readonly followUps: Pick<FollowUps, 'get' | 'save'>;
  /** The queue `follow-ups`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /**
   * Milliseconds for which a follow-up's live message keeps others from being released: longer than its delay, its work
   * and one death.
   */
  readonly leaseMs: number;
  /** Gives out the pace towards Altinn; absent where Altinn is never asked. */
  readonly pace?: Pick<Pace, 'take'> | undefined;
  readonly now?: () => Date;
}

export interface Released {
  readonly released: number;
  /** Whether more is due than could be released. */
  readonly more: boolean;
}

/** How many are released in one run without a pace. */
const maxAtOnce = 1_000;
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
  now = () => new Date(),
}: ReleaseDeps): Promise<Released> {
  const max = maxAtOnce;
  const lists = await Promise.all(ranks.map((rank) => due.list(rank, now(), max)));
  const waiting = lists.flat().length;
  if (waiting === 0) return { released: 0, more: false };
  const slots = (await pace?.take(Math.min(waiting, max))) ?? { count: max, firstMs: 0, intervalMs: 0 };

  const queued = inOrder(lists, slots.count);
  let released = 0;
  const work = async () => {
    for (let row = queued.shift(); row && released < slots.count; row = queued.shift()) {
      const slot = released++;
      const isReleased = await release(row, slots.firstMs + slot * slots.intervalMs, {
        due,
        followUps,
        queue,
        leaseMs,
        now,
      });
      if (!isReleased) released--;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { released, more: waiting > slots.count };
}

/** Half of the pace for what settles, the rest for what opens; what one leaves, the other has. */
function inOrder(lists: readonly Due[][], count: number): Due[] {
  const of = (...wanted: Rank[]) => wanted.flatMap((rank) => lists[ranks.indexOf(rank)] ?? []);
  const closings = of('verified-closing', 'pushed-closing');
  const openings = of('verified-opening', 'pushed-opening');
  const half = Math.ceil(count / 2);
  return [...closings.slice(0, half), ...openings, ...closings.slice(half), ...of('later')];
}

async function release(
  row: Due,
  delayMs: number,
  { due, followUps, queue, leaseMs, now }: Required<Omit<ReleaseDeps, 'pace'>>,
): Promise<boolean> {
  const { kind, correspondenceId, rank } = row;
  const at = now();
  const stored = await followUps.get(correspondenceId, kind);
  const isNudge = rank.endsWith('closing');
  if (!stored || stored.state === 'suppressed' || stored.state === 'closed') {
    await due.remove(row);
    return false;
  }
  // Its live message may have read the letter before what settles it: it is due again when that one is done.
  if (stored.lease && stored.lease.until > at.toISOString()) return false;
  // It has been put off since, and has a row for that.
  if (!isNudge && stored.dueAt !== row.at && (stored.dueAt ?? '9') > row.at && !stored.lease) {
    await due.remove(row);
    return false;
  }
  const { etag, ...followUp } = stored;
  const until = new Date(at.getTime() + leaseMs).toISOString();
  const lease = { id: randomUUID(), until };
  if ((await followUps.save({ ...followUp, lease, dueAt: until }, etag)) === undefined) return false;
  await due.add({ kind, correspondenceId, at: until, rank: openingOf(rank) });
  const body: FollowUpCheck = { kind, correspondenceId, lease: lease.id };
  await queue.send(newMessage(body, { via: viaOf(rank), enqueuedAt: at.toISOString() }), { delayMs });
  await due.remove(row);
  return true;
}

/** When its lease is over it is due like any other: only what settles it is due whatever it was put off to. */
function openingOf(rank: Rank): Rank {
  return rank.replace('closing', 'opening') as Rank;
}

function viaOf(rank: Rank): Via {
  return rank.startsWith('verified') ? 'pull' : 'push';
}
