import type { Correspondence } from '../altinn/api/correspondence.ts';
import { type EventName, type FollowUpKind, typePrefix } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';
import { type Log, messageOf } from '../runtime/log.ts';
import { within } from '../runtime/timeout.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import { eventMessage } from '../tracking/event-message.ts';

/**
 * Asks Altinn whether a letter was read, confirmed, purged or failed without our hearing of it: Altinn Correspondence
 * does not try an event again that the Events API refused.
 * @returns what was learnt, as events with the source `altinn` that are on the queue `correspondence-events`; none when
 *   Altinn knows of nothing that settles the follow-up; `undefined` when it could not be asked
 */
export type AskAltinn = (
  correspondenceId: string,
  kind: FollowUpKind,
  log: Log,
) => Promise<readonly CloudEvent[] | undefined>;

interface Deps {
  readonly correspondence: Correspondence;
  /** The queue `correspondence-events`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  readonly now?: () => Date;
}

/** Milliseconds for the question with all its tries; what is known without it decides then. */
const timeoutMs = 60_000;

export function makeAskAltinn({ correspondence, queue, now = () => new Date() }: Deps): AskAltinn {
  return async (correspondenceId, kind, log) => {
    const learnt = await within(timeoutMs, factsOf(correspondence, correspondenceId, kind, now)).catch(
      (error) => {
        log.warn('Altinn could not be asked', { id: correspondenceId, reason: messageOf(error) });
      },
    );
    if (!learnt) return undefined;
    const events = learnt.map(([name, time]) => toEvent(correspondenceId, name, time));
    for (const event of events) {
      await queue.send(eventMessage(event, { via: 'asked', enqueuedAt: now().toISOString() }));
    }
    return events;
  };
}

/**
 * `status` is the numerically highest status, not the latest: read means that `read` has a time, confirmed that the
 * history holds `Confirmed`. Source: Altinn/altinn-correspondence, `GetCorrespondenceOverviewHandler`.
 */
async function factsOf(
  correspondence: Correspondence,
  id: string,
  kind: FollowUpKind,
  now: () => Date,
): Promise<[EventName, string][]> {
  const seenAt = now().toISOString();
  const overview = await correspondence.overview(id);
  if (overview.purged) return [['correspondencepurged', seenAt]];
  const details = kind === 'never-confirmed' ? await correspondence.details(id) : undefined;
  const history = details?.purged === false ? (details.statusHistory ?? []) : [];

  const facts: [EventName, string][] = [];
  const since = (status: string) =>
    history.find((each) => each.status === status)?.statusChanged ??
    (overview.status === status ? (overview.statusChanged ?? seenAt) : undefined);
  const [confirmed, failed] = [since('Confirmed'), since('Failed')];
  if (overview.read) facts.push(['correspondencereceiverread', overview.read]);
  if (confirmed) facts.push(['correspondencereceiverconfirmed', confirmed]);
  if (failed) facts.push(['correspondencepublishfailed', failed]);
  return facts;
}

/** The same each time it is learnt, so that the timeline has it once. */
function toEvent(resourceinstance: string, name: EventName, time: string): CloudEvent {
  return {
    specversion: '1.0',
    id: `altinn-${name}`,
    source: 'altinn',
    type: `${typePrefix}${name}`,
    resourceinstance,
    time,
  };
}
