import { type Fact, openingFact } from '../events/catalogue.ts';
import { utc } from '../events/time.ts';
import type { Status } from '../tracking/status.ts';
import type { Step } from './channels/channel.ts';
import { type FollowUp, followUpId } from './follow-up.ts';
import type { Answer } from './question.ts';

/** What a channel is sent: as Altinn told it, where it was asked, or else as the timeline adds up. */
export function stepOf(
  followUp: FollowUp,
  status: Status,
  given: Answer | undefined,
  { type, timestamp, reason }: Pick<Step, 'type' | 'timestamp'> & { reason: Fact | undefined },
): Step {
  const { kind, correspondenceId } = followUp;
  const id = followUpId(followUp);
  const answer = given?.is === 'known' ? given : undefined;
  return {
    type,
    idempotencyKey: `${id}-${type === 'follow-up.opened' ? 'opened' : 'closed'}`,
    timestamp,
    data: {
      followUpId: id,
      kind,
      correspondenceId,
      resource: answer?.resource ?? status.resource,
      recipient: answer ? answer.recipient : status.recipient,
      since: answer?.dueAt ? utc(answer.dueAt) : status.facts[openingFact(kind)],
      ...(answer?.dueAt && { dueAt: utc(answer.dueAt) }),
      ...(answer?.published && { published: utc(answer.published) }),
      status: answer ? (reason ?? openingFact(kind)) : status.word,
    },
  };
}
