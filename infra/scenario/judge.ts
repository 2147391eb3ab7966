import { type Finding, finding } from './finding.ts';
import { judgeClosings } from './judge-closings.ts';
import { judgeDigests } from './judge-digests.ts';
import { judgeEvents } from './judge-events.ts';
import { judgeFollowUps } from './judge-follow-ups.ts';
import { judgeForgeries } from './judge-forgeries.ts';
import { judgeHistories } from './judge-histories.ts';
import { judgeReminders } from './judge-reminders.ts';
import { judgeSignals } from './judge-signals.ts';
import { judgeSilence } from './judge-silence.ts';
import { judgeStatuses } from './judge-statuses.ts';
import { judgeSteps } from './judge-steps.ts';
import { mayNamePerson } from './look-up.ts';
import type { Evidence } from './play.ts';

/** Holds what is stored and what was called against Altinn's truth: a line for each number, and what does not hold. */
export function judge(evidence: Evidence): Finding[] {
  const { messagesLeft, cameToRest, output, policies } = evidence;
  const leaks = output.split('\n').filter(mayNamePerson).length;
  return [
    ...judgeEvents(evidence),
    ...judgeFollowUps(evidence),
    ...(policies.length > 0 ? judgePolicy(evidence) : []),
    judgeForgeries(evidence),
    judgeSilence(evidence),
    judgeSignals(evidence),
    ...judgeStatuses(evidence),
    finding('left on the queues', messagesLeft, "storage's own count of every queue and its poison queue", {
      'messages left on the queues': { is: messagesLeft, shouldBe: 0 },
      'receivers that finished in time': { is: Number(cameToRest), shouldBe: 1 },
    }),
    finding('lines naming a person', leaks, 'all that the receiver printed', {
      'lines that may hold a national identity number': { is: leaks, shouldBe: 0 },
    }),
  ];
}

/** What there is to be held against a policy. */
function judgePolicy(evidence: Evidence): Finding[] {
  return [
    judgeSteps(evidence),
    judgeClosings(evidence),
    judgeDigests(evidence),
    judgeReminders(evidence),
    judgeHistories(evidence),
  ];
}
