import { type Finding, finding } from './finding.ts';
import { judgeEvents } from './judge-events.ts';
import { judgeFollowUps, judgeSilence } from './judge-follow-ups.ts';
import { judgeForgeries } from './judge-forgeries.ts';
import { judgeSignals } from './judge-signals.ts';
import { judgeStatuses } from './judge-statuses.ts';
import { mayNamePerson } from './look-up.ts';
import type { Evidence } from './play.ts';

/** Holds what is stored and what was called against Altinn's truth: a line for each number, and what does not hold. */
export function judge(evidence: Evidence): Finding[] {
  const { messagesLeft, cameToRest, output } = evidence;
  const leaks = output.split('\n').filter(mayNamePerson).length;
  return [
    ...judgeEvents(evidence),
    ...judgeFollowUps(evidence),
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
