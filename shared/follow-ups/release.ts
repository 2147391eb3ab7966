import { randomUUID } from 'node:crypto';
import type { Pace } from '../altinn/pace.ts';
import { newMessage, type Via } from '../queue/message.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { FollowUpCheck } from './check.ts';
import { type Due, type DueFollowUps, type Rank, ranks } from './due.ts';
import { followUpId } from './follow-up.ts';
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
/** Milliseconds that a message is there before its turn, for the host looks for messages every two seconds. */
const aheadMs = 1_000;
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
  const taken = await pace?.take(Math.min(waiting, maxAtOnce));
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
      const more = { askAt: askAt?.toISOString(), isProbe: slots?.isProbe, isLeftAlone: taken?.isClosed };
      if (await release(row, more, { due, followUps, queue, leaseMs, now })) released++;
      else free.push(turn);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { released, more: held > 0 || waiting > count, held };
}

async function release(
  row: Due,
  {
    askAt,
    isProbe,
    isLeftAlone,
  }: Pick<FollowUpCheck, 'askAt' | 'isProbe'> & { isLeftAlone?: true | undefined },
  { due, followUps, queue, leaseMs, now }: Required<Omit<ReleaseDeps, 'pace' | 'askTogether'>>,
): Promise<boolean> {
  const { kind, correspondenceId, rank } = row;
  const at = now();
  const stored = await followUps.get(correspondenceId, kind);
  const isNudge = rank.endsWith('closing');
  if (!stored || stored.state === 'suppressed' || stored.state === 'closed') {
    await due.remove(row);
    return false;
  }
  if (stored.lease && stored.lease.until > at.toISOString()) {
    // What was tracked before the lease, its message sees. What came after may be too late for that: it is due again when
    // the message is done.
    const leasedAt = new Date(Date.parse(stored.lease.until) - leaseMs).toISOString();
    if (isNudge && row.at < leasedAt) await due.remove(row);
    return false;
  }
  // It has been put off since, and has a row for that.
  if (!isNudge && stored.dueAt !== row.at && (stored.dueAt ?? '9') > row.at && !stored.lease) {
    await due.remove(row);
    return false;
  }
  const { etag, ...followUp } = stored;
  const until = new Date(at.getTime() + leaseMs).toISOString();
  const lease = { id: randomUUID(), until, rank: openingOf(rank) };
  const silentSince = isLeftAlone
    ? stored.silentSince
    : later(stored.silentSince, at.getTime() - Date.parse(row.at));
  if ((await followUps.save({ ...followUp, silentSince, lease, dueAt: until }, etag)) === undefined)
    return false;
  await due.add({ kind, correspondenceId, at: until, rank: lease.rank });
  const body: FollowUpCheck = { kind, correspondenceId, lease: lease.id, askAt, isProbe };
  const aheadOf = askAt === undefined ? 0 : Date.parse(askAt) - now().getTime() - aheadMs;
  const delayMs = Math.floor(Math.max(0, aheadOf) / 1_000) * 1_000;
  await queue.send(newMessage(body, { via: viaOf(rank), enqueuedAt: at.toISOString() }), { delayMs });
  await due.remove(row);
  return true;
}

/** It does not count as Altinn's silence that a follow-up waited for our own pace, or was paused. */
function later(since: string | undefined, ms: number): string | undefined {
  return since && new Date(Date.parse(since) + Math.max(0, ms)).toISOString();
}

/** When its lease is over it is due like any other: only what settles it is due whatever it was put off to. */
function openingOf(rank: Rank): Rank {
  return rank.replace('closing', 'opening') as Rank;
}

function viaOf(rank: Rank): Via {
  return rank.startsWith('verified') ? 'pull' : 'push';
}
