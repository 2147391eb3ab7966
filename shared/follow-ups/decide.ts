import { type Fact, settlingFacts } from '../events/catalogue.ts';
import { compareTimes } from '../events/time.ts';
import type { Status } from '../tracking/status.ts';
import { calledFor } from './called-for.ts';
import { type FollowUp, perhapsNotified } from './follow-up.ts';
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
  | { readonly do: 'open'; readonly checkedWithAltinn?: boolean }
  | { readonly do: 'close'; readonly reason: Fact }
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
}

/**
 * What a follow-up calls for now. With credentials that rests on Altinn's answer alone: no event that was pushed opens,
 * suppresses or closes anything. It does not matter what had it checked, nor how often.
 */
export function decide(followUp: FollowUp, known: Known, now: Date): Decision {
  const { answer, facts } = known;
  if (!answer)
    return settle(followUp, settledBy(followUp.kind, facts), now) ?? openOrWait(followUp, known, now);
  if (answer.is === 'silent') return waitForAltinn(followUp, known, answer, now);
  if (answer.is === 'disputed') return { do: 'dispute', why: answer.why };

  const settled = settle(followUp, settledBy(followUp.kind, answer.facts), now);
  if (settled && settled.do !== 'look') return settled;
  const asked = followUp.waitingFor === unconfirmed ? (followUp.tries ?? 0) : 0;
  const delayMs = unconfirmedMs[asked];
  if (settledBy(followUp.kind, facts) && delayMs !== undefined) {
    return { do: 'wait', until: after(now, delayMs), for: unconfirmed };
  }
  if (settled) return settled;
  return notCalledFor(followUp, answer, known, now) ?? openOrWait(followUp, known, now, true);
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

/** Closes or suppresses what is settled, and looks again at what was notified; nothing for what is open and unsettled. */
function settle(followUp: FollowUp, reason: Fact | undefined, now: Date): Decision | undefined {
  if (reason) return perhapsNotified(followUp) ? { do: 'close', reason } : { do: 'suppress', reason };
  if (followUp.state !== 'notified') return undefined;
  const since = Date.parse(followUp.notifiedAt ?? followUp.openedAt);
  const next = looksMs.find((ms) => since + ms > now.getTime());
  return { do: 'look', at: next === undefined ? undefined : new Date(since + next) };
}

function openOrWait({ openedAt, claim }: FollowUp, { graceMs }: Known, now: Date, asked = false): Decision {
  const notBefore = after(new Date(openedAt), graceMs);
  if (!claim && notBefore > now) return { do: 'wait', until: notBefore };
  return { do: 'open', ...(asked && { checkedWithAltinn: true }) };
}

function waitForAltinn(
  followUp: FollowUp,
  { facts, maxWaitMs }: Known,
  { why, retryAfterMs = 0 }: Extract<Answer, { is: 'silent' }>,
  now: Date,
): Decision {
  const { state, kind, silentSince, tries = 0 } = followUp;
  const waited = silentSince ? now.getTime() - Date.parse(silentSince) : 0;
  if (waited >= maxWaitMs && state === 'open' && !settledBy(kind, facts)) {
    return { do: 'open', checkedWithAltinn: false };
  }
  const backOffMs = silentMs[Math.min(silentSince ? tries : 0, silentMs.length - 1)] as number;
  return {
    do: 'wait',
    until: after(now, Math.max(backOffMs, Math.min(retryAfterMs, maxRetryAfterMs))),
    for: why,
    isSilent: true,
  };
}

/** What is not so at Altinn, or not yet, calls for nothing now; nothing where it does. */
function notCalledFor(
  { kind, claim, openedAt }: FollowUp,
  answer: Extract<Answer, { is: 'known' }>,
  { graceMs, since }: Known,
  now: Date,
): Decision | undefined {
  if (claim) return undefined;
  const said = calledFor(kind, answer, now);
  switch (said.is) {
    case 'not-borne-out': {
      const delayMs = unpulledMs.find(({ forMs }) => now.getTime() - Date.parse(openedAt) < forMs)?.delayMs;
      if (delayMs === undefined) return { do: 'dispute', why: unpulled };
      return { do: 'wait', until: after(now, delayMs), for: 'the pull to bring the event that opens it' };
    }
    case 'not-called-for':
      return { do: 'suppress', reason: 'notCalledFor' };
    case 'too-early':
      return isBefore(said.until, since)
        ? { do: 'suppress', reason: 'beforeFollowUpSince' }
        : { do: 'wait', until: after(new Date(said.until), graceMs), for: said.for };
    case 'called-for':
      return isBefore(said.since, since) ? { do: 'suppress', reason: 'beforeFollowUpSince' } : undefined;
  }
}

function isBefore(time: string | undefined, since: string): boolean {
  return time !== undefined && Date.parse(time) < Date.parse(since);
}

/** The earliest of the facts that settle a follow-up of a kind, if any holds. */
function settledBy(kind: FollowUp['kind'], facts: Status['facts']): Fact | undefined {
  const time = (fact: Fact) => facts[fact] as string;
  return settlingFacts(kind)
    .filter((fact) => facts[fact])
    .sort((a, b) => compareTimes(time(a), time(b)))[0];
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
