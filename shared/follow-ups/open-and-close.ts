import { catalogue, type EventName, type FollowUpKind, lookUp, typePrefix } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import { createReactions, type Reaction, type Reactions } from '../reactions/registry.ts';
import { parseGuid } from '../runtime/guid.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { Timeline } from '../tracking/timeline.ts';
import { lookAt } from './check.ts';

interface Deps {
  readonly timeline: Pick<Timeline, 'addFollowUp' | 'followUps'>;
  /** The queue `follow-ups`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /** Seconds that a follow-up waits before it acts. */
  readonly grace: number;
  readonly now?: () => Date;
}

/** Opens and closes follow-ups as the catalogue says. */
export function followUpReactions({ timeline, queue, grace, now = () => new Date() }: Deps): Reactions {
  const open =
    (kind: FollowUpKind): Reaction =>
    async (event) => {
      const correspondenceId = idOf(event);
      const openedAt = now();
      const dueAt = new Date(openedAt.getTime() + grace * 1000);
      await timeline.addFollowUp({
        kind,
        correspondenceId,
        state: 'open',
        openedAt: openedAt.toISOString(),
        dueAt: dueAt.toISOString(),
      });
      // Also when it was there already: whoever added it may have died before this line.
      await queue.send(lookAt(kind, correspondenceId), { delay: grace });
    };

  // The event is recorded before this reads, and `lookAgain` reads the timeline after a follow-up was added and
  // before it claims it: whichever comes second sees the other, so no settled follow-up stays open.
  const close =
    (kinds: readonly FollowUpKind[]): Reaction =>
    async (event) => {
      const correspondenceId = idOf(event);
      for (const { kind, state } of await timeline.followUps(correspondenceId)) {
        if (kinds.includes(kind) && (state === 'open' || state === 'notified')) {
          await queue.send(lookAt(kind, correspondenceId));
        }
      }
    };

  const reactions = createReactions((event, { known, log }) => {
    if (!known) log.warn('unknown event type kept', { type: event.type });
  });
  for (const name of Object.keys(catalogue) as EventName[]) {
    const type = `${typePrefix}${name}` as const;
    const { opens, closes } = lookUp(type) ?? {};
    if (opens) reactions.on(type, open(opens));
    else if (closes) reactions.on(type, close(closes));
  }
  return reactions;
}

function idOf(event: CloudEvent): string {
  return parseGuid(attribute(event, 'resourceinstance')) as string;
}
