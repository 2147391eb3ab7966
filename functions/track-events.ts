import { type Consumer, type ConsumerDeps, makeConsumer } from '../shared/queue/consumer.ts';
import { eventBody } from '../shared/tracking/event-message.ts';
import type { Timeline } from '../shared/tracking/timeline.ts';
import { type Consequence, track } from '../shared/tracking/track.ts';

interface Deps extends ConsumerDeps {
  readonly timeline: Pick<Timeline, 'record' | 'verify'>;
  /** The URNs of the resources that are ours; empty for any. */
  readonly resources?: readonly string[];
  readonly consequences: readonly Consequence[];
}

/** Takes an event from the queue into its timeline, and hands on what it calls for. */
export function makeTrackEvents({ timeline, resources, consequences, ...deps }: Deps): Consumer {
  return makeConsumer({
    ...deps,
    body: eventBody,
    timeoutMs: 60_000,
    work: (message, { again, log }) =>
      track(message, again, { timeline, consequences, log, ...(resources && { resources }) }),
  });
}
