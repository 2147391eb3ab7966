import { type Finding, finding } from './finding.ts';
import { heardOf } from './heard.ts';
import { groupBy } from './look-up.ts';
import type { Evidence } from './play.ts';
import { chat } from './policies.ts';
import { readPost } from './read-post.ts';

/** Whether the chat was spared: above the ceiling many are told of in one message, and each is named once. */
export function judgeDigests(evidence: Evidence): Finding {
  const { posts, kills, policies } = evidence;
  const read = posts.map((post) => ({ ...post, ...readPost(post.body) }));
  const digests = read.filter(({ isOfDigest }) => isOfDigest);
  const singles = read.filter(({ isOfDigest }) => !isOfDigest);
  const ceiling = policies[0]?.channels[chat]?.perHour ?? Number.POSITIVE_INFINITY;
  const byHour = groupBy(singles, ({ at }) => new Date(at).toISOString().slice(0, 13));
  // Whoever was killed had taken a place, and takes another.
  const isOver = ([hour, of]: readonly [string, readonly { at: number }[]]) =>
    of.length > ceiling + kills.filter((kill) => new Date(kill).toISOString().startsWith(hour)).length;
  const messages = groupBy(
    heardOf(evidence).filter(({ channel }) => channel === chat),
    ({ followUpId, says }) => `${followUpId} ${says}`,
  );
  const isRepeated = (all: readonly { at: number }[]) =>
    all.slice(1).some(({ at }, index) => !kills.some((kill) => (all[index]?.at ?? 0) <= kill && kill <= at));
  const gathered = digests.reduce((sum, { followUpIds }) => sum + followUpIds.length, 0);
  return finding(
    'messages in the chat',
    posts.length,
    `${gathered} follow-ups in ${digests.length} digests, and ${singles.length} alone: ${ceiling} an hour at the most`,
    {
      'hours had more messages in the chat than the policy says': [...byHour]
        .filter(isOver)
        .map(([hour]) => hour),
      'digests name a follow-up twice, or none': digests
        .filter(
          ({ followUpIds }) => new Set(followUpIds).size !== followUpIds.length || followUpIds.length === 0,
        )
        .map(({ key }) => key),
      'follow-ups were in two messages of the chat that say the same': [...messages]
        .filter(([, all]) => isRepeated(all))
        .map(([about]) => about),
    },
  );
}
