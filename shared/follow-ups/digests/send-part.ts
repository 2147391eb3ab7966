import type { Channel, Digest } from '../channels/channel.ts';
import { notTaken } from '../deliver.ts';
import type { DigestContext } from './deps.ts';
import type { DigestMember, DigestRecord } from './digest-record.ts';
import type { HeldDigest } from './held-digest.ts';

/** What became of a part that was not taken. */
export type NotSent = ReturnType<typeof notTaken>;

/** The members of the part of a digest that comes next. */
export function nextPart({ members, chosen }: DigestRecord): readonly DigestMember[] {
  return members.slice(0, chosen?.partSize);
}

/** What a digest is whose next part was perhaps taken, and is not sent again as it was. */
export function withPerhaps(digest: DigestRecord): DigestRecord {
  const named = nextPart(digest);
  const members = digest.members.map((member, index) => {
    return index < named.length ? { ...member, perhaps: true as const } : member;
  });
  return { ...digest, members, sentParts: digest.sentParts + 1, claim: undefined, chosen: undefined };
}

/**
 * Sends the next part of a digest under a claim, which is written before and stays there where the process dies. What is
 * sent again is the same, under the same idempotency key.
 * @returns nothing where it was taken, and that is recorded
 */
export async function sendPart(
  held: HeldDigest,
  sendDigest: NonNullable<Channel['sendDigest']>,
  { log, signal, by }: DigestContext,
): Promise<NotSent | undefined> {
  const { id, channel, type, madeAt, sentParts, chosen, claim, tries, since } = held.digest;
  const named = nextPart(held.digest);
  const [part, parts] = [sentParts + 1, chosen?.parts ?? sentParts + 1];
  const at = held.now().toISOString();
  const digest: Digest = {
    idempotencyKey: `${channel}-${id}-${part}`,
    type: `follow-ups.${type}`,
    timestamp: madeAt,
    items: named.map(({ data }) => data),
    part,
    parts,
  };
  await held.save({ claim: { by, at } });
  let note: string | undefined;
  try {
    note = await sendDigest(digest, log, signal);
  } catch (error) {
    const failed = notTaken(error, { at, hadClaim: claim !== undefined, tries, since });
    const { why: reason } = failed;
    log.signal('digest.failed', { digest: id, channel, items: named.length, tries: failed.tries, reason });
    return failed;
  }
  await held.save({ sent: { at, note }, claim: undefined, tries: undefined, since: undefined });
  log.signal('digest.sent', { digest: id, channel, type, part, parts, items: named.length });
  return undefined;
}
