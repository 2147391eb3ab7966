import { checkBody } from '../shared/follow-ups/check.ts';
import { checkFollowUp, type GuardDeps } from '../shared/follow-ups/guard.ts';
import { type Consumer, type ConsumerDeps, makeConsumer } from '../shared/queue/consumer.ts';

interface Deps extends ConsumerDeps {
  readonly deadLetters: GuardDeps['deadLetters'];
  readonly guard: Omit<GuardDeps, 'deadLetters'>;
}

/** Checks a follow-up that is due, and acts if that is called for. */
export function makeFollowUp({ guard, ...deps }: Deps): Consumer {
  const { queue, deadLetters } = deps;
  return makeConsumer({
    ...deps,
    body: checkBody,
    // A quarter of a minute or two to ask Altinn, half a minute for the channel, and storage in between.
    timeoutMs: 150_000,
    work: (message, { log, signal, takenAs }) => {
      const { traceparent } = message;
      const context = { log, signal, traceparent, queue: queue.name, by: takenAs };
      return checkFollowUp(message, { ...guard, deadLetters }, context);
    },
  });
}
