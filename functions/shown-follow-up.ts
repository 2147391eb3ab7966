import { type FollowUp, followUpId } from '../shared/follow-ups/follow-up.ts';

/** What an answer shows of a follow-up whose letter is named elsewhere: not what only the code is to know. */
export function summaryOf(followUp: FollowUp & { etag?: string }) {
  const { claim, lease, etag, listed, plannedBy, gathered, owed, history, correspondenceId, ...shown } =
    followUp;
  return { followUpId: followUpId(followUp), ...shown };
}

/** A follow-up with all that became of it. */
export function wholeOf(followUp: FollowUp & { etag?: string }) {
  const { followUpId: id, ...shown } = summaryOf(followUp);
  const { correspondenceId, gathered, history = [] } = followUp;
  return { followUpId: id, correspondenceId, ...shown, gathered, history };
}
