import type { InvocationContext } from '@azure/functions';
import { orLater, park, takeBack } from '../shared/queue/consumer.ts';
import type { Parked } from '../shared/queue/dead-letters.ts';
import { parseEnvelope } from '../shared/queue/message.ts';
import type { Reactions } from '../shared/reactions/registry.ts';
import { logTo } from '../shared/runtime/log.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';
import type { Timeline } from '../shared/tracking/timeline.ts';
import { track } from '../shared/tracking/track.ts';

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
