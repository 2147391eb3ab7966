import { type FollowUpKind, lookUp } from '../events/catalogue.ts';
import { newMessage } from '../queue/message.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { Consequence, TrackedEvent } from '../tracking/track.ts';
import type { FollowUpCheck } from './check.ts';
import type { FollowUps } from './store.ts';

interface Deps {
  readonly followUps: Pick<FollowUps, 'add' | 'of'>;
  /** The queue `follow-ups`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /** Milliseconds that a follow-up waits before it acts. */
  readonly graceMs: number;
  readonly now?: () => Date;
}

/** Opens and closes follow-ups as the catalogue says, by having them checked: after their grace, or at once. */
export function openAndClose({ followUps, queue, graceMs, now = () => new Date() }: Deps): Consequence {
  const check = (kind: FollowUpKind, { id, via, traceparent }: TrackedEvent, delayMs: number) => {
    const body: FollowUpCheck = { kind, correspondenceId: id };
    return queue.send(newMessage(body, { via, traceparent, enqueuedAt: now().toISOString() }), { delayMs });
  };

  const open = async (kind: FollowUpKind, tracked: TrackedEvent) => {
    const openedAt = now();
    await followUps.add({
      kind,
      correspondenceId: tracked.id,
      state: 'open',
      openedAt: openedAt.toISOString(),
      dueAt: new Date(openedAt.getTime() + graceMs).toISOString(),
    });
    // Also when it was there already: whoever added it may have died before this line.
    await check(kind, tracked, graceMs);
  };

  // The event is recorded before this reads, and the guard reads the timeline after a follow-up was added and before it
  // claims it: whichever comes second sees the other, so no settled follow-up stays open.
  const close = async (kinds: readonly FollowUpKind[], tracked: TrackedEvent) => {
    for (const { kind, state } of await followUps.of(tracked.id)) {
      if (kinds.includes(kind) && (state === 'open' || state === 'notified')) await check(kind, tracked, 0);
    }
  };

  return async (tracked) => {
    const { opens, closes } = lookUp(tracked.event.type) ?? {};
    if (opens) await open(opens, tracked);
    if (closes) await close(closes, tracked);
  };
}
