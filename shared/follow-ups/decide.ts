import { type Fact, isWatchdog, settlingFacts } from '../events/catalogue.ts';
import { compareTimes } from '../events/time.ts';
import type { Status } from '../tracking/status.ts';
import { calledFor } from './called-for.ts';
import { type FollowUp, perhapsNotified } from './follow-up.ts';
import type { Policy } from './policy/policy.ts';
import { watchUntil } from './policy/watch-until.ts';
import { type NextStep, nextStep } from './progress.ts';
import type { Answer } from './question.ts';

/** Milliseconds after which an unsettled follow-up that was notified is looked at again, in case its closing was lost. */
export const looksMs = [1, 7, 30].map((days) => days * 24 * 60 * 60_000);

/** Milliseconds until Altinn is asked again that did not answer; the last one is repeated. */
const silentMs = [60_000, 120_000, 300_000, 600_000, 1_800_000];

/** The longest that Altinn can put a question off, in milliseconds. */
const maxRetryAfterMs = 3_600_000;

/** Milliseconds until Altinn is asked again about a closing event that it does not bear out: a confirmation takes seconds. */
const unconfirmedMs = [10_000, 30_000, 60_000, 300_000];

/**
 * Milliseconds until it is looked again whether the pull, hourly by default, has brought the event that opens a follow-up
 * of which no list tells the due date, and for how long. What it has not brought by then is disputed.
 */
const unpulledMs = [
  { forMs: 24 * 60 * 60_000, delayMs: 30 * 60_000 },
  { forMs: 8 * 24 * 60 * 60_000, delayMs: 6 * 60 * 60_000 },
];

export type Decision =
  /** Its time has not come, or something has to come first. */
  | { readonly do: 'wait'; readonly until: Date; readonly for?: string; readonly isSilent?: true }
  | { readonly do: 'suppress'; readonly reason: NonNullable<FollowUp['reason']> }
  /** @property checkedWithAltinn absent where Altinn is never asked */
  | { readonly do: 'step'; readonly next: NextStep; readonly checkedWithAltinn?: boolean }
  | { readonly do: 'close'; readonly reason: NonNullable<FollowUp['reason']> }
  | { readonly do: 'dispute'; readonly why: string }
  /** Notified, and unsettled still: looked at again, unless that was the last time. */
  | { readonly do: 'look'; readonly at: Date | undefined };

/** What a decision rests on. */
export interface Known {
  /** What the timeline adds up to: with credentials it only says whether it is worth while to ask again. */
  readonly facts: Status['facts'];
  /** Altinn's; absent where Altinn is never asked. */
  readonly answer: Answer | undefined;
  /** Milliseconds until an unsettled letter is notified though Altinn did not answer. */
  readonly maxWaitMs: number;
  readonly graceMs: number;
  /** From when on what is due is notified, RFC 3339. */
  readonly since: string;
  readonly policy: Pick<Policy, 'rule' | 'timeOf'>;
}

/**
 * What a follow-up calls for now. With credentials that rests on Altinn's answer alone: no event that was pushed opens,
 * suppresses or closes anything. It does not matter what had it checked, nor how often.
 */
export function decide(followUp: FollowUp, known: Known, now: Date): Decision {
  const { answer, facts } = known;
  if (!answer) {
    return settle(followUp, settledBy(followUp.kind, facts)) ?? goOn(followUp, known, now);
  }
  if (answer.is === 'silent') return waitForAltinn(followUp, known, answer, now);
  if (answer.is === 'disputed') return { do: 'dispute', why: answer.why };

  const settled = settle(followUp, settledBy(followUp.kind, answer.facts));
  if (settled) return settled;
  const asked = followUp.waitingFor === unconfirmed ? (followUp.tries ?? 0) : 0;
  const delayMs = unconfirmedMs[asked];
  if (settledBy(followUp.kind, facts) && delayMs !== undefined) {
    return { do: 'wait', until: after(now, delayMs), for: unconfirmed };
  }
  return notCalledFor(followUp, answer, known, now) ?? goOn(followUp, known, now, true);
}

/** What suppresses a follow-up by what Altinn answered before: once it said that something happened, that holds. */
export function suppressedBy(followUp: FollowUp, { facts, knownBy }: Status): Fact | undefined {
  if (perhapsNotified(followUp)) return undefined;
  const asked = Object.entries(facts).filter(([fact]) => knownBy[fact as Fact] === 'asked');
  return settledBy(followUp.kind, Object.fromEntries(asked));
}

/** Why a recipient's follow-up is disputed that only a push has opened. */
const unpulled =
  'no pull brought the event that opens it: a forged event, or one of a subunit that ALTINN_SUBUNITS does not name';

/** Why a follow-up waits whose letter is settled by an event, and not at Altinn. */
export const unconfirmed = 'Altinn to bear out an event that settles it';

/** Why a follow-up waits that has no step. */
export const unnamed = 'the policy to name its kind';

/** Closes or suppresses what is settled. */
function settle(followUp: FollowUp, reason: Fact | undefined): Decision | undefined {
  if (!reason) return undefined;
  return perhapsNotified(followUp) ? { do: 'close', reason } : { do: 'suppress', reason };
}

/** Takes the step whose time has come, or waits for the next one, or for the next look. */
function goOn(followUp: FollowUp, { graceMs, policy }: Known, now: Date, asked = false): Decision {
  const { openedAt, claim, snoozedUntil, state } = followUp;
  const notBefore = after(new Date(openedAt), graceMs);
  const isNotified = state === 'notified';
  if (!claim && !isNotified && notBefore > now) return { do: 'wait', until: notBefore };
  if (snoozedUntil && snoozedUntil > now.toISOString()) return { do: 'wait', until: new Date(snoozedUntil) };
  const next = nextStep(followUp, policy);
  if (next && next.at <= now) return { do: 'step', next, ...(asked && { checkedWithAltinn: true }) };
  if (isNotified) return { do: 'look', at: earliest(next?.at, nextLook(followUp, now)) };
  if (next) return { do: 'wait', until: next.at };
  // Its kind was taken out of the policy, and may come back.
  const look = nextLook(followUp, now);
  return look ? { do: 'wait', until: look, for: unnamed } : { do: 'suppress', reason: 'notInPolicy' };
}

/** When a follow-up that was notified is looked at again, though no step is due. */
export function nextLook({ notifiedAt, openedAt }: FollowUp, now: Date): Date | undefined {
  const since = Date.parse(notifiedAt ?? openedAt);
  const next = looksMs.find((ms) => since + ms > now.getTime());
  return next === undefined ? undefined : new Date(since + next);
}

/** The earlier of two moments, of which each may be absent. */
export function earliest(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a && b ? (a < b ? a : b) : (a ?? b);
}

function waitForAltinn(
  followUp: FollowUp,
  { facts, maxWaitMs, policy }: Known,
  { why, retryAfterMs = 0 }: Extract<Answer, { is: 'silent' }>,
  now: Date,
): Decision {
  const { state, kind, silentSince, snoozedUntil, tries = 0 } = followUp;
  const isSnoozed = snoozedUntil !== undefined && snoozedUntil > now.toISOString();
  const waited = silentSince ? now.getTime() - Date.parse(silentSince) : 0;
  const next = state === 'disputed' ? undefined : nextStep(followUp, policy);
  if (waited >= maxWaitMs && next && next.at <= now && !isSnoozed && !settledBy(kind, facts)) {
    return { do: 'step', next, checkedWithAltinn: false };
  }
  return {
    do: 'wait',
    until: after(now, silentDelay(silentSince ? tries : 0, retryAfterMs)),
    for: why,
    isSilent: true,
  };
}

/** Milliseconds until Altinn is asked again that has not answered so many times before, and asks for so long a wait. */
export function silentDelay(tries: number, retryAfterMs = 0): number {
  const backOffMs = silentMs[Math.min(tries, silentMs.length - 1)] as number;
  return Math.max(backOffMs, Math.min(retryAfterMs, maxRetryAfterMs));
}

/** What is not so at Altinn, or not yet, calls for nothing now; nothing where it does, or was notified before. */
function notCalledFor(
  { kind, claim, openedAt, state, resource, round = 1 }: FollowUp,
  answer: Extract<Answer, { is: 'known' }>,
  { graceMs, since, policy }: Known,
  now: Date,
): Decision | undefined {
  if (claim || state === 'notified') return undefined;
  const until = watchUntil(policy, kind, resource);
  const said = calledFor(kind, answer, now, until);
  // What a person has reopened is wanted, however old.
  const isOld = (time: string | undefined) => round === 1 && Date.parse(time ?? '') < Date.parse(since);
  switch (said.is) {
    case 'not-borne-out': {
      const delayMs = unpulledMs.find(({ forMs }) => now.getTime() - Date.parse(openedAt) < forMs)?.delayMs;
      if (delayMs === undefined) return { do: 'dispute', why: unpulled };
      return { do: 'wait', until: after(now, delayMs), for: 'the pull to bring the event that opens it' };
    }
    case 'not-called-for':
      // That is not Altinn's word where the policy does not name the kind: it waits for that, as any other does.
      return isWatchdog(kind) && !until ? undefined : { do: 'suppress', reason: 'notCalledFor' };
    case 'too-early':
      return isOld(said.until)
        ? { do: 'suppress', reason: 'beforeFollowUpSince' }
        : { do: 'wait', until: after(new Date(said.until), graceMs), for: said.for };
    case 'called-for':
      return isOld(said.since) ? { do: 'suppress', reason: 'beforeFollowUpSince' } : undefined;
  }
}

/** The earliest of the facts that settle a follow-up of a kind, if any holds. */
export function settledBy(kind: FollowUp['kind'], facts: Status['facts']): Fact | undefined {
  const time = (fact: Fact) => facts[fact] as string;
  return settlingFacts(kind)
    .filter((fact) => facts[fact])
    .sort((a, b) => compareTimes(time(a), time(b)))[0];
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
