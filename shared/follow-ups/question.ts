import { hasNoAccess, isUnknown } from '../altinn/api/altinn-error.ts';
import type { Correspondence, Letter } from '../altinn/api/correspondence.ts';
import { heard, type Listener, unanswered } from '../altinn/api/heard.ts';
import type { TokenFault } from '../altinn/auth/token-error.ts';
import type { Pace } from '../altinn/pace.ts';
import { resourceUrn } from '../altinn/resource.ts';
import type { FollowUpKind } from '../events/catalogue.ts';
import { RetryableError } from '../queue/errors.ts';
import type { Status } from '../tracking/status.ts';

/** The facts that Altinn's answer can state, each with the type that states it in a timeline. */
export const askable = {
  read: 'correspondencereceiverread',
  confirmed: 'correspondencereceiverconfirmed',
  purged: 'correspondencepurged',
  publishFailed: 'correspondencepublishfailed',
} as const;

/** What Altinn says of a letter at this moment. */
export type Answer =
  | {
      readonly is: 'known';
      /** What was asked: the letter's details, or lists of letters, which tell no times and no due date. */
      readonly question: 'details' | 'list';
      /** What holds, each with its time. */
      readonly facts: Readonly<Partial<Record<keyof typeof askable, string>>>;
      readonly published: string | undefined;
      readonly dueAt: string | undefined;
      readonly needsConfirmation: boolean;
      /** Of lists: whether Altinn itself brought the event that opens the follow-up, and so says that the date has passed. */
      readonly isBorneOut?: boolean;
      /** As a URN. */
      readonly resource: string | undefined;
      /** Personal data where it is a person's number. */
      readonly recipient: string | undefined;
    }
  /** Altinn does not know the letter, or does not let us see it: that proves nothing about the letter. */
  | { readonly is: 'disputed'; readonly why: string }
  /** It could not be asked; `refused` where there is no token for that. */
  | {
      readonly is: 'silent';
      readonly why: string;
      readonly retryAfterMs?: number | undefined;
      readonly refused?: TokenFault | undefined;
    };

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

/**
 * Makes the question that every follow-up rests on: what Altinn says of its letter now. It is asked once, whatever is
 * wrong, and when it is its turn: who asks comes again later. One answer serves all follow-ups of a letter for a minute.
 * The question throws a RetryableError where its turn has passed and no other is near.
 */
export function makeAskAltinn(
  correspondence: Pick<Correspondence, 'letter'>,
  pace: Listener & Pick<Pace, 'turn'>,
  now = Date.now,
): AskAltinn {
  const answers = new Map<string, { readonly at: number; readonly answer: Answer }>();
  const look = heard(correspondence.letter, pace);
  return async ({ correspondenceId: id, heardAt, askAt }, signal) => {
    for (const [key, { at }] of answers) if (now() - at > sharedForMs) answers.delete(key);
    const known = answers.get(id);
    if (known && known.at > Date.parse(heardAt)) return known.answer;
    const leftAlone = await awaitTurn(pace, askAt);
    if (leftAlone) return leftAlone;
    const at = now();
    try {
      const answer = toAnswer(await look(id, signal), new Date(at).toISOString());
      answers.set(id, { at, answer });
      return answer;
    } catch (error) {
      return withoutLetter(error);
    }
  };
}

/** What an answer is that tells nothing of the letter. @throws an error that is not about Altinn */
export function withoutLetter(error: unknown): Answer {
  if (isUnknown(error)) {
    const why =
      'Altinn does not know the letter (404, code 1001): a forged event, or one of another environment';
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

/**
 * `status` is the numerically highest one, not the latest: a letter that was confirmed or purged says
 * `AttachmentsDownloaded` once its attachment was fetched. So each fact is looked for in the history as well.
 * Source: Altinn/altinn-correspondence, `CorrespondenceStatus` and `GetCorrespondenceDetailsHandler`.
 */
function toAnswer(letter: Letter, seenAt: string): Answer {
  const { status, statusHistory } = letter;
  const since = (pattern: RegExp) => {
    const times = (statusHistory ?? []).filter((each) => pattern.test(each.status ?? ''));
    const [first] = times.map(({ statusChanged }) => statusChanged ?? seenAt).sort();
    return first ?? (pattern.test(status ?? '') ? (letter.statusChanged ?? seenAt) : undefined);
  };
  const facts = {
    read: letter.read ?? since(/^Read$/),
    confirmed: since(/^Confirmed$/),
    purged: letter.isGone ? (since(/^PurgedBy/) ?? seenAt) : since(/^PurgedBy/),
    publishFailed: since(/^Failed$/),
  };
  return {
    is: 'known',
    question: 'details',
    facts: Object.fromEntries(Object.entries(facts).filter(([, time]) => time)),
    published: letter.published ?? since(/^Published$/),
    dueAt: letter.dueDateTime ?? undefined,
    needsConfirmation: letter.isConfirmationNeeded ?? false,
    resource: letter.resourceId ? resourceUrn(letter.resourceId) : undefined,
    recipient: letter.recipient ?? undefined,
  };
}
