import { createHash, randomUUID } from 'node:crypto';
import { newMessage } from '../../queue/message.ts';
import { eachAtOnce } from '../../runtime/at-once.ts';
import type { Log } from '../../signals/log.ts';
import type { MessageQueue } from '../../storage/message-queue.ts';
import type { Member } from '../gatherer.ts';
import type { Digests } from './digests.ts';
import type { DigestTask } from './task.ts';
import type { Waiting } from './waiting.ts';

export interface MakeDigestsDeps {
  readonly waiting: Pick<Waiting, 'first' | 'of' | 'remove'>;
  readonly digests: Pick<Digests, 'add' | 'all' | 'get' | 'save'>;
  /** The queue `digests`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /** Milliseconds for which a digest is left to its message. */
  readonly leaseMs: number;
  readonly now?: () => Date;
}

/** Milliseconds for which a channel's messages are gathered, from when the first one waits. */
export const gatherMs = 5 * 60_000;

/** The most members of a digest. */
export const maxMembers = 1_000;
/** The most digests that one run makes of a channel. */
const maxMade = 10;
/** How many rows are removed at the same moment. */
const atOnce = 16;

/**
 * Makes digests of the messages that have waited long enough, and puts those on their queue whose time has come: new ones,
 * those that wait for their channel or for Altinn, and those whose message was lost. Several instances may do so at once.
 */
export async function makeDigests(deps: MakeDigestsDeps, log: Log): Promise<void> {
  const { waiting, digests, now = () => new Date() } = deps;
  const hasWaited = (at: string) => Date.parse(at) + gatherMs <= now().getTime();
  for (const { channel, type, at } of await waiting.first()) {
    for (let made = 0, first: string | undefined = at; made < maxMade && first && hasWaited(first); made++) {
      const members = await waiting.of({ channel, type }, maxMembers + 1);
      await freeze(members.slice(0, maxMembers), deps, log);
      first = members[maxMembers]?.at;
    }
  }
  for (const { id, dueAt } of await digests.all()) {
    if (dueAt <= now().toISOString()) await release(id, deps);
  }
}

/** Since when messages wait that should be in a digest, and digests that should be on their way. */
export async function overdueDigests(
  { waiting, digests }: { waiting: Pick<Waiting, 'first'>; digests: Pick<Digests, 'all'> },
  now: Date,
): Promise<{ readonly at: string }[]> {
  const [first, all] = await Promise.all([waiting.first(), digests.all()]);
  const since = [
    ...first.map(({ at }) => new Date(Date.parse(at) + gatherMs).toISOString()),
    ...all.map(({ dueAt }) => dueAt),
  ];
  return since.filter((at) => at <= now.toISOString()).map((at) => ({ at }));
}

/** From one row on they are a digest. Whoever dies before they wait no more has some of them in two: one sends each. */
async function freeze(members: readonly Member[], deps: MakeDigestsDeps, log: Log): Promise<void> {
  const [first] = members;
  if (!first) return;
  const { waiting, digests, now = () => new Date() } = deps;
  const { channel, type } = first;
  const madeAt = now().toISOString();
  const id = idOf(first, madeAt);
  const unique = withoutRepeated(members);
  const isNew = await digests.add({
    id,
    channel,
    type,
    madeAt,
    dueAt: madeAt,
    members: unique,
    sentParts: 0,
  });
  if (isNew) log.signal('follow-ups.gathered', { channel, type, count: unique.length });
  // Somebody else may have frozen less.
  const frozen = isNew ? members : ((await digests.get(id))?.members ?? []);
  await eachAtOnce(frozen, atOnce, (member) => waiting.remove(member));
}

/** Whoever died after he had noted that a message waits notes it again, at another time. */
function withoutRepeated(members: readonly Member[]): readonly Member[] {
  const seen = new Set<string>();
  return members.filter(({ kind, correspondenceId, round, key }) => {
    const name = [kind, correspondenceId, round, key].join(' ');
    const isRepeated = seen.has(name);
    seen.add(name);
    return !isRepeated;
  });
}

/** Two instances that make it in the same minute make one of it; and none is ever made again. */
function idOf({ channel, type, kind, correspondenceId, at }: Member, madeAt: string): string {
  const made = [channel, type, kind, correspondenceId, at, madeAt.slice(0, 16)].join(' ');
  return createHash('sha256').update(made).digest('hex').slice(0, 32);
}

async function release(id: string, deps: MakeDigestsDeps): Promise<void> {
  const { digests, queue, leaseMs, now = () => new Date() } = deps;
  const stored = await digests.get(id);
  const at = now();
  if (!stored || stored.dueAt > at.toISOString()) return;
  const { etag, ...digest } = stored;
  const lease = randomUUID();
  const dueAt = new Date(at.getTime() + leaseMs).toISOString();
  if ((await digests.save({ ...digest, lease, dueAt }, etag)) === undefined) return;
  const body: DigestTask = { digest: id, lease };
  await queue.send(newMessage(body, { via: 'asked', enqueuedAt: at.toISOString() }));
}
