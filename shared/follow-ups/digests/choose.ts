import { eachAtOnce } from '../../runtime/at-once.ts';
import { deriveStatus } from '../../tracking/status.ts';
import { silentDelay } from '../decide.ts';
import { runOut } from '../deliver.ts';
import type { FollowUp } from '../follow-up.ts';
import { changeFollowUp, dueNow } from './change.ts';
import type { DigestContext, DigestDeps } from './deps.ts';
import type { DigestMember } from './digest-record.ts';
import type { HeldDigest } from './held-digest.ts';
import { isSettled, standingOf } from './is-waiting.ts';

/** How many follow-ups are changed at the same moment. */
export const atOnce = 16;

/**
 * Checks the members of a digest with Altinn, right before it is sent, and makes them its own: from then on each may have
 * been sent, and what the digest says stays as it is. Who is settled, or waits for something else by now, is left out. It
 * may be done again, whoever died in it.
 * @returns whether the digest can be sent; else it comes back later
 */
export async function choose(
  held: HeldDigest,
  partSize: number,
  deps: DigestDeps,
  context: DigestContext,
): Promise<boolean> {
  const { members, sentParts } = held.digest;
  const checked = await checkWithAltinn(held, deps, context);
  if (!checked) return false;
  const { settled, isUnchecked } = checked;
  const named: (DigestMember | undefined)[] = [];
  await eachAtOnce(members.entries(), atOnce, async ([index, member]) => {
    if (!(await claim(member, held, settled.has(member), deps, context))) return;
    const { data } = member;
    named[index] = isUnchecked ? { ...member, data: { ...data, checkedWithAltinn: false } } : member;
  });
  const left = named.filter((member) => member !== undefined);
  const parts = sentParts + Math.ceil(left.length / partSize);
  const at = held.now().toISOString();
  const chosen = { at, partSize, parts };
  await held.save({ members: left, chosen, silentSince: undefined, silentTries: undefined });
  return true;
}

interface Checked {
  readonly settled: ReadonlySet<DigestMember>;
  /** Whether Altinn was silent for so long that it is sent all the same. */
  readonly isUnchecked: boolean;
}

async function checkWithAltinn(
  held: HeldDigest,
  { settledByLists, maxWaitMs }: DigestDeps,
  { log, signal }: DigestContext,
): Promise<Checked | undefined> {
  const { id, type, members, silentSince, silentTries = 0 } = held.digest;
  const nothing = { settled: new Set<DigestMember>(), isUnchecked: false };
  // That something is settled holds.
  if (!settledByLists || type === 'closed') return nothing;
  const said = await settledByLists(members, signal);
  const { is: answer, requests } = said;
  if (said.is === 'known') {
    log.signal('digest.checked', { digest: id, answer, requests, settled: said.settled.size });
    return { settled: said.settled, isUnchecked: false };
  }
  log.signal('digest.checked', { digest: id, answer, requests, settled: 0, reason: said.why });
  const now = held.now();
  const since = silentSince ?? now.toISOString();
  if (now.getTime() - Date.parse(since) >= maxWaitMs) return { ...nothing, isUnchecked: true };
  const next = new Date(now.getTime() + silentDelay(silentTries, said.retryAfterMs));
  await held.comeBack(next, { silentSince: since, silentTries: silentTries + 1 });
  return undefined;
}

/** @returns whether the digest names it, and nobody else sends it */
async function claim(
  member: DigestMember,
  held: HeldDigest,
  isSettledByList: boolean,
  deps: DigestDeps,
  context: DigestContext,
): Promise<boolean> {
  const { followUps, due, policy, isAltinnAsked } = deps;
  const { id: digest, type } = held.digest;
  const now = held.now();
  let isNamed = false;
  const isOver =
    isSettledByList || (type === 'opened' && isSettled(member.kind, await statusOf(member), isAltinnAsked));
  await changeFollowUp(member, followUps, async (followUp) => {
    const standing = standingOf(member, followUp, { digest, policy, now });
    isNamed = standing === 'named' && !isOver;
    if (isNamed) return markedWith(followUp, digest);
    if (standing === 'left out') return undefined;
    await due.add(dueNow(member, now));
    return letGo(member, followUp, context.by);
  });
  return isNamed;

  async function statusOf({ correspondenceId }: DigestMember) {
    return deriveStatus((await followUps.readLetter(correspondenceId)).entries);
  }
}

function markedWith(followUp: FollowUp, digest: string): FollowUp | undefined {
  const { gathered } = followUp;
  if (!gathered || gathered.digest === digest) return undefined;
  return { ...followUp, gathered: { ...gathered, digest } };
}

/** A follow-up that is in no digest any more: the guard looks at it, and sends it singly if that is called for. */
export function letGo({ channel, type, perhaps }: DigestMember, followUp: FollowUp, by: string): FollowUp {
  const claim = perhaps && type === 'opened' ? { by, at: runOut, channel } : followUp.claim;
  return { ...followUp, gathered: undefined, claim };
}
