import { hasNoAccess, isUnknown } from '../altinn/api/altinn-error.ts';
import type { Correspondence } from '../altinn/api/correspondence.ts';
import { heard, type Listener, unanswered } from '../altinn/api/heard.ts';
import type { Pace } from '../altinn/pace.ts';
import type { FollowUpKind } from '../events/catalogue.ts';
import { RetryableError } from '../queue/errors.ts';
import type { Status } from '../tracking/status.ts';
import type { Answer, KnownAnswer } from './answer.ts';
import { attachmentAnswer, letterAnswer } from './letter-answer.ts';
import { questionOfKind } from './question-of-kind.ts';

export type { Answer } from './answer.ts';

export interface Question {
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
  /** What is known of the letter. */
  readonly status: Status;
  /** When something was last heard of the letter, RFC 3339: an answer from before is of no use. */
  readonly heardAt: string;
  /** The moment at the pace that was taken for it, RFC 3339. */
  readonly askAt?: string | undefined;
}

/**
 * Waits for a question's turn.
 * @returns the answer where Altinn is left alone for a while; nothing where it may be asked
 * @throws RetryableError where all turns that are near are others'
 */
export async function awaitTurn(pace: Pick<Pace, 'turn'>, askAt?: string): Promise<Answer | undefined> {
  const turn = await pace.turn(askAt ? Date.parse(askAt) : undefined);
  if (turn === 'taken') throw new RetryableError('the pace towards Altinn is taken');
  return turn === 'closed'
    ? { is: 'silent', why: 'Altinn does not answer, and is left alone for a while' }
    : undefined;
}

export type AskAltinn = (question: Question, signal: AbortSignal) => Promise<Answer>;

/** Milliseconds that an answer holds for the other follow-ups of the same letter. */
export const sharedForMs = 60_000;

/** What of Altinn Correspondence the questions need. */
export type Asked = Pick<Correspondence, 'letter' | 'orders' | 'attachment'>;

/**
 * Makes the question that every follow-up rests on: what Altinn says now of its letter, or of its attachment. It is asked
 * once, whatever is wrong, and when it is its turn: who asks comes again later. One answer serves all follow-ups of a
 * letter that need the same for a minute. The question throws a RetryableError where its turn has passed and no other is
 * near.
 */
export function makeAskAltinn(
  correspondence: Asked,
  pace: Listener & Pick<Pace, 'turn'>,
  now = Date.now,
): AskAltinn {
  const answers = new Map<string, { readonly at: number; readonly answer: Answer }>();
  const ask = heard(askOnce(correspondence), pace);
  return async ({ kind, correspondenceId: id, heardAt, askAt }, signal) => {
    for (const [key, { at }] of answers) if (now() - at > sharedForMs) answers.delete(key);
    const { asks } = questionOfKind[kind];
    const key = `${asks} ${id}`;
    const known = answers.get(key);
    if (known && known.at > Date.parse(heardAt)) return known.answer;
    const leftAlone = await awaitTurn(pace, askAt);
    if (leftAlone) return leftAlone;
    const at = now();
    try {
      const answer = await ask(asks, id, new Date(at).toISOString(), signal);
      answers.set(key, { at, answer });
      return answer;
    } catch (error) {
      return withoutLetter(error);
    }
  };
}

function askOnce({ letter, orders, attachment }: Asked) {
  return async (
    asks: (typeof questionOfKind)[FollowUpKind]['asks'],
    id: string,
    seenAt: string,
    signal: AbortSignal,
  ): Promise<KnownAnswer> => {
    if (asks === 'attachment') return attachmentAnswer(await attachment(id, signal), seenAt);
    const details = await letter(id, signal);
    const placed = asks === 'details and overview' && !details.isGone ? await orders(id, signal) : undefined;
    return letterAnswer(details, placed, seenAt);
  };
}

/** What an answer is that tells nothing of the letter. @throws an error that is not about Altinn */
export function withoutLetter(error: unknown): Answer {
  if (isUnknown(error)) {
    const why = `Altinn does not know it (404, code ${error.errorCode}): a forged event, or one of another environment`;
    return { is: 'disputed', why };
  }
  if (hasNoAccess(error)) {
    const why =
      'Altinn does not let us see the letter (401, code 4001): give the client access to its resource, or the event was forged';
    return { is: 'disputed', why };
  }
  const silence = unanswered(error);
  if (!silence) throw error;
  return { is: 'silent', ...silence };
}
