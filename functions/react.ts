import { type Consumer, type ConsumerDeps, makeConsumer } from '../shared/queue/consumer.ts';
import { idempotencyKeyOf } from '../shared/reactions/enqueue.ts';
import type { Reactions } from '../shared/reactions/registry.ts';
import { eventBody } from '../shared/tracking/event-message.ts';

interface Deps extends ConsumerDeps {
  readonly reactions: Pick<Reactions, 'run'>;
}

/** Runs the owner's own reaction to a tracked event. */
export function makeReact({ reactions, ...deps }: Deps): Consumer {
  return makeConsumer({
    ...deps,
    body: eventBody,
    timeoutMs: 120_000,
    work: ({ via, traceparent, body: { event } }, { log, signal }) =>
      reactions.run(event, { idempotencyKey: idempotencyKeyOf(event), via, traceparent, log, signal }),
  });
}
