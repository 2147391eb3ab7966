import { randomUUID } from 'node:crypto';
import type { InvocationContext } from '@azure/functions';
import type { AskAltinn } from '../shared/follow-ups/ask-altinn.ts';
import type { Channel } from '../shared/follow-ups/channels/channel.ts';
import { parseLook } from '../shared/follow-ups/check.ts';
import { lookAgain } from '../shared/follow-ups/guard.ts';
import { orLater, park, takeBack } from '../shared/queue/consumer.ts';
import type { Parked } from '../shared/queue/dead-letters.ts';
import { logTo } from '../shared/runtime/log.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';
import type { Timeline } from '../shared/tracking/timeline.ts';

interface Deps {
  readonly timeline: Timeline;
  readonly channel: Channel;
  readonly askAltinn?: AskAltinn | undefined;
  /** The queue `follow-ups`. */
  readonly queue: MessageQueue;
  readonly parked: Parked;
}

/** Looks at a follow-up again once its grace is over or its letter has moved on, and acts if that is still called for. */
export function makeFollowUp({ timeline, channel, askAltinn, queue, parked }: Deps) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const log = logTo(context);
    const parsed = parseLook(message);
    if (!parsed.ok) return park(message, parsed.reason, { queue, parked, log });
    const by = String(context.triggerMetadata?.id ?? randomUUID());
    await orLater(parsed.look, { queue, parked, log }, () =>
      lookAgain(parsed.look, { timeline, queue, channel, askAltinn, log, by }),
    );
  };
}

/** Takes back the follow-ups that the host gave up on. */
export function makeTakeBackFollowUps({ queue, parked }: Pick<Deps, 'queue' | 'parked'>) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const parsed = parseLook(message);
    await takeBack(message, parsed.ok ? parsed.look : undefined, { queue, parked, log: logTo(context) });
  };
}
