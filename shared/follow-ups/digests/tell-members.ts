import { eachAtOnce } from '../../runtime/at-once.ts';
import { type FollowUp, inDigest } from '../follow-up.ts';
import { afterClosing, afterStep, afterTold, untold } from '../progress.ts';
import { dueAfter, tellTaken } from '../take-step.ts';
import { changeFollowUp, dueNow } from './change.ts';
import { atOnce } from './choose.ts';
import type { DigestContext, DigestDeps } from './deps.ts';
import type { DigestMember, DigestRecord } from './digest-record.ts';
import type { HeldDigest } from './held-digest.ts';
import { nextPart } from './send-part.ts';

/** Records with each member of the part that was taken that it was; then the digest goes on without them. */
export async function tellMembers(held: HeldDigest, deps: DigestDeps, context: DigestContext): Promise<void> {
  const { digest } = held;
  const named = nextPart(digest);
  await eachAtOnce(named, atOnce, (member) =>
    changeFollowUp(member, deps.followUps, async (followUp) => {
      // Whoever died in this has told it.
      if (followUp.gathered?.digest !== digest.id) return undefined;
      const tell = digest.type === 'opened' ? afterOpening : afterClosingTold;
      return tell(member, followUp, digest, deps, held.now(), context);
    }),
  );
  await held.save({
    members: digest.members.slice(named.length),
    sentParts: digest.sentParts + 1,
    sent: undefined,
  });
}

async function afterOpening(
  member: DigestMember,
  followUp: FollowUp,
  { sent }: DigestRecord,
  { due, policy }: DigestDeps,
  now: Date,
  { log }: DigestContext,
): Promise<FollowUp> {
  const { key, channel, data } = member;
  const { checkedWithAltinn } = data;
  const { at = now.toISOString(), note } = sent ?? {};
  const after = afterStep(followUp, { key, channel, at, note, checkedWithAltinn });
  tellTaken(log, followUp, { step: key, channel, checkedWithAltinn });
  if (followUp.state === 'closed') {
    // By a person, while it was on its way: who was told of it is to hear that too.
    const { state, notifiedAt } = followUp;
    await due.add(dueNow(member, now));
    return { ...after, state, notifiedAt, dueAt: now.toISOString() };
  }
  // Its live message sees what is next.
  if (followUp.lease && followUp.lease.until > now.toISOString()) return after;
  if (followUp.waitingFor === inDigest) {
    // What had it looked at meanwhile may settle it.
    await due.add(dueNow(member, now));
    return { ...after, dueAt: now.toISOString(), lease: undefined };
  }
  const { at: next, rank } = dueAfter(after, policy, now);
  const dueAt = next?.toISOString();
  if (dueAt) await due.add({ ...dueNow(member, now), at: dueAt, rank });
  return { ...after, dueAt, plannedBy: policy.hash, lease: undefined };
}

async function afterClosingTold(
  member: DigestMember,
  followUp: FollowUp,
  { sent }: DigestRecord,
  { due }: DigestDeps,
  now: Date,
  { log }: DigestContext,
): Promise<FollowUp> {
  const { channel, data, kind, correspondenceId: id } = member;
  const { reason } = data;
  const { at = now.toISOString(), note } = sent ?? {};
  const told = afterTold(followUp, { channel, at, note });
  if (untold(told).length > 0 || !reason) {
    // The guard goes on with the others.
    await due.add(dueNow(member, now));
    return told;
  }
  if (followUp.state === 'closed') return { ...told, dueAt: undefined };
  log.signal('follow-up.closed', { kind, id, reason });
  return { ...afterClosing(told, reason, now.toISOString()), dueAt: undefined };
}
