import { type Finding, finding } from './finding.ts';
import { type About, followUpId, forgedFollowUp, groupBy, mayNamePerson, timesOf } from './look-up.ts';
import type { Call, Evidence } from './play.ts';

/**
 * What opens a follow-up and what settles it. On purpose not the receiver's own catalogue: the two are compared.
 *
 * Source: Altinn's guide "Events in Altinn 3 Correspondence".
 */
const rules = {
  'never-read': { opens: 'neverRead', settles: ['read', 'confirmed', 'purged', 'publishFailed'] },
  'never-confirmed': { opens: 'neverConfirmed', settles: ['confirmed', 'purged', 'publishFailed'] },
};

/** Each follow-up that the truth calls for, with all there is about it. */
export function casesOf({ truth, published, stored, calls, questions }: Evidence) {
  const happened = timesOf(published);
  const followUps = groupBy(stored.followUps, followUpId);
  const callsOf = groupBy(calls, followUpId);
  const questionsOf = groupBy(questions, ({ correspondenceId }) => correspondenceId);
  return Object.entries(rules).flatMap(([kind, { opens, settles }]) =>
    truth
      .filter(({ facts }) => facts[opens] !== undefined)
      .map(({ id: correspondenceId, facts }) => {
        const id = followUpId({ kind, correspondenceId });
        const [followUp] = followUps.get(id) ?? [];
        const about = callsOf.get(id) ?? [];
        return {
          id,
          correspondenceId,
          /** In simulated milliseconds; never is infinite. */
          settledAt: Math.min(
            ...settles
              .flatMap((fact) => [facts[fact], happened.get(correspondenceId)?.[fact]])
              .map((time = '') => Date.parse(time) || Number.POSITIVE_INFINITY),
          ),
          state: followUp?.state,
          openedAt: Date.parse(followUp?.openedAt ?? ''),
          opened: about.filter(({ type }) => type === 'follow-up.opened'),
          closed: about.filter(({ type }) => type === 'follow-up.closed'),
          questions: questionsOf.get(correspondenceId) ?? [],
        };
      }),
  );
}

type Case = ReturnType<typeof casesOf>[number];

/** Whether each follow-up that the truth calls for is there, notified as it should be, and no other. */
export function judgeFollowUps(evidence: Evidence): Finding[] {
  const { stored, calls, kills, refused } = evidence;
  const cases = casesOf(evidence);
  const ids = new Set(cases.map(({ id }) => id));
  const isStray = (about: About) => !ids.has(followUpId(about));
  const forged = new Set(evidence.forgeries.map(forgedFollowUp));
  const inState = (wanted: string) => cases.filter(({ state }) => state === wanted);
  const [suppressed, notified, closed] = [inState('suppressed'), inState('notified'), inState('closed')];
  const heard = cases.filter(({ opened }) => opened.length > 0);
  const heardClosed = cases.filter(({ closed }) => closed.length > 0);
  const isSettled = ({ settledAt }: Case) => Number.isFinite(settledAt);
  const wasKilledBetween = (from: number, to: number) => kills.some((kill) => from <= kill && kill <= to);
  // It may be closed without ever having been notified, if the receiver was killed as it was notifying.
  const isSilent = ({ opened, openedAt, closed: [call] }: Case) =>
    opened.length === 0 && !wasKilledBetween(openedAt, call?.at ?? 0);
  const isRepeated = ({ id, at }: Call, index: number) => {
    const last = calls.slice(0, index).findLast((call) => call.id === id);
    return last !== undefined && !wasKilledBetween(last.at, at);
  };

  return [
    finding(
      'follow-ups opened',
      stored.followUps.length,
      `the ${cases.length} that Altinn's truth calls for: never read, or never confirmed, by the due date; the others are forged`,
      {
        'letters have no follow-up and need one': cases.filter(({ state }) => !state),
        'follow-ups are there that nothing calls for': stored.followUps
          .filter(isStray)
          .map(followUpId)
          .filter((id) => !forged.has(id)),
        'follow-ups were never checked to the end': inState('open'),
      },
    ),
    finding('suppressed', suppressed.length, 'settled in truth, and the case system heard nothing of them', {
      'follow-ups are suppressed and not settled': suppressed.filter((one) => !isSettled(one)),
      'suppressed follow-ups were notified': suppressed.filter(
        (one) => heard.includes(one) || heardClosed.includes(one),
      ),
    }),
    finding(
      'notified',
      notified.length + closed.length,
      `the ${heard.length} that the case system heard of, not one of them settled before the check`,
      {
        'settled follow-ups stay open': notified.filter(isSettled),
        'follow-ups were not notified': [...notified, ...closed].filter(isSilent),
        'follow-ups were notified though settled before the check': heard.filter(isFalseAlarm),
        'follow-ups were notified unchecked': calls.filter(
          ({ type, isChecked }) => type === 'follow-up.opened' && !isChecked,
        ),
        'calls came twice though nothing was killed in between': calls.filter(isRepeated),
        'calls were not signed as they should be': refused,
        'calls name a person': calls.filter(({ body }) => mayNamePerson(body)),
      },
    ),
    finding('closed', closed.length, `the ${heardClosed.length} that the case system heard are settled`, {
      'follow-ups are closed and not settled': closed.filter((one) => !isSettled(one)),
      'follow-ups that were closed': { is: closed.length, shouldBe: heardClosed.length },
      'follow-ups are closed and the case system does not know': closed.filter(
        (one) => !heardClosed.includes(one),
      ),
      'calls were about nothing that needs attention': calls.filter(isStray),
    }),
  ];
}

/**
 * Whether somebody was notified although Altinn, asked for this, must have answered that it is settled; or was notified
 * without asking. A letter's other follow-up may have asked as well, so the first question counts.
 */
function isFalseAlarm({ settledAt, openedAt, opened: [call], questions }: Case): boolean {
  const question = questions.find(({ at }) => at >= openedAt && at <= (call?.at ?? 0));
  return !question || settledAt < question.at;
}

/** Whether all waited while Altinn Correspondence did not answer, and were done with once it did. */
export function judgeSilence({ silence, questions, calls, stored }: Evidence): Finding {
  const { away, from, until, before, after } = silence;
  const open = after.filter(({ state }) => state === 'open');
  const waiting = open.filter(({ silentSince }) => silentSince);
  const stateBefore = new Map(before.map((one) => [followUpId(one), one.state]));
  const atLast = new Map(stored.followUps.map((one) => [followUpId(one), one.state]));
  const questionsOf = groupBy(questions, ({ correspondenceId }) => correspondenceId);
  const wasAsked = ({ correspondenceId }: About, since: number, by: number) =>
    questionsOf.get(correspondenceId)?.some(({ at }) => since <= at && at <= by);
  const callsOf = groupBy(calls, followUpId);
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
        .filter(
          (one) =>
            !wasAsked(one, Date.parse((one.state === 'closed' && one.notifiedAt) || one.openedAt), until),
        )
        .map(followUpId),
      'follow-ups were notified while Altinn did not answer': calls
        .filter(({ at }) => from < at && at < until)
        .filter((one) => !wasAsked(one, 0, until)),
      'follow-ups that were open have never been settled': open
        .map(followUpId)
        .filter((id) => (atLast.get(id) ?? 'open') === 'open'),
      'follow-ups that were open were settled without a question': open
        .filter(
          (one) => !wasAsked(one, until, callsOf.get(followUpId(one))?.[0]?.at ?? Number.POSITIVE_INFINITY),
        )
        .map(followUpId),
    },
  );
}
