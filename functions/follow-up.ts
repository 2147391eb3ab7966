import type { AskAltinn } from '../shared/follow-ups/ask-altinn.ts';
import type { Channel } from '../shared/follow-ups/channels/channel.ts';
import { checkBody } from '../shared/follow-ups/check.ts';
import { checkFollowUp } from '../shared/follow-ups/guard.ts';
import type { FollowUps } from '../shared/follow-ups/store.ts';
import { type Consumer, type ConsumerDeps, makeConsumer } from '../shared/queue/consumer.ts';

interface Deps extends ConsumerDeps {
  readonly followUps: Pick<FollowUps, 'readLetter' | 'save'>;
  readonly channel: Channel;
  readonly askAltinn?: AskAltinn | undefined;
}

/** Checks a follow-up once its grace is over or its letter has moved on, and acts if that is still called for. */
export function makeFollowUp({ followUps, channel, askAltinn, ...deps }: Deps): Consumer {
  const { queue } = deps;
  return makeConsumer({
    ...deps,
    body: checkBody,
    // A minute to ask Altinn, half a minute for the channel, and storage before, between and after.
    timeoutMs: 150_000,
    work: (message, { log, signal, takenAs }) =>
      checkFollowUp(message, { followUps, queue, channel, askAltinn, log, signal, by: takenAs }),
  });
}
