import { randomUUID } from 'node:crypto';
import { newMessage, type Via } from '../queue/message.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { FollowUpCheck } from './check.ts';
import type { Due, DueFollowUps, Rank } from './due.ts';
import type { FollowUps } from './store.ts';

export interface ReleaseOneDeps {
  readonly due: DueFollowUps;
  readonly followUps: Pick<FollowUps, 'get' | 'save'>;
  /** The queue `follow-ups`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /**
   * Milliseconds for which a follow-up's live message keeps others from being released: longer than its delay, its work
   * and one death.
   */
  readonly leaseMs: number;
  readonly now: () => Date;
}

/** Its turn to have Altinn asked; none where that is not asked, or left alone. */
interface TurnAt extends Pick<FollowUpCheck, 'askAt'> {
  readonly isLeftAlone?: true | undefined;
}

/** Milliseconds that a message is there before its turn, for the host looks for messages every two seconds. */
const aheadMs = 1_000;

/**
 * Releases the follow-up of a row that is due, or removes the row where it is of no use any more. Five operations, two
 * where nothing is released.
 * @returns whether it was released
 */
export async function releaseOne(
  row: Due,
  { askAt, isLeftAlone }: TurnAt,
  { due, followUps, queue, leaseMs, now }: ReleaseOneDeps,
): Promise<boolean> {
  const { kind, correspondenceId, rank, traceparent } = row;
  const at = now();
  const stored = await followUps.get(correspondenceId, kind);
  const isNudge = rank.endsWith('closing');
  // Closed by a person, it is due until all who were told of it have heard that.
  const isOver = stored?.reason !== 'byPerson' || !stored.dueAt;
  if (!stored || stored.state === 'suppressed' || (stored.state === 'closed' && isOver)) {
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
  await due.add({ kind, correspondenceId, at: until, rank: lease.rank, traceparent });
  const body: FollowUpCheck = { kind, correspondenceId, lease: lease.id, askAt };
  const aheadOf = askAt === undefined ? 0 : Date.parse(askAt) - now().getTime() - aheadMs;
  const delayMs = Math.floor(Math.max(0, aheadOf) / 1_000) * 1_000;
  const how = { via: viaOf(rank), enqueuedAt: at.toISOString(), traceparent };
  await queue.send(newMessage(body, how), { delayMs });
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
