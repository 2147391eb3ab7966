import { type Fact, type FollowUpKind, followUpKinds } from '../events/catalogue.ts';
import { guidPattern } from '../runtime/guid.ts';
import type { Rank } from './due.ts';
import { type HistoryEntry, noted } from './history.ts';
import type { Listed } from './listed.ts';

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
  readonly reason?: Fact | 'notCalledFor' | 'beforeFollowUpSince' | 'notInPolicy' | 'byPerson' | undefined;
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
  /** Since when. */
  readonly undeliveredSince?: string | undefined;
  /** How often it was opened: one more than once each time it was reopened. Absent counts as 1. */
  readonly round?: number | undefined;
  /** When the fact happened that opened it, from which its steps count, as far as it is known. */
  readonly factAt?: string | undefined;
  /** The URN of its resource, as far as it is known. */
  readonly resource?: string | undefined;
  /** The steps of this round that are behind it, in the order in which they were taken. */
  readonly taken?: readonly TakenStep[] | undefined;
  /** The channels that were told that it is settled. */
  readonly told?: readonly string[] | undefined;
  /** The channels that may have been told of it in an earlier round, or before a crash, besides those of `taken`. */
  readonly owed?: readonly string[] | undefined;
  /** Until when a person has put it off. */
  readonly snoozedUntil?: string | undefined;
  /** The hash of the policy by which it is planned. */
  readonly plannedBy?: string | undefined;
  /** The message of it that waits for a digest, or is in one. */
  readonly gathered?: Gathered | undefined;
  /** What became of it, oldest first. */
  readonly history?: readonly HistoryEntry[] | undefined;
  /** Its row in the index of what needs attention: the store's own. */
  readonly listed?: Listed | undefined;
  /** Who is taking its step right now: written before, taken away after, so that a crash in between is noticed. */
  readonly claim?:
    | { readonly by: string; readonly at: string; readonly channel?: string | undefined }
    | undefined;
  /** Its one live message, until when no other is released, and as what it is due then. */
  readonly lease?:
    | { readonly id: string; readonly until: string; readonly rank?: Rank | undefined }
    | undefined;
}

/** Why a follow-up waits whose message may be on its way with others. */
export const inDigest = 'the digest that it is in';

/** The channel of what was notified before a follow-up said by which: the webhook, or the log in its place. */
export const formerChannel = 'webhook';

/** A step that its channel took, or that was given up. */
export interface TakenStep {
  /** The {@link PolicyStep.key}. */
  readonly key: string;
  readonly channel: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  /** Why it was given up; absent where it was taken. */
  readonly failed?: string | undefined;
  /** Whether the channel may have taken it all the same. */
  readonly perhaps?: true | undefined;
}

/** A message that is not sent by itself. */
export interface Gathered {
  readonly channel: string;
  readonly type: 'opened' | 'closed';
  /** The {@link PolicyStep.key}; of a closing the channel's name. */
  readonly key: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  /** The digest that it is frozen in: from then on it may have been sent. */
  readonly digest?: string | undefined;
}

/** The channels that took a step of a follow-up, or may have. */
export function toldChannels({
  taken = [],
  owed = [],
  claim,
  gathered,
}: Pick<FollowUp, 'taken' | 'owed' | 'claim' | 'gathered'>): ReadonlySet<string> {
  const channels = taken.filter(({ failed, perhaps }) => !failed || perhaps).map(({ channel }) => channel);
  if (claim) channels.push(claim.channel ?? formerChannel);
  if (gathered?.digest && gathered.type === 'opened') channels.push(gathered.channel);
  return new Set([...channels, ...owed]);
}

/** Whether somebody was notified of it, or may have been. */
export function perhapsNotified(followUp: FollowUp): boolean {
  const { state, notifiedAt } = followUp;
  return state === 'notified' || notifiedAt !== undefined || toldChannels(followUp).size > 0;
}

/** A follow-up that was suppressed, and is opened by an event once more: its round goes on, and what became of it stays. */
export function openedAgain(before: FollowUp, opened: FollowUp): FollowUp {
  const { round, told, history } = before;
  const owed = [...toldChannels(before)];
  return {
    ...opened,
    round,
    told,
    owed: owed.length > 0 ? owed : undefined,
    history: (opened.history ?? []).reduce<FollowUp['history']>(noted, history),
  };
}

/** What a follow-up has no more once it waits for nothing. */
export const notWaiting = {
  waitingFor: undefined,
  waitingSince: undefined,
  silentSince: undefined,
  tries: undefined,
  undelivered: undefined,
  undeliveredSince: undefined,
} as const satisfies Partial<FollowUp>;

/** Stable for as long as the letter exists, and safe in a URL. */
export function followUpId({ kind, correspondenceId }: Pick<FollowUp, 'kind' | 'correspondenceId'>): string {
  return `${kind}-${correspondenceId}`;
}

const id = new RegExp(`^(${followUpKinds.join('|')})-(${guidPattern})$`);

/** Reads what {@link followUpId} gives; `undefined` for anything else. */
export function parseFollowUpId(
  text: string | undefined,
): Pick<FollowUp, 'kind' | 'correspondenceId'> | undefined {
  const [, kind, correspondenceId] = id.exec(text ?? '') ?? [];
  return correspondenceId ? { kind: kind as FollowUpKind, correspondenceId } : undefined;
}
