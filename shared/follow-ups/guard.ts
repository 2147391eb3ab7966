import { type Fact, openingFact } from '../events/catalogue.ts';
import { NonRetryableError, RetryableError } from '../queue/errors.ts';
import { type Message, newMessage } from '../queue/message.ts';
import type { Log } from '../runtime/log.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import { deriveStatus, type Status, type TimelineEntry } from '../tracking/status.ts';
import type { AskAltinn } from './ask-altinn.ts';
import { type Channel, NotDelivered, type Step } from './channels/channel.ts';
import type { FollowUpCheck } from './check.ts';
import { decide } from './decide.ts';
import { type FollowUp, followUpId } from './follow-up.ts';
import type { FollowUps, StoredFollowUp } from './store.ts';

interface Deps {
  readonly followUps: Pick<FollowUps, 'readLetter' | 'save'>;
  /** The queue `follow-ups`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  readonly channel: Channel;
  /** Asks Altinn what it knows of the letter; absent where there are no credentials for that. */
  readonly askAltinn?: AskAltinn | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
  /**
   * Who checks: the id of the queue message, which is the same when the message comes again after a crash and another
   * for each copy of it.
   */
  readonly by: string;
  readonly now?: () => Date;
}

/** Of a claim that nobody holds any more, though somebody may have been notified under it. */
const runOut = new Date(0).toISOString();

/**
 * The guard: reads a follow-up and its letter again, and does what they call for now. It notifies once for each
 * step, since it writes its claim before and conditionally; after a crash in between, the step is sent again under
 * the same idempotency key. Before it notifies anybody that a letter needs attention it asks Altinn too, where it can.
 * @throws RetryableError when somebody else is at it; what the channel or storage throw
 */
export async function checkFollowUp(
  { body, via, traceparent }: Message<FollowUpCheck>,
  { followUps, queue, channel, askAltinn, log, signal, by, now = () => new Date() }: Deps,
): Promise<void> {
  const { kind, correspondenceId } = body;
  const letter = await followUps.readLetter(correspondenceId);
  const stored = letter.followUps.find((followUp) => followUp.kind === kind);
  if (!stored) throw new NonRetryableError('there is no such follow-up');
  const { etag, ...followUp } = stored;
  let status = deriveStatus(letter.entries);
  let decision = decide(followUp, status, by, now());

  let checkedWithAltinn: boolean | undefined;
  if (decision.do === 'open' && askAltinn) {
    const learnt = await askAltinn(correspondenceId, kind, log);
    checkedWithAltinn = learnt !== undefined;
    const receivedAt = now().toISOString();
    status = deriveStatus([
      ...letter.entries,
      ...(learnt ?? []).map((event) => ({ ...event, receivedAt }) as TimelineEntry),
    ]);
    decision = decide(followUp, status, by, now());
  }

  const save = async (changed: FollowUp, readAs: string) => {
    const saved = await followUps.save(changed, readAs);
    if (saved === undefined) throw new RetryableError('the follow-up was changed meanwhile');
    return saved;
  };

  const notify = async (type: Step['type'], done: Partial<FollowUp>, reason?: Fact) => {
    const at = now().toISOString();
    const claimed = await save({ ...followUp, claim: { by, at } }, etag);
    try {
      const timestamp = type === 'follow-up.opened' ? followUp.openedAt : at;
      const step = stepOf(type, followUp, status, timestamp);
      const more = {
        ...(checkedWithAltinn !== undefined && { checkedWithAltinn }),
        ...(reason && { reason }),
      };
      await channel.send({ ...step, data: { ...step.data, ...more } }, log, signal);
    } catch (error) {
      // What settles it until the next try suppresses it, unless somebody may have been notified.
      const perhapsNotified = !(error instanceof NotDelivered) || followUp.claim !== undefined;
      await save({ ...followUp, claim: perhapsNotified ? { by, at: runOut } : undefined }, claimed);
      throw error;
    }
    await save({ ...followUp, ...done, claim: undefined }, claimed);
  };

  const at = () => now().toISOString();
  switch (decision.do) {
    case 'nothing':
      return;
    case 'wait': {
      const later = newMessage(body, { via, traceparent, enqueuedAt: at() });
      return queue.send(later, { delayMs: decision.delayMs });
    }
    case 'yield':
      throw new RetryableError('somebody else is acting on the follow-up');
    case 'suppress':
      await save({ ...followUp, state: 'suppressed', reason: decision.reason, closedAt: at() }, etag);
      break;
    case 'open':
      await notify('follow-up.opened', { state: 'notified', notifiedAt: at() });
      break;
    case 'close': {
      const { reason } = decision;
      await notify('follow-up.closed', { state: 'closed', closedAt: at(), reason }, reason);
    }
  }
  log.info(`follow-up ${decision.do}`, { kind, id: correspondenceId });
}

function stepOf(
  type: Step['type'],
  followUp: StoredFollowUp | FollowUp,
  status: Status,
  timestamp: string,
): Step {
  const { kind, correspondenceId } = followUp;
  const id = followUpId(followUp);
  return {
    type,
    idempotencyKey: `${id}-${type === 'follow-up.opened' ? 'opened' : 'closed'}`,
    timestamp,
    data: {
      followUpId: id,
      kind,
      correspondenceId,
      resource: status.resource,
      recipient: status.recipient,
      since: status.facts[openingFact(kind)],
      status: status.word,
    },
  };
}
