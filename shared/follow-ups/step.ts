import { openingFact, trackedOf } from '../events/catalogue.ts';
import { utc } from '../events/time.ts';
import type { Status } from '../tracking/status.ts';
import type { Step, StepData } from './channels/channel.ts';
import { type FollowUp, followUpId } from './follow-up.ts';
import { fillLink } from './link.ts';
import type { Policy } from './policy/policy.ts';
import type { NextStep } from './progress.ts';
import type { Answer } from './question.ts';

/** What is known of the letter: what the timeline adds up to, and Altinn's answer where it was asked. */
export interface Sources {
  readonly status: Status;
  readonly answer: Answer | undefined;
}

type Which =
  | { readonly type: 'opening'; readonly next: NextStep; readonly checkedWithAltinn?: boolean | undefined }
  | {
      readonly type: 'closing';
      readonly channel: string;
      readonly reason: NonNullable<FollowUp['reason']>;
      /** When this try is made, RFC 3339. */
      readonly at: string;
    };

/** What a channel is sent: as Altinn told it, where it was asked, or else as the timeline adds up. */
export function stepOf(
  followUp: FollowUp,
  sources: Sources,
  which: Which & { readonly policy: Pick<Policy, 'linkTemplate'> },
): Step {
  const { round = 1, taken = [], openedAt } = followUp;
  const key = `${followUpId(followUp)}-${round}`;
  if (which.type === 'closing') {
    return {
      type: 'follow-up.closed',
      idempotencyKey: `${key}-${which.channel}-closed`,
      timestamp: which.at,
      data: dataOf(followUp, sources, which),
    };
  }
  const { step, number, at } = which.next;
  const isRepeated = taken.some(({ channel, failed }) => channel === step.channel && !failed);
  return {
    type: isRepeated ? 'follow-up.repeated' : 'follow-up.opened',
    idempotencyKey: `${key}-${step.key}`,
    timestamp: number === 1 ? openedAt : at.toISOString(),
    data: dataOf(followUp, sources, which),
  };
}

/** What is told of a follow-up and its letter. */
export function dataOf(
  followUp: FollowUp,
  { status, answer: given }: Sources,
  which: Which & { readonly policy: Pick<Policy, 'linkTemplate'> },
): StepData {
  const { kind, correspondenceId, round = 1, taken = [], factAt } = followUp;
  const answer = given?.is === 'known' ? given : undefined;
  const opened = openingFact(kind);
  const reason = which.type === 'closing' ? which.reason : undefined;
  const told = reason === 'byPerson' || reason === undefined ? opened : reason;
  const { checkedWithAltinn = undefined } =
    which.type === 'opening' ? which : { checkedWithAltinn: answer ? true : undefined };
  const data = {
    followUpId: followUpId(followUp),
    kind,
    about: trackedOf(kind),
    correspondenceId,
    resource: answer?.resource ?? status.resource,
    recipient: answer ? answer.recipient : status.recipient,
    ...(answer?.sendersReference && { sendersReference: answer.sendersReference }),
    ...(answer?.correspondenceIds && { correspondenceIds: answer.correspondenceIds }),
    ...(answer?.orders && { notificationOrderIds: answer.orders.ids }),
    since: factAt ?? status.facts[opened],
    ...(answer?.dueAt && { dueAt: utc(answer.dueAt) }),
    ...(answer?.published && { published: utc(answer.published) }),
    status: answer ? (told as StepData['status']) : status.word,
    round,
    ...(checkedWithAltinn !== undefined && { checkedWithAltinn }),
    ...(reason && { reason: reason as NonNullable<StepData['reason']> }),
  };
  const link = fillLink(which.policy.linkTemplate, data);
  if (which.type === 'closing') return { ...data, ...(link && { link }) };
  const { step, number, of } = which.next;
  const last = taken.at(-1);
  return {
    ...data,
    step: { number, of, channel: step.channel },
    ...(last?.failed && { failed: { channel: last.channel, reason: last.failed } }),
    ...(link && { link }),
  };
}
