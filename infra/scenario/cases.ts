import type { Facts, LetterTruth } from '../simulator/correspondence/truth.ts';
import { type Heard, heardOf } from './heard.ts';
import { type Kind, kinds, usualKinds } from './kinds.ts';
import { followUpId, groupBy, timesOf } from './look-up.ts';
import type { Evidence } from './play.ts';
import { hoursOf } from './policies.ts';

/** A follow-up that the truth calls for, or may, with all there is about it. Times are simulated milliseconds. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  /** The id of the letter, or of the attachment. */
  readonly about: string;
  readonly letter: LetterTruth;
  /** Whether there has to be one, whatever the receiver was told and when. */
  readonly isCertain: boolean;
  /** From when on it is called for; of what no event told, Altinn may not know better than when it was found. */
  readonly from: number;
  /** Never is infinite. */
  readonly settledAt: number;
  readonly state: string | undefined;
  readonly openedAt: number;
  readonly opened: readonly Heard[];
  readonly closed: readonly Heard[];
  /** When Altinn was asked about it. */
  readonly asked: readonly number[];
}

const hourMs = 3600_000;
/** How long a letter must stay unsettled for a watchdog to have to say so: the receiver was away for less. */
const watchSlackMs = 72 * hourMs;

/** Each follow-up that the truth calls for. */
export function casesOf(evidence: Evidence): Case[] {
  const { truth, published, stored, questions, policies } = evidence;
  const happened = timesOf(published);
  const followUps = groupBy(stored.followUps, followUpId);
  const heard = groupBy(heardOf(evidence), ({ followUpId: id }) => id);
  const questionsOf = groupBy(questions, ({ correspondenceId }) => correspondenceId);
  const [policy] = policies;
  const msOf = (time: string | undefined) => Date.parse(time ?? '') || Number.POSITIVE_INFINITY;

  return (policy ? Object.keys(policy.kinds) : usualKinds).flatMap((name) => {
    const kind = kinds[name] as Kind;
    const watchMs = hoursOf(policy?.kinds[name]?.watch?.after ?? 'PT0H') * hourMs;
    const caseOf = (letter: LetterTruth, { id: about, facts }: Facts): Case[] => {
      const times = happened.get(about) ?? {};
      const since = msOf(facts[kind.opens]);
      const settledAt = Math.min(...kind.settles.flatMap((fact) => [msOf(facts[fact]), msOf(times[fact])]));
      const from = Math.min(since, msOf(times[kind.opens])) + watchMs;
      // What no event told, Altinn's answers may tell.
      const mayBe = kind.watches
        ? kind.watches(letter) && settledAt > from
        : isFoundByAsking(name, kind, letter);
      const isTold = Number.isFinite(since);
      const isCertain = isTold && (!kind.watches || (mayBe && settledAt > from + watchSlackMs));
      if (!isCertain && !(mayBe && (Number.isFinite(from) || !kind.watches))) return [];
      const id = followUpId({ kind: name, correspondenceId: about });
      const [followUp] = followUps.get(id) ?? [];
      const openedAt = Date.parse(followUp?.openedAt ?? '');
      const all = heard.get(id) ?? [];
      return [
        {
          ...{ id, kind: name, about, letter, isCertain, openedAt, settledAt },
          from: Number.isFinite(from) && (isTold || !name.startsWith('notification')) ? from : openedAt,
          state: followUp?.state,
          opened: all.filter(({ says }) => says === 'opened'),
          closed: all.filter(({ says }) => says === 'closed'),
          asked: (questionsOf.get(about) ?? []).map(({ at }) => at),
        },
      ];
    };
    return truth.flatMap((letter) =>
      kind.about === 'letter'
        ? caseOf(letter, letter)
        : letter.attachments.flatMap((attachment) => caseOf(letter, attachment)),
    );
  });
}

/** Whether Altinn, asked about a letter, may tell of what no event told. */
function isFoundByAsking(name: string, { opens }: Kind, { status, untold }: LetterTruth): boolean {
  return untold.includes(opens) || (name === 'publish-failed' && status === 'Failed');
}
