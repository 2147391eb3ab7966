import type { FollowUpKind } from '../events/catalogue.ts';
import type { Answer } from './question.ts';

type Known = Extract<Answer, { is: 'known' }>;

/** What Altinn's answer says of a follow-up that nothing has settled. */
export type CalledFor =
  /** The fact is so, and has been since then: RFC 3339. */
  | { readonly is: 'called-for'; readonly since: string | undefined }
  | { readonly is: 'not-called-for' }
  /** It will be at this moment, if nothing settles it until then: RFC 3339. */
  | { readonly is: 'too-early'; readonly until: string; readonly for: string }
  /** No question tells: only a pull of the event that opens it. */
  | { readonly is: 'not-borne-out' };

/** Whether a letter calls for a follow-up of a kind, by what Altinn answers. Its lists tell no times. */
export function calledFor(kind: FollowUpKind, answer: Known, now: Date): CalledFor {
  const { dueAt, published, needsConfirmation, isBorneOut } = answer;
  if (isBorneOut === false) return { is: 'not-borne-out' };
  if (isBorneOut) return { is: 'called-for', since: undefined };
  const due = Date.parse(dueAt ?? '');
  if (!dueAt || Number.isNaN(due) || !published || (kind === 'never-confirmed' && !needsConfirmation)) {
    return { is: 'not-called-for' };
  }
  return due > now.getTime()
    ? { is: 'too-early', until: dueAt, for: 'the due date that Altinn says' }
    : { is: 'called-for', since: dueAt };
}
