import { type FollowUpKind, isWatchdog, type WatchdogKind } from '../../events/catalogue.ts';
import { urnOf } from './kind-schema.ts';
import { parseWait } from './parse-wait.ts';
import type { PolicyStep, Rule, Wait } from './policy.ts';
import type { PolicyContent } from './schema.ts';
import { keysOf } from './step-keys.ts';

type KindContent = NonNullable<PolicyContent['kinds'][FollowUpKind]>;
type StepContent = NonNullable<KindContent['steps']>[number];

/** How long after what it counts from a watchdog opens, where the policy does not say. */
export const usualWatch: Readonly<Record<WatchdogKind, string>> = {
  unread: 'P14D',
  unconfirmed: 'P14D',
  // Altinn asks after a notification for about 8.2 days.
  'no-notification-outcome': 'P9D',
  'not-published': 'PT24H',
};

/** What holds of a kind: of all resources, and of those that have something of their own. `null`: it is not followed up. */
export interface Rules {
  readonly all: Rule | null;
  readonly of: Readonly<Record<string, Rule | null>>;
}

/** The rules of a kind. @param isSystem whether a channel, by its name, reaches no person */
export function rulesOf(
  kind: FollowUpKind,
  { steps, resources = {}, watch }: KindContent,
  isSystem: (name: string) => boolean,
): Rules {
  const watchAfter: Wait | undefined = isWatchdog(kind)
    ? parseWait(watch?.after ?? usualWatch[kind])
    : undefined;
  const ruleOf = (given: readonly StepContent[] | undefined): Rule | null =>
    given && given.length > 0 ? { steps: stepsOf(given, isSystem), ...(watchAfter && { watchAfter }) } : null;
  const all = ruleOf(steps);
  const own = Object.entries(resources).map(([id, { steps }]) => [urnOf(id), ruleOf(steps)] as const);
  if (!watchAfter) return { all, of: Object.fromEntries(own) };
  // Of what is watched for nothing holds but where it is watched.
  const watched = (watch?.resources ?? []).map((id) => [urnOf(id), all] as const);
  return { all: null, of: Object.fromEntries([...watched, ...own]) };
}

function stepsOf(steps: readonly StepContent[], isSystem: (name: string) => boolean): readonly PolicyStep[] {
  const keys = keysOf(steps);
  return steps.map(({ after, channel, atAnyTime = false, nextAtOnceIfFailed = false }, index) => ({
    key: keys[index] as string,
    channel,
    after: parseWait(after),
    atAnyTime: atAnyTime || isSystem(channel),
    nextAtOnceIfFailed,
  }));
}
