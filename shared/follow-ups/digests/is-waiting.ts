import type { Status } from '../../tracking/status.ts';
import { settledBy } from '../decide.ts';
import type { FollowUp } from '../follow-up.ts';
import type { Member } from '../gatherer.ts';
import type { Policy } from '../policy/policy.ts';
import { nextStep } from '../progress.ts';

/** What is to become of a member when its digest is about to be sent. */
export type Standing =
  | 'named'
  /** It waits for something else by now, or for nothing. */
  | 'left out'
  /** It waits for this, and should not: it is to be looked at. */
  | 'let go';

/** Whether a follow-up waits for exactly this message, and is to be named in this digest. Pure. */
export function standingOf(
  member: Member,
  followUp: FollowUp,
  { digest, policy, now }: { readonly digest: string; readonly policy: Policy; readonly now: Date },
): Standing {
  const { gathered, round = 1, state, claim, snoozedUntil, told = [] } = followUp;
  if (!gathered || gathered.type !== member.type || gathered.key !== member.key) return 'left out';
  if (gathered.channel !== member.channel || round !== member.round) return 'left out';
  if (gathered.digest !== undefined && gathered.digest !== digest) return 'left out';
  // Somebody is sending it singly, or was when he died.
  if (claim && gathered.digest === undefined) return 'left out';
  if (member.type === 'closed') {
    return state === 'suppressed' || told.includes(member.channel) ? 'left out' : 'named';
  }
  if (state !== 'open' && state !== 'notified') return 'left out';
  if (snoozedUntil !== undefined && snoozedUntil > now.toISOString()) return 'let go';
  const next = nextStep(followUp, policy)?.step;
  return next?.key === member.key && next.channel === member.channel ? 'named' : 'let go';
}

/** Whether all that is known settles it: without credentials what was pushed, with them what Altinn has answered. */
export function isSettled(kind: Member['kind'], { facts, knownBy }: Status, isAltinnAsked: boolean): boolean {
  const known = Object.entries(facts).filter(([fact]) => {
    return !isAltinnAsked || knownBy[fact as keyof typeof knownBy] === 'asked';
  });
  return settledBy(kind, Object.fromEntries(known)) !== undefined;
}
