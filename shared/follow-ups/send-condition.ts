import { type Fact, type FollowUpKind, settlingFacts } from '../events/catalogue.ts';
import { messageOf } from '../runtime/message-of.ts';
import { within } from '../runtime/timeout.ts';
import { deriveStatus } from '../tracking/status.ts';
import type { Timeline } from '../tracking/timeline.ts';
import type { Answer, AskAltinn } from './question.ts';

/** The kinds that a recipient can be reminded of. */
export const remindedKinds = [
  'never-read',
  'unread',
  'never-confirmed',
  'unconfirmed',
] as const satisfies readonly FollowUpKind[];
export type RemindedKind = (typeof remindedKinds)[number];

export function isReminded(kind: string | undefined): kind is RemindedKind {
  return (remindedKinds as readonly (string | undefined)[]).includes(kind);
}

/** Whether a reminder is to be sent now, and on what that rests; or why it cannot be told. */
export type Condition =
  | { readonly send: boolean; readonly from: 'altinn' | 'facts'; readonly because: string }
  | { readonly send: undefined; readonly because: string };

interface Deps {
  /** Asks Altinn ahead of all others; absent where it is not asked. */
  readonly askAltinn: AskAltinn | undefined;
  readonly timeline: Pick<Timeline, 'facts'>;
  readonly now?: () => number;
}

/** Milliseconds that Altinn has to answer, and then storage. */
const [askMs, readMs] = [2_500, 750];

/**
 * Makes what tells whether to send a reminder: what Altinn says at this moment. Where that cannot be had in a few seconds,
 * a fact that settles it says no, if Altinn brought it itself; what was merely pushed counts for nothing. That there is no
 * such fact says nothing: who asks is told that it cannot be told, and asks once more.
 */
export function makeSendCondition({ askAltinn, timeline, now = Date.now }: Deps) {
  const ask = async (correspondenceId: string, kind: RemindedKind): Promise<Answer> => {
    if (!askAltinn) return { is: 'silent', why: 'Altinn is not asked: see what the app says when it starts' };
    // Of this moment: no answer that others share will do.
    const heardAt = new Date(now()).toISOString();
    const question = { kind, correspondenceId, status: deriveStatus([]), heardAt };
    // It is not broken off: what becomes of it is heard by the pace.
    return within(askMs, askAltinn(question, new AbortController().signal)).catch((error) => {
      return { is: 'silent', why: messageOf(error) };
    });
  };

  return async (correspondenceId: string, kind: RemindedKind): Promise<Condition> => {
    const answer = await ask(correspondenceId, kind);
    if (answer.is === 'known') return { from: 'altinn', ...byAnswer(kind, answer) };
    // As the guard has it: about what Altinn does not know, or does not show us, nobody is notified.
    if (answer.is === 'disputed') return { send: false, from: 'altinn', because: answer.why };
    const facts = await within(readMs, timeline.facts(correspondenceId)).catch(() => undefined);
    const settled = settlingFacts(kind).find((fact) => facts?.get(fact)?.verified);
    if (settled) return { send: false, from: 'facts', because: settled };
    return { send: undefined, because: facts ? answer.why : `${answer.why}; and storage does not answer` };
  };
}

function byAnswer(
  kind: RemindedKind,
  { facts, published, needsConfirmation }: Extract<Answer, { is: 'known' }>,
): { send: boolean; because: string } {
  const known: Readonly<Partial<Record<Fact, string>>> = facts;
  const over = ([...settlingFacts(kind), 'publishFailed'] as const).find((fact) => known[fact]);
  if (over) return { send: false, because: over };
  if (!published) return { send: false, because: 'it is not published' };
  const isConfirmation = kind === 'never-confirmed' || kind === 'unconfirmed';
  if (isConfirmation && !needsConfirmation) return { send: false, because: 'it needs no confirmation' };
  return { send: true, because: 'nothing settles it' };
}
