import { type Fact, settlingFacts } from '../events/catalogue.ts';
import { compareTimes } from '../events/time.ts';
import type { Status } from '../tracking/status.ts';
import type { FollowUp } from './follow-up.ts';

/** Milliseconds after which a claim is taken over: its holder has died, since no action takes as long. */
export const claimMs = 120_000;

export type Decision =
  | { readonly do: 'nothing' }
  /** Not due yet. */
  | { readonly do: 'wait'; readonly delayMs: number }
  /** Somebody else is acting on it. */
  | { readonly do: 'yield' }
  | { readonly do: 'suppress'; readonly reason: Fact }
  /** Claim it, notify that it is open, record that. */
  | { readonly do: 'open' }
  /** Claim it, notify that it is settled, record that. */
  | { readonly do: 'close'; readonly reason: Fact };

/**
 * What a follow-up calls for now, given what is known of its letter. It does not matter what had it checked, nor how
 * often.
 * @param by who checks, to know its own claim again when it comes back after a crash
 */
export function decide(
  followUp: FollowUp,
  { facts }: Pick<Status, 'facts'>,
  by: string,
  now: Date,
): Decision {
  const { state, claim, kind, dueAt } = followUp;
  if (state === 'suppressed' || state === 'closed') return { do: 'nothing' };

  const msSince = (time: string) => now.getTime() - Date.parse(time);
  if (claim && claim.by !== by && msSince(claim.at) < claimMs) return { do: 'yield' };

  const reason = settledBy(kind, facts);
  if (state === 'notified') return reason ? { do: 'close', reason } : { do: 'nothing' };
  // Under a claim that was left behind somebody may have been notified, so settling must be notified as well.
  if (reason) return claim ? { do: 'close', reason } : { do: 'suppress', reason };
  if (claim || msSince(dueAt) >= 0) return { do: 'open' };
  return { do: 'wait', delayMs: -msSince(dueAt) };
}

/** The earliest of the facts that settle a follow-up of a kind, if any holds. */
function settledBy(kind: FollowUp['kind'], facts: Status['facts']): Fact | undefined {
  const time = (fact: Fact) => facts[fact] as string;
  return settlingFacts(kind)
    .filter((fact) => facts[fact])
    .sort((a, b) => compareTimes(time(a), time(b)))[0];
}
