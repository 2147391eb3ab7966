import { concerns, type FollowUpKind, lookUp } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import { eventMessage } from '../tracking/event-message.ts';
import type { Timeline } from '../tracking/timeline.ts';
import type { Reactions } from './registry.ts';

interface Deps {
  readonly reactions: Pick<Reactions, 'has'>;
  readonly timeline: Pick<Timeline, 'verify'>;
  /** The queue `correspondence-events`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /** The kinds of follow-ups that there are: what concerns one is verified. */
  readonly kinds: ReadonlySet<FollowUpKind>;
  /** Whether an event of a type is verified all the same. */
  readonly isVerified?: (type: string) => boolean;
  readonly now?: () => Date;
}

/**
 * What is done about an event that had been pushed and tracked, and is found in a pull: where a reaction waits for that
 * it is tracked once more, which verifies it and runs the reaction; what concerns a follow-up is verified at
 * once; any other stays as it is, which costs nothing.
 */
export function makeVerify({
  reactions,
  timeline,
  queue,
  kinds,
  isVerified = () => false,
  now = () => new Date(),
}: Deps) {
  return async (id: string, event: CloudEvent): Promise<void> => {
    const isWaitedFor = reactions.has(event.type, 'pull') && !reactions.has(event.type, 'push');
    const { opens, watches = [] } = lookUp(event.type) ?? {};
    // What opens a follow-up is tracked once more too: it may have been taken for a forgery, or for too old.
    if (isWaitedFor || [opens, ...watches].some((kind) => kind && kinds.has(kind)))
      await queue.send(eventMessage(event, { via: 'pull', enqueuedAt: now().toISOString() }));
    else if (concerns(event.type, kinds) || isVerified(event.type)) await timeline.verify(id, event);
  };
}
