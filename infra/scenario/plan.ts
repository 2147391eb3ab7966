import type { Case } from './cases.ts';
import type { Evidence, PolicyInForce } from './play.ts';
import { hoursOf, type StoryStep } from './policies.ts';

/** A step that a policy has, and what there is to say about when it is to be taken. Times are simulated milliseconds. */
interface PlannedStep {
  readonly channel: string;
  /** By its channel and from the second one on by which. */
  readonly step: string;
  /** Whether it is the first one, or the one before it may have failed for good, so that it is taken at once. */
  readonly follows: 'nothing' | 'a step that may fail' | 'a step';
  readonly at: number;
}

const hourMs = 3600_000;
/** What a follow-up waits for before it acts. */
export const graceMs = 30 * 60_000;

/** The steps that a policy has for a case, each with its time. */
export function stepsBy({ kinds }: PolicyInForce, { kind, from, openedAt }: Case): PlannedStep[] {
  const steps = kinds[kind]?.steps ?? [];
  return steps.map(({ after, channel }, index) => {
    const before = steps.slice(0, index);
    const count = before.filter((one) => one.channel === channel).length + 1;
    return {
      channel,
      step: count === 1 ? channel : `${channel}-${count}`,
      follows: followsWhat(before.at(-1)),
      at: Math.max(from + hoursOf(after) * hourMs, openedAt + graceMs),
    };
  });
}

function followsWhat(before: StoryStep | undefined): PlannedStep['follows'] {
  if (!before) return 'nothing';
  return before.nextAtOnceIfFailed ? 'a step that may fail' : 'a step';
}

/** The policy that was in force at a time. */
export function policyAt({ policies }: Evidence, time: number): PolicyInForce {
  return policies.findLast(({ since }) => since <= time) ?? (policies[0] as PolicyInForce);
}

/** The times in which nothing could be done: the receiver was away, or Altinn was. */
function standstills({ kills, starts, silence }: Evidence) {
  const away = kills.map((from) => ({ from, until: starts.find((start) => start >= from) ?? from }));
  return [...away, { from: silence.from, until: silence.until }].sort((a, b) => a.from - b.from);
}

/**
 * By when a step is taken at the latest that is due at a time. What was in hand at a standstill comes again when its message
 * does, or its lease is over; and while time flies, a timer's interval is longer than the timer says.
 */
export function latest(time: number, evidence: Evidence): number {
  const flyingMs = evidence.timeScale * 1000;
  const slackMs = 2 * hourMs + flyingMs;
  let at = time + slackMs;
  for (const { from, until } of standstills(evidence))
    if (time <= until && from <= at) at = Math.max(at, until + slackMs);
  return at;
}
