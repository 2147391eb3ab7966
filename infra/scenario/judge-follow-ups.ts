import { type Case, casesOf } from './cases.ts';
import { type Finding, finding } from './finding.ts';
import { type Heard, heardOf } from './heard.ts';
import { kinds } from './kinds.ts';
import { followUpId, forgedFollowUp, mayNamePerson } from './look-up.ts';
import type { Evidence } from './play.ts';
import { recipient } from './policies.ts';

/** Whether each follow-up that the truth calls for is there, notified as it should be, and no other. */
export function judgeFollowUps(evidence: Evidence): Finding[] {
  const { stored, calls, posts, kills, refused, policies } = evidence;
  const cases = casesOf(evidence);
  const certain = cases.filter(({ isCertain }) => isCertain);
  const ids = new Set(cases.map(({ id }) => id));
  const heards = heardOf(evidence);
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
  // Altinn Notifications asks before it sends: it is not told.
  const isToHear = ({ opened }: Case) =>
    policies.length === 0 || opened.some(({ channel }) => channel !== recipient);
  const isRepeated = ({ key, channel, followUpId, at }: Heard, index: number) => {
    const last = heards
      .slice(0, index)
      .findLast((one) => one.key === key && one.channel === channel && one.followUpId === followUpId);
    return last !== undefined && !wasKilledBetween(last.at, at);
  };

  return [
    finding(
      'follow-ups opened',
      stored.followUps.length,
      `the ${certain.length} that Altinn's truth calls for, ${among(certain)}; the others are forged, or watched for and settled`,
      {
        'letters have no follow-up and need one': certain.filter(({ state }) => !state),
        'follow-ups are there that nothing calls for': stored.followUps
          .filter((one) => !(kinds[one.kind]?.watches && one.state === 'suppressed'))
          .map(followUpId)
          .filter((id) => !ids.has(id) && !forged.has(id)),
        'follow-ups were never checked to the end': inState('open'),
      },
    ),
    finding('suppressed', suppressed.length, 'settled in truth, and nobody heard anything of them', {
      'follow-ups are suppressed and not settled': suppressed.filter(
        (one) => one.isCertain && !isSettled(one),
      ),
      'suppressed follow-ups were notified': suppressed.filter(
        (one) => heard.includes(one) || heardClosed.includes(one),
      ),
    }),
    finding(
      'notified',
      notified.length + closed.length,
      `the ${heard.length} that somebody heard of, not one of them settled before the check`,
      {
        'settled follow-ups stay open': notified.filter(isSettled),
        'follow-ups were not notified': [...notified, ...closed].filter(isSilent),
        'follow-ups were notified though settled before the check': heard.filter(isFalseAlarm),
        'follow-ups were notified unchecked': calls.filter(
          ({ type, isChecked }) => type !== 'follow-up.closed' && !isChecked,
        ),
        'calls came twice though nothing was killed in between': heards
          .filter(isRepeated)
          .map(({ key, followUpId }) => `${followUpId} (${key})`),
        'calls were not signed as they should be': refused,
        'calls name a person': calls.filter(({ body }) => mayNamePerson(body)),
        'messages in the chat name a person': posts.map(({ body }) => body).filter(mayNamePerson),
      },
    ),
    finding('closed', closed.length, `the ${heardClosed.length} that somebody heard are settled`, {
      'follow-ups are closed and not settled': closed.filter((one) => !isSettled(one)),
      'follow-ups are not closed and somebody heard they are': heardClosed.filter(
        (one) => !closed.includes(one),
      ),
      'follow-ups are closed and nobody heard': closed
        .filter(isToHear)
        .filter((one) => !heardClosed.includes(one)),
      'messages were about nothing that needs attention': heards
        .map(({ followUpId }) => followUpId)
        .filter((id) => !ids.has(id)),
    }),
  ];
}

/** How many of each kind. */
function among(cases: readonly Case[]): string {
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  return kinds.map((kind) => `${cases.filter((one) => one.kind === kind).length} ${kind}`).join(', ');
}

/**
 * Whether somebody was notified although Altinn, asked for this, must have answered that it is settled; or was notified
 * without asking. A letter's other follow-up may have asked as well, so the first question counts.
 */
function isFalseAlarm({ settledAt, openedAt, opened: [first], asked }: Case): boolean {
  const question = asked.find((at) => at >= openedAt && at <= (first?.at ?? 0));
  return question === undefined || settledAt < question;
}
