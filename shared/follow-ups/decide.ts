import { type Fact, settlingFacts } from '../events/catalogue.ts';
import { compareTimes } from '../events/time.ts';
import type { Status } from '../tracking/status.ts';
import type { FollowUp } from './follow-up.ts';

/** Seconds after which a claim is taken over: its holder has died, since no action takes as long. */
export const claimSeconds = 120;

export type Decision =
  | { readonly do: 'nothing' }
  /** Not due yet. */
  | { readonly do: 'wait'; readonly seconds: number }
  /** Somebody else is acting on it. */
  | { readonly do: 'yield' }
  | { readonly do: 'suppress'; readonly reason: Fact }
  /** Claim it, tell that it is open, record that. */
  | { readonly do: 'open' }
  /** Claim it, tell that it is settled, record that. */
  | { readonly do: 'close'; readonly reason: Fact };

/**
 * The look again: what a follow-up calls for now, given what is known of its letter. It does not matter what
 * brought us to look, nor how often.
 * @param by who asks, to know his own claim again when he comes back after a crash
 */
export function decide(
  followUp: FollowUp,
  { facts }: Pick<Status, 'facts'>,
  by: string,
  now: Date,
): Decision {
  const { state, claim, kind, dueAt } = followUp;
  if (state === 'suppressed' || state === 'closed') return { do: 'nothing' };

  const secondsSince = (time: string) => (now.getTime() - Date.parse(time)) / 1000;
  if (claim && claim.by !== by && secondsSince(claim.at) < claimSeconds) return { do: 'yield' };

  const reason = settledBy(kind, facts);
  if (state === 'notified') return reason ? { do: 'close', reason } : { do: 'nothing' };
  // Under a claim that was left behind somebody may have been notified, so settling must be notified as well.
  if (reason) return claim ? { do: 'close', reason } : { do: 'suppress', reason };
  if (claim || secondsSince(dueAt) >= 0) return { do: 'open' };
  return { do: 'wait', seconds: -secondsSince(dueAt) };
}

/** The earliest of the facts that settle a follow-up of a kind, if any holds. */
function settledBy(kind: FollowUp['kind'], facts: Status['facts']): Fact | undefined {
  const time = (fact: Fact) => facts[fact] as string;
  return settlingFacts(kind)
    .filter((fact) => facts[fact])
    .sort((a, b) => compareTimes(time(a), time(b)))[0];
}
