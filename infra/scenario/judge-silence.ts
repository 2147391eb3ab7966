import { type Finding, finding } from './finding.ts';
import { type Heard, heardOf } from './heard.ts';
import { type About, followUpId, groupBy } from './look-up.ts';
import type { Evidence } from './play.ts';

/** Whether all waited while Altinn Correspondence did not answer, and were done with once it did. */
export function judgeSilence(evidence: Evidence): Finding {
  const { silence, questions, stored } = evidence;
  const { away, from, until, before, after } = silence;
  const open = after.filter(({ state }) => state === 'open');
  const waiting = open.filter(({ silentSince }) => silentSince);
  const stateBefore = new Map(before.map((one) => [followUpId(one), one.state]));
  const atLast = new Map(stored.followUps.map((one) => [followUpId(one), one.state]));
  const questionsOf = groupBy(questions, ({ correspondenceId }) => correspondenceId);
  const wasAsked = (id: string, since: number, by: number) =>
    questionsOf.get(id)?.some(({ at }) => since <= at && at <= by);
  const heards = heardOf(evidence);
  const heardOfOne = groupBy(heards, ({ followUpId }) => followUpId);
  const firstHeard = (one: About) => heardOfOne.get(followUpId(one))?.[0]?.at ?? Number.POSITIVE_INFINITY;
  return finding(
    'waited for Altinn',
    waiting.length,
    `the ${open.length} open when Altinn Correspondence had been away for ${away.hours} hours: nothing was done before it answered, and all after`,
    {
      'follow-ups were open, at the least': { is: Math.min(open.length, away.open), shouldBe: away.open },
      'follow-ups waited, at the least': {
        is: Math.min(waiting.length, away.waiting),
        shouldBe: away.waiting,
      },
      'follow-ups were suppressed or closed while Altinn did not answer': after
        .filter(({ state, reason }) => state !== 'open' && reason !== 'beforeFollowUpSince')
        .filter((one) => one.state !== stateBefore.get(followUpId(one)))
        .filter((one) => {
          const since = Date.parse((one.state === 'closed' && one.notifiedAt) || one.openedAt);
          return !wasAsked(one.correspondenceId, since, until);
        })
        .map(followUpId),
      'messages were sent while Altinn did not answer': heards
        .filter(({ at }) => from < at && at < until)
        .filter((one) => !wasAsked(idOf(one), 0, until))
        .map(({ followUpId }) => followUpId),
      'follow-ups that were open have never been settled': open
        .map(followUpId)
        .filter((id) => (atLast.get(id) ?? 'open') === 'open'),
      'follow-ups that were open were settled without a question': open
        .filter((one) => !wasAsked(one.correspondenceId, until, firstHeard(one)))
        .map(followUpId),
    },
  );
}

/** The letter's id, or the attachment's. */
function idOf({ followUpId }: Heard): string {
  return followUpId.slice(-36);
}
