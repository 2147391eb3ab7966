import { eachAtOnce } from '../../runtime/at-once.ts';
import type { FollowUp } from '../follow-up.ts';
import { afterFailure, afterTold, nextStep } from '../progress.ts';
import { dueAfter } from '../take-step.ts';
import { changeFollowUp, dueNow } from './change.ts';
import { atOnce, letGo } from './choose.ts';
import type { DigestContext, DigestDeps } from './deps.ts';
import type { DigestMember } from './digest-record.ts';
import type { HeldDigest } from './held-digest.ts';
import { type NotSent, withPerhaps } from './send-part.ts';

/**
 * Has the members of a digest that its channel does not take go on without it: with the next step of the policy, or, of
 * closings, untold. Those that have no next step stay in it, and are sent again.
 */
export async function giveUp(
  held: HeldDigest,
  { why, at, perhaps, tries }: NotSent,
  deps: DigestDeps,
  { log }: DigestContext,
): Promise<void> {
  const digest = perhaps ? withPerhaps(held.digest) : held.digest;
  const { type, channel } = digest;
  const left: (DigestMember | undefined)[] = [];
  const work = async (member: DigestMember): Promise<boolean> => {
    let isLeft = false;
    const { kind, correspondenceId: id } = member;
    const changed = await changeFollowUp(member, deps.followUps, async (followUp) => {
      isLeft = false;
      if (followUp.gathered?.digest !== digest.id) return undefined;
      if (type === 'closed') {
        await deps.due.add(dueNow(member, held.now()));
        return afterTold(followUp, { channel, at, note: `given up: ${why}` });
      }
      const failed = afterFailure(followUp, {
        ...{ key: member.key, channel, at, failed: why },
        ...(member.perhaps && { perhaps: member.perhaps }),
      });
      isLeft = !hasNext(followUp, failed, deps);
      if (isLeft) return undefined;
      const { at: next, rank } = dueAfter(failed, deps.policy, held.now());
      const dueAt = next?.toISOString();
      if (dueAt) await deps.due.add({ ...dueNow(member, held.now()), at: dueAt, rank });
      return followUp.lease ? failed : { ...failed, dueAt };
    });
    const step = type === 'opened' ? member.key : 'closing';
    if (changed) log.signal('follow-up.step-failed', { kind, id, step, channel, tries, reason: why });
    return isLeft;
  };
  await eachAtOnce(digest.members.entries(), atOnce, async ([index, member]) => {
    if (await work(member)) left[index] = member;
  });
  const members = left.filter((member) => member !== undefined);
  if (members.length < digest.members.length) await held.save({ ...digest, members });
}

function hasNext(before: FollowUp, failed: FollowUp, { policy }: DigestDeps): boolean {
  const [now, next] = [nextStep(before, policy), nextStep(failed, policy)];
  return now !== undefined && next !== undefined && next.number > now.number;
}

/** Has the members of a digest sent singly: its channel takes no digests any more, or is not there. */
export async function dissolve(held: HeldDigest, deps: DigestDeps, { by }: DigestContext): Promise<void> {
  const { digest } = held;
  await eachAtOnce(digest.members, atOnce, (member) =>
    changeFollowUp(member, deps.followUps, async (followUp) => {
      const { gathered } = followUp;
      const isOurs = gathered?.digest === digest.id;
      const isWaiting = gathered?.type === member.type && gathered.key === member.key && !gathered.digest;
      if (!isOurs && !isWaiting) return undefined;
      await deps.due.add(dueNow(member, held.now()));
      return letGo(member, followUp, by);
    }),
  );
  await held.end();
}
