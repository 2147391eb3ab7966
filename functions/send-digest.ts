import type { DigestDeps } from '../shared/follow-ups/digests/deps.ts';
import { sendDigest } from '../shared/follow-ups/digests/send-digest.ts';
import { digestBody } from '../shared/follow-ups/digests/task.ts';
import { type Consumer, type ConsumerDeps, makeConsumer } from '../shared/queue/consumer.ts';

interface Deps extends ConsumerDeps {
  readonly digests: DigestDeps;
}

/** Sends a digest that is due, or goes on with it. */
export function makeSendDigest({ digests, ...deps }: Deps): Consumer {
  return makeConsumer({
    ...deps,
    body: digestBody,
    // A minute or two for Altinn's lists, two dozen seconds to read and write a thousand follow-ups, and a part.
    timeoutMs: 240_000,
    work: ({ body }, { log, signal, takenAs }) => sendDigest(body, digests, { log, signal, by: takenAs }),
  });
}
