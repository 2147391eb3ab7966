import type { InvocationContext, Timer } from '@azure/functions';
import { type MakeDigestsDeps, makeDigests } from '../shared/follow-ups/digests/make-digests.ts';
import { type ReleaseDeps, releaseDue } from '../shared/follow-ups/release.ts';
import type { Replanned } from '../shared/follow-ups/replan.ts';
import { messageOf } from '../shared/runtime/message-of.ts';
import { type Log, logTo } from '../shared/signals/log.ts';

interface Deps extends ReleaseDeps {
  /** Remembers when the receiver was first started. */
  readonly since: () => Promise<string>;
  readonly paused: boolean;
  /** Opens what is watched for and whose time has come; absent where nothing is. */
  readonly releaseWatches?: ((log: Log) => Promise<boolean>) | undefined;
  /** Plans anew what waits by an older policy. */
  readonly replan?: (() => Promise<Replanned | undefined>) | undefined;
  readonly digests?: MakeDigestsDeps | undefined;
}

/** Releases the follow-ups that are due to their queue, and the digests whose time has come to theirs. */
export function makeDueFollowUps({
  since,
  paused,
  askTogether,
  releaseWatches,
  replan,
  digests,
  ...deps
}: Deps) {
  return async (_timer: Timer, context: InvocationContext): Promise<void> => {
    const log = logTo(context);
    await since();
    if (paused) return log.signal('follow-ups.paused', {});
    const { released, more, held } = await releaseDue({
      ...deps,
      // All can be asked about one by one, and what settles must not wait for this.
      askTogether: async (ids) =>
        (await askTogether?.(ids).catch((error) => {
          log.signal('follow-ups.lists-failed', { reason: messageOf(error) });
          return false;
        })) ?? false,
    });
    if (digests) await makeDigests(digests, log);
    if (released > 0 || more) log.signal('follow-ups.released', { released, more, held: held || undefined });
    await releaseWatches?.(log);
    const replanned = await replan?.();
    if (replanned) log.signal('follow-ups.replanned', { ...replanned });
  };
}
