import { RetryableError } from '../../queue/errors.ts';
import { findChannel, runOut } from '../deliver.ts';
import { choose } from './choose.ts';
import type { DigestContext, DigestDeps } from './deps.ts';
import { dissolve, giveUp } from './give-up.ts';
import { HeldDigest } from './held-digest.ts';
import { type NotSent, sendPart, withPerhaps } from './send-part.ts';
import type { DigestTask } from './task.ts';
import { tellMembers } from './tell-members.ts';

/** Milliseconds after which a claim is taken over: its holder has died, since no part takes as long. */
const claimMs = 120_000;
/** Milliseconds after which the rest is left to another message. */
const sliceMs = 60_000;
/** Milliseconds for which what was checked may be sent: after that it is checked anew. */
const freshMs = 15 * 60_000;

/**
 * Sends a digest, part by part, and goes on where somebody died in it: its members are checked and made its own, each part
 * is sent, and its members are told. Whoever dies between sending a part and recording that sends it again, the same under
 * the same idempotency key.
 * @throws RetryableError when somebody else is at it; what storage throws
 */
export async function sendDigest(
  { digest: id, lease }: DigestTask,
  deps: DigestDeps,
  context: DigestContext,
): Promise<void> {
  const { digests, channels, paused, now = () => new Date() } = deps;
  const stored = await digests.get(id);
  if (!stored || stored.lease !== lease || paused) return;
  const began = now();
  const { claim } = stored;
  if (claim && claim.by !== context.by && began.getTime() - Date.parse(claim.at) < claimMs) {
    throw new RetryableError('somebody else is sending the digest');
  }
  const held = new HeldDigest(stored, digests, now);
  // Whoever has sent this part died before its members were told.
  if (held.digest.sent) await tellMembers(held, deps, context);
  const channel = findChannel(channels, stored.channel);
  if (!channel?.sendDigest || !channel.maxItems) return dissolve(held, deps, context);
  const sendDigest = channel.sendDigest.bind(channel);
  while (held.digest.members.length > 0) {
    if (now().getTime() - began.getTime() > sliceMs) return held.comeBack(now());
    if (!isFresh(held)) {
      // What is said now is not what was perhaps said then: it goes under another key.
      if (held.digest.claim) await held.save(withPerhaps(held.digest));
      if (!(await choose(held, channel.maxItems, deps, context))) return;
    }
    if (held.digest.members.length === 0) break;
    const failed = await sendPart(held, sendDigest, context);
    if (failed) return comeBack(held, failed, deps, context);
    await tellMembers(held, deps, context);
  }
  await held.end();
}

function isFresh(held: HeldDigest): boolean {
  const { chosen } = held.digest;
  return chosen !== undefined && held.now().getTime() - Date.parse(chosen.at) < freshMs;
}

/** Has a digest sent again that its channel did not take; those of its members that have another way go that. */
async function comeBack(
  held: HeldDigest,
  failed: NotSent,
  deps: DigestDeps,
  context: DigestContext,
): Promise<void> {
  const { at, permanent, since, perhaps, delayMs, tries } = failed;
  const hasWaited = Date.parse(at) - Date.parse(since) >= deps.policy.giveUpAfterMs;
  if (permanent || hasWaited) await giveUp(held, failed, deps, context);
  const { digest } = held;
  if (digest.members.length === 0) return held.end();
  const next = new Date(Date.parse(at) + delayMs);
  // What nobody has seen is checked anew, and may say something else.
  const seen = { claim: digest.claim && { ...digest.claim, at: runOut } };
  await held.comeBack(next, { ...(perhaps ? seen : { claim: undefined, chosen: undefined }), tries, since });
}
