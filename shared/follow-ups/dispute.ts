import { newMessage } from '../queue/message.ts';
import type { FollowUpCheck } from './check.ts';
import { type FollowUp, followUpId } from './follow-up.ts';

/** The dead letter of a disputed follow-up, one and the same each time: redriven, Altinn is asked again. */
export function disputeOf(followUp: FollowUp): object {
  const { kind, correspondenceId, openedAt } = followUp;
  const body: FollowUpCheck = { kind, correspondenceId };
  // Whichever event disputed it: no trace of its own.
  const { traceparent: _, ...message } = newMessage(body, { via: 'push', enqueuedAt: openedAt });
  return { ...message, messageId: `disputed-${followUpId(followUp)}` };
}
