import type { Temporal } from 'temporal-polyfill';
import type { Policy, PolicyStep, Rule, Wait } from './policy.ts';
import { addWait, inOslo, quietBecause } from './step-time.ts';
import { dayOff } from './working-days.ts';

/** When a step is taken, and why then. */
export interface ExplainedStep {
  readonly step: PolicyStep;
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly why: readonly string[];
}

/**
 * What a rule has happen about a letter that nothing settles.
 * @param factAt when the fact happened that it counts from, RFC 3339
 */
export function explainRule(
  { steps, watchAfter }: Rule,
  policy: Pick<Policy, 'quietHours' | 'timeOf'>,
  factAt: string,
): { readonly opensAt: string | undefined; readonly steps: readonly ExplainedStep[] } {
  const opensAt = watchAfter && addWait(factAt, watchAfter).toISOString();
  const from = opensAt ?? factAt;
  return { opensAt, steps: steps.map((step) => explainStep(step, policy, from)) };
}

function explainStep(
  step: PolicyStep,
  { quietHours, timeOf }: Pick<Policy, 'quietHours' | 'timeOf'>,
  from: string,
): ExplainedStep {
  const waited = addWait(from, step.after);
  const at = timeOf(step, from);
  const why = [waitedFor(step.after)];
  if ('workingDays' in step.after) why.push(...passedOver(inOslo(from), inOslo(waited.toISOString())));
  const planned = inOslo(waited.toISOString());
  const quiet = quietHours && quietBecause(planned.toPlainDateTime(), quietHours);
  if (quiet) {
    const time = `${planned.toPlainDate()} ${planned.toPlainTime().toString({ smallestUnit: 'minute' })}`;
    why.push(step.atAnyTime ? `in spite of ${quiet}` : `moved from ${time}, for ${quiet}`);
    if (!step.atAnyTime) why.push(...passedOver(planned, inOslo(at.toISOString())));
  }
  return { step, at: at.toISOString(), why };
}

function waitedFor(wait: Wait): string {
  if ('iso' in wait) return /^P(T?0[WDHMS])+$/.test(wait.iso) ? 'at once' : `after ${wait.iso}`;
  return `after ${wait.workingDays} working day${wait.workingDays === 1 ? '' : 's'}`;
}

/** The public holidays after one day and before another. */
function passedOver(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): string[] {
  const passed: string[] = [];
  for (
    let day = from.toPlainDate().add({ days: 1 });
    day.until(to.toPlainDate()).sign > 0;
    day = day.add({ days: 1 })
  ) {
    const name = dayOff(day);
    if (name && name !== 'Saturday' && name !== 'Sunday') passed.push(`${day} is ${name}`);
  }
  return passed.length > 0 ? [`over ${passed.join(', ')}`] : [];
}
