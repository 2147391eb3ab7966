import type { FollowUpKind } from '../../shared/events/catalogue.ts';
import type { Policy, PolicyStep, Rule } from '../../shared/follow-ups/policy/policy.ts';
import { parseDuration } from '../../shared/runtime/duration.ts';

/** The channel and the ISO 8601 duration after which its step comes, and what else it says. */
export type StepGiven = readonly [channel: string, after: string, more?: Partial<PolicyStep>];

/** A policy of these kinds, with exact durations and no quiet hours. */
export function policyOf(
  kinds: Partial<Record<FollowUpKind, readonly StepGiven[]>>,
  more: Partial<Policy> = {},
): Policy {
  const rules = new Map(Object.entries(kinds).map(([kind, steps]) => [kind, ruleOf(steps)]));
  const names = Object.values(kinds).flatMap((steps) => steps.map(([channel]) => channel));
  return {
    hash: JSON.stringify(kinds),
    kinds: new Set(Object.keys(kinds) as FollowUpKind[]),
    channels: new Map(names.map((name) => [name, { name, type: 'webhook', options: {} }])),
    quietHours: undefined,
    giveUpAfterMs: 4 * 3_600_000,
    linkTemplate: undefined,
    rule: (kind) => rules.get(kind),
    timeOf: ({ after }, factAt) => new Date(Date.parse(factAt) + 1_000 * secondsOf(after)),
    ...more,
  };
}

function ruleOf(given: readonly StepGiven[]): Rule {
  const seen = new Map<string, number>();
  const steps = given.map(([channel, iso, more]) => {
    const count = (seen.get(channel) ?? 0) + 1;
    seen.set(channel, count);
    const key = count === 1 ? channel : `${channel}-${count}`;
    return { key, channel, after: { iso }, atAnyTime: true, nextAtOnceIfFailed: false, ...more };
  });
  return { steps };
}

function secondsOf(after: PolicyStep['after']): number {
  return ('iso' in after ? parseDuration(after.iso) : undefined) ?? 0;
}
