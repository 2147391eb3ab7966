import type { FollowUpKind } from '../../shared/events/catalogue.ts';
import { type FollowUp, followUpId } from '../../shared/follow-ups/follow-up.ts';
import type { LetterTruth } from '../simulator/correspondence/truth.ts';
import type { Evidence } from './evidence.ts';
import { equal, type Finding, none } from './finding.ts';
import type { Question } from './questions.ts';
import type { Call } from './webhook.ts';

/**
 * What opens a follow-up and what settles it. On purpose not the receiver's own catalogue: the two are compared.
 *
 * Source: Altinn's guide "Events in Altinn 3 Correspondence".
 */
const rules: Record<FollowUpKind, { opens: string; settles: readonly string[] }> = {
  'never-read': { opens: 'neverRead', settles: ['read', 'confirmed', 'purged', 'publishFailed'] },
  'never-confirmed': { opens: 'neverConfirmed', settles: ['confirmed', 'purged', 'publishFailed'] },
};

/** A follow-up that the truth calls for, with all there is about it. */
interface Case {
  readonly id: string;
  /** When it was settled, in simulated milliseconds. */
  readonly settledAt: number | undefined;
  readonly followUp: FollowUp | undefined;
  readonly opened: readonly Call[];
  readonly closed: readonly Call[];
  readonly questions: readonly Question[];
}

/** Whether each follow-up that the truth calls for is there, notified as it should be, and no other. */
export function judgeFollowUps(evidence: Evidence): Finding[] {
  const { stored, calls, kills, faults } = evidence;
  const cases = casesOf(evidence);
  const ids = new Set(cases.map(({ id }) => id));
  const inState = (state: FollowUp['state']) => cases.filter(({ followUp }) => followUp?.state === state);
  const [suppressed, notified, closed] = [inState('suppressed'), inState('notified'), inState('closed')];
  const heard = cases.filter(({ opened }) => opened.length > 0);
  const heardClosed = cases.filter(({ closed }) => closed.length > 0);
  const those = (which: readonly Case[], wrong: (one: Case) => unknown, what: string) =>
    none(
      which.filter(wrong).map(({ id }) => id),
      what,
    );
  const settled = ({ settledAt }: Case) => settledAt !== undefined;

  return [
    {
      what: 'follow-ups opened',
      number: stored.followUps.length,
      against: `the ${cases.length} that Altinn's truth calls for: never read, or never confirmed, by the due date`,
      broken: [
        ...those(cases, ({ followUp }) => !followUp, 'letters have no follow-up and need one'),
        ...none(
          stored.followUps.map(followUpId).filter((id) => !ids.has(id)),
          'follow-ups are there that nothing calls for',
        ),
        ...those(inState('open'), () => true, 'follow-ups were never looked at to the end'),
      ],
    },
    {
      what: 'suppressed',
      number: suppressed.length,
      against: 'settled in truth, and the case system heard nothing of them',
      broken: [
        ...those(suppressed, (one) => !settled(one), 'follow-ups are suppressed and not settled'),
        ...those(
          suppressed,
          ({ opened, closed }) => opened.length + closed.length > 0,
          'suppressed follow-ups were notified',
        ),
      ],
    },
    {
      what: 'notified',
      number: notified.length + closed.length,
      against: `the ${heard.length} that the case system heard of, not one of them settled before the look`,
      broken: [
        ...those(notified, settled, 'settled follow-ups stay open'),
        ...those(
          [...notified, ...closed],
          (one) => one.opened.length === 0 && !mayHaveDied(one, kills),
          'follow-ups were not notified',
        ),
        ...those(heard, isFalseAlarm, 'follow-ups were notified though settled before the look'),
        ...none(calledTwice(calls, kills), 'calls came twice though nothing was killed in between'),
        ...faults,
      ],
    },
    {
      what: 'closed',
      number: closed.length,
      against: `the ${heardClosed.length} that the case system heard are settled`,
      broken: [
        ...those(closed, (one) => !settled(one), 'follow-ups are closed and not settled'),
        ...equal(closed.length, heardClosed.length, 'follow-ups that were closed'),
        ...those(
          closed,
          ({ closed }) => closed.length === 0,
          'follow-ups are closed and the case system does not know',
        ),
        ...none(
          calls.filter((call) => !ids.has(followUpId(call))).map(({ id }) => id),
          'calls were about nothing that needs attention',
        ),
      ],
    },
  ];
}

function casesOf({ truth, stored, calls, questions }: Evidence): Case[] {
  const followUps = new Map(stored.followUps.map((followUp) => [followUpId(followUp), followUp]));
  const callsOf = new Map<string, Call[]>();
  for (const call of calls) callsOf.set(followUpId(call), [...(callsOf.get(followUpId(call)) ?? []), call]);
  return truth.flatMap((letter) =>
    (Object.keys(rules) as FollowUpKind[])
      .filter((kind) => letter.facts[rules[kind].opens] !== undefined)
      .map((kind): Case => {
        const id = followUpId({ kind, correspondenceId: letter.id });
        const about = callsOf.get(id) ?? [];
        return {
          id,
          settledAt: settledAt(letter, kind),
          followUp: followUps.get(id),
          opened: about.filter(({ type }) => type === 'follow-up.opened'),
          closed: about.filter(({ type }) => type === 'follow-up.closed'),
          questions: questions.get(letter.id) ?? [],
        };
      }),
  );
}

function settledAt({ facts }: LetterTruth, kind: FollowUpKind): number | undefined {
  const times = rules[kind].settles.flatMap((fact) => (facts[fact] ? [Date.parse(facts[fact])] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * Whether somebody was notified although Altinn, asked for this, must have answered that it is settled; or was notified
 * without asking. A letter's other follow-up may have asked as well, so the first question counts.
 */
function isFalseAlarm({ settledAt = Number.POSITIVE_INFINITY, followUp, opened, questions }: Case): boolean {
  const [call] = opened;
  if (!call) return false;
  const dueAt = Date.parse(followUp?.dueAt ?? '');
  const question = questions.find(({ at }) => at >= dueAt && at <= call.at);
  return !question || settledAt < question.clock;
}

/** Whether it was being notified when the receiver was killed: it may then be settled without ever having been notified. */
function mayHaveDied({ followUp, closed }: Case, kills: readonly number[]): boolean {
  const [from, to] = [Date.parse(followUp?.dueAt ?? ''), closed[0]?.at ?? 0];
  return kills.some((kill) => from <= kill && kill <= to);
}

function calledTwice(calls: readonly Call[], kills: readonly number[]): string[] {
  const before = new Map<string, Call>();
  return calls.flatMap((call) => {
    const last = before.get(call.id);
    before.set(call.id, call);
    return last && !kills.some((kill) => last.at <= kill && kill <= call.at) ? [call.id] : [];
  });
}
