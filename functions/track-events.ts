import type { InvocationContext } from '@azure/functions';
import type { Timeline } from '../shared/correspondence/timeline.ts';
import { track } from '../shared/correspondence/track.ts';
import { parseEnvelope } from '../shared/events/envelope.ts';
import { logTo } from '../shared/log.ts';
import type { Reactions } from '../shared/reactions/registry.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';
import type { Parked } from '../shared/storage/parked.ts';
import { orLater, park, takeBack } from '../shared/storage/retry.ts';

interface Deps {
  readonly timeline: Timeline;
  readonly reactions: readonly Reactions[];
  /** The URNs of the resources that are ours; empty for any. */
  readonly resources?: readonly string[];
  /** The queue `correspondence-events`. */
  readonly queue: MessageQueue;
  readonly parked: Parked;
}

/** Takes an event from the queue into its timeline, and runs what it calls for. */
export function makeTrackEvents({ timeline, reactions, resources = [], queue, parked }: Deps) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const log = logTo(context);
    const parsed = parseEnvelope(message);
    if (!parsed.ok) return park(message, parsed.reason, { queue, parked, log });
    const { envelope } = parsed;
    const again = envelope.attempt > 1 || Number(context.triggerMetadata?.dequeueCount ?? 1) > 1;
    await orLater(envelope, { queue, parked, log }, () =>
      track(envelope, again, { timeline, resources, reactions, log }),
    );
  };
}

/** Takes back the events that the host gave up on. */
export function makeTakeBackEvents({ queue, parked }: Pick<Deps, 'queue' | 'parked'>) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const parsed = parseEnvelope(message);
    await takeBack(message, parsed.ok ? parsed.envelope : undefined, { queue, parked, log: logTo(context) });
  };
}
