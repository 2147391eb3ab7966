import type { Fact, FollowUpKind } from '../events/catalogue.ts';
import type { Rank } from './due.ts';

/**
 * Something about a letter that needs attention.
 *
 * - `open`: waits for its time, for Altinn's answer, or for its step to be taken
 * - `notified`: a channel took its opening step
 * - `suppressed`: settled, or found not to be called for, before anybody was notified
 * - `closed`: settled afterwards, and that was notified too
 * - `disputed`: Altinn does not know its letter, or does not let us see it
 */
export interface FollowUp {
  readonly correspondenceId: string;
  readonly kind: FollowUpKind;
  readonly state: 'open' | 'notified' | 'suppressed' | 'closed' | 'disputed';
  /** All times are RFC 3339 in UTC. */
  readonly openedAt: string;
  /** When it is to be checked next; absent when it is not, any more. */
  readonly dueAt?: string | undefined;
  readonly notifiedAt?: string | undefined;
  readonly closedAt?: string | undefined;
  /** What suppressed or closed it. */
  readonly reason?: Fact | 'notCalledFor' | 'beforeFollowUpSince' | undefined;
  /** Whether Altinn had been asked when it was notified; absent where Altinn is never asked. */
  readonly checkedWithAltinn?: boolean | undefined;
  /** Since when and for what it waits beyond its time. */
  readonly waitingSince?: string | undefined;
  readonly waitingFor?: string | undefined;
  /** Since when Altinn does not answer. */
  readonly silentSince?: string | undefined;
  /** Whether a pull or an answer of Altinn's opened it, and not an event that anybody could post. */
  readonly verified?: boolean | undefined;
  /** How often it was checked in vain since it waits. */
  readonly tries?: number | undefined;
  /** How often in a row its step was not taken by the channel, whatever that said. */
  readonly undelivered?: number | undefined;
  /** Who is taking its step right now: written before, taken away after, so that a crash in between is noticed. */
  readonly claim?: { readonly by: string; readonly at: string } | undefined;
  /** Its one live message, until when no other is released, and as what it is due then. */
  readonly lease?:
    | { readonly id: string; readonly until: string; readonly rank?: Rank | undefined }
    | undefined;
}

/** Whether somebody was notified of it, or may have been before a crash. */
export function perhapsNotified({ state, notifiedAt, claim }: FollowUp): boolean {
  return state === 'notified' || notifiedAt !== undefined || claim !== undefined;
}

/** What a follow-up has no more once it waits for nothing. */
export const notWaiting = {
  waitingFor: undefined,
  waitingSince: undefined,
  silentSince: undefined,
  tries: undefined,
  undelivered: undefined,
} as const satisfies Partial<FollowUp>;

/** Stable for as long as the letter exists, and safe in a URL. */
export function followUpId({ kind, correspondenceId }: Pick<FollowUp, 'kind' | 'correspondenceId'>): string {
  return `${kind}-${correspondenceId}`;
}
