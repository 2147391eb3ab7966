import { utc } from '../events/time.ts';
import type { DeadLetters } from '../queue/dead-letters.ts';
import type { Log } from '../signals/log.ts';
import { disputeOf } from './dispute.ts';
import type { DueFollowUps, Rank } from './due.ts';
import { type FollowUp, notWaiting } from './follow-up.ts';
import { noted } from './history.ts';
import { isLive } from './live-follow-ups.ts';
import { untold } from './progress.ts';
import type { FollowUps } from './store.ts';

export interface PeopleDeps {
  readonly followUps: Pick<FollowUps, 'get' | 'save'>;
  readonly due: Pick<DueFollowUps, 'add'>;
  readonly deadLetters: Pick<DeadLetters, 'forget'>;
  /** The name of the queue `follow-ups`: for the dead letter of one that was disputed. */
  readonly queue: string;
  readonly log: Log;
  readonly now?: () => Date;
}

export type FollowUpKey = Pick<FollowUp, 'kind' | 'correspondenceId'>;

/** What came of what a person asked for. */
export type Outcome =
  | { readonly is: 'done' | 'so-already'; readonly followUp: FollowUp }
  | { readonly is: 'unknown' }
  /** It is settled: there is nothing to put off. */
  | { readonly is: 'settled' }
  /** Others were changing it all the time. */
  | { readonly is: 'busy' };

/** A change, and as what it is due at its `dueAt`. */
interface Change {
  readonly to: FollowUp;
  readonly dueAs?: Rank;
}

/** Closes a follow-up for good: whatever is queued already takes no step. Those who were notified of it are told. */
export function closeByPerson(
  key: FollowUpKey,
  { reason, by }: { reason: string; by: string },
  deps: PeopleDeps,
): Promise<Outcome> {
  return change(key, deps, 'follow-up.closed-by-person', (before, at) => {
    if (!isLive(before.state)) return 'so-already';
    const isTold = untold(before).length > 0;
    const to: FollowUp = {
      ...{ ...before, ...notWaiting },
      state: 'closed',
      reason: 'byPerson',
      closedAt: at,
      dueAt: isTold ? at : undefined,
      snoozedUntil: undefined,
      history: noted(before.history, { at, what: 'closed', by, note: reason }),
    };
    return { to, ...(isTold && { dueAs: 'verified-closing' }) };
  });
}

/** Puts a follow-up off until a moment, RFC 3339, at which it is looked at again. */
export function snooze(
  key: FollowUpKey,
  { until: given, by }: { until: string; by: string },
  deps: PeopleDeps,
): Promise<Outcome> {
  const until = new Date(utc(given) ?? given).toISOString();
  return change(key, deps, 'follow-up.snoozed', (before, at) => {
    if (!isLive(before.state)) return 'settled';
    if (before.snoozedUntil === until) return 'so-already';
    const history = noted(before.history, { at, what: 'snoozed', by, until });
    const to: FollowUp = { ...before, snoozedUntil: until, history };
    // What waits for Altinn or for its channel may be a closing, which nobody puts off.
    if (before.waitingFor && before.dueAt && before.dueAt < until) return { to };
    return { to: { ...to, dueAt: until }, dueAs: openingOf(before) };
  });
}

/** Begins a new round of a follow-up that was settled or disputed: every step may be taken once more. */
export function reopen(
  key: FollowUpKey,
  { by, reason }: { by: string; reason?: string | undefined },
  deps: PeopleDeps,
): Promise<Outcome> {
  return change(key, deps, 'follow-up.reopened', (before, at) => {
    if (before.state === 'open' || before.state === 'notified') return 'so-already';
    const { correspondenceId, kind, verified, factAt, resource, plannedBy, lease, listed } = before;
    // Those have not heard that the round before is over.
    const owed = untold(before);
    const to: FollowUp = {
      ...{ correspondenceId, kind, verified, factAt, resource, plannedBy, lease, listed },
      state: 'open',
      openedAt: at,
      dueAt: at,
      round: (before.round ?? 1) + 1,
      ...(owed.length > 0 && { owed }),
      history: noted(before.history, { at, what: 'reopened', by, note: reason }),
    };
    return { to, dueAs: openingOf(before) };
  });
}

/** How often a change is tried that somebody else is always quicker than. */
const maxTries = 5;

type Act = 'follow-up.closed-by-person' | 'follow-up.snoozed' | 'follow-up.reopened';

/**
 * Changes a follow-up as it stands, whoever else is at it. When it is due is noted first, lest it be forgotten: who
 * releases it in between changes it, and then this is tried again. Three operations, and those of the index.
 */
async function change(
  { correspondenceId, kind }: FollowUpKey,
  { followUps, due, deadLetters, queue, log, now = () => new Date() }: PeopleDeps,
  act: Act,
  decide: (before: FollowUp, at: string) => Change | 'so-already' | 'settled',
): Promise<Outcome> {
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = await followUps.get(correspondenceId, kind);
    if (!stored) return { is: 'unknown' };
    const { etag, ...before } = stored;
    // Another moment each time: whoever releases the one of the try before may remove that row only then.
    const at = new Date(now().getTime() + tries).toISOString();
    const decided = decide(before, at);
    if (decided === 'settled') return { is: 'settled' };
    if (decided === 'so-already') return { is: 'so-already', followUp: before };
    const { to, dueAs } = decided;
    if (to.dueAt && dueAs) await due.add({ kind, correspondenceId, at: to.dueAt, rank: dueAs });
    if ((await followUps.save(to, etag)) === undefined) continue;
    const isDisputeOver = before.state === 'disputed' && to.state !== 'disputed';
    if (isDisputeOver) await deadLetters.forget(queue, disputeOf(before));
    tell(act, to, log);
    return { is: 'done', followUp: to };
  }
  return { is: 'busy' };
}

/** Who it was, and why, is said by the history alone. */
function tell(act: Act, { kind, correspondenceId: id, snoozedUntil, round = 1 }: FollowUp, log: Log): void {
  if (act === 'follow-up.snoozed') log.signal(act, { kind, id, until: snoozedUntil ?? '' });
  else if (act === 'follow-up.reopened') log.signal(act, { kind, id, round });
  else log.signal(act, { kind, id });
}

function openingOf({ verified }: FollowUp): Rank {
  return verified ? 'verified-opening' : 'pushed-opening';
}
