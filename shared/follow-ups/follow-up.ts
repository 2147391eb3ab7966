import type { Fact, FollowUpKind } from '../events/catalogue.ts';

/**
 * Something about a letter that needs attention.
 *
 * - `open`: waits for its time, or is being acted on (then it has a `claim`)
 * - `notified`: somebody was notified
 * - `suppressed`: settled before anybody was notified
 * - `closed`: settled afterwards, and that was notified too
 */
export interface FollowUp {
  readonly correspondenceId: string;
  readonly kind: FollowUpKind;
  readonly state: 'open' | 'notified' | 'suppressed' | 'closed';
  /** All times are RFC 3339 in UTC. */
  readonly openedAt: string;
  /** Not before this does it act: what was read in the meantime may still be on its way to us. */
  readonly dueAt: string;
  readonly notifiedAt?: string | undefined;
  readonly closedAt?: string | undefined;
  /** The fact that suppressed or closed it. */
  readonly reason?: Fact | undefined;
  /** Who is acting right now: written before, taken away after, so that two never act at once. */
  readonly claim?: { readonly by: string; readonly at: string } | undefined;
}

/** Stable for as long as the letter exists, and safe in a URL. */
export function followUpId({ kind, correspondenceId }: Pick<FollowUp, 'kind' | 'correspondenceId'>): string {
  return `${kind}-${correspondenceId}`;
}
