import { type FollowUp, notWaiting, type TakenStep, toldChannels } from './follow-up.ts';
import { noted } from './history.ts';
import type { Policy, PolicyStep, Rule } from './policy/policy.ts';

/** The step that comes next, and when. */
export interface NextStep {
  readonly step: PolicyStep;
  /** Which of the rule's steps it is, from 1, and how many there are. */
  readonly number: number;
  readonly of: number;
  readonly at: Date;
}

/**
 * The step of a follow-up that comes next by a policy, whichever policy those before it were taken by; `undefined` where
 * none is left. What was taken is known by its key, and what the policy has before the last of these is passed over. Where
 * the policy has none of them, as many steps are passed over as were taken.
 */
export function nextStep(
  { kind, resource, taken = [], round = 1, factAt, openedAt }: FollowUp,
  policy: Pick<Policy, 'rule' | 'timeOf'>,
): NextStep | undefined {
  const steps = policy.rule(kind, resource)?.steps ?? [];
  const following = indexAfter(taken, steps);
  const nobodyKnows = taken.length > 0 && taken.every(({ failed }) => failed);
  // What was given up for a step that the policy has no more is not given up after all.
  const index = nobodyKnows ? Math.min(following, steps.length - 1) : following;
  const step = steps[index];
  if (!step) return undefined;
  // A new round counts from when it began.
  const planned = policy.timeOf(step, round > 1 ? openedAt : (factAt ?? openedAt));
  const since = atOnceSince(taken.at(-1), steps);
  // Nobody is disturbed in quiet hours for that either.
  const failedAt = since && policy.timeOf({ ...step, after: { iso: 'PT0S' } }, since);
  const at = failedAt && failedAt < planned ? failedAt : planned;
  return { step, number: index + 1, of: steps.length, at };
}

function indexAfter(taken: readonly TakenStep[], steps: Rule['steps']): number {
  const known = taken.map(({ key }) => steps.findIndex((step) => step.key === key)).filter((at) => at >= 0);
  return known.length > 0 ? Math.max(...known) + 1 : taken.length;
}

/** Since when the next step is due where the last one failed that has it taken at once then. */
function atOnceSince(last: TakenStep | undefined, steps: Rule['steps']): string | undefined {
  const step = steps.find(({ key }) => key === last?.key);
  return last?.failed && step?.nextAtOnceIfFailed ? last.at : undefined;
}

/** What became of a step that its channel took: alone, or in a digest. */
export interface Taken extends TakenStep {
  /** What the channel answered. */
  readonly note?: string | undefined;
  /** Whether Altinn had been asked; absent where it is never asked. */
  readonly checkedWithAltinn?: boolean | undefined;
}

/** What a follow-up is once its channel has taken a step. */
export function afterStep(followUp: FollowUp, { note, checkedWithAltinn, ...taken }: Taken): FollowUp {
  const { key: step, channel, at } = taken;
  return {
    ...followUp,
    ...notWaiting,
    state: 'notified',
    notifiedAt: followUp.notifiedAt ?? at,
    ...(checkedWithAltinn !== undefined && { checkedWithAltinn }),
    taken: [...(followUp.taken ?? []), taken],
    claim: undefined,
    gathered: undefined,
    history: noted(followUp.history, { at, what: 'step', step, channel, note }),
  };
}

/** What a follow-up is once its step was given up, so that the next one comes. */
export function afterFailure(followUp: FollowUp, taken: TakenStep & { readonly failed: string }): FollowUp {
  const { key: step, channel, at, failed } = taken;
  return {
    ...followUp,
    ...notWaiting,
    taken: [...(followUp.taken ?? []), taken],
    claim: undefined,
    gathered: undefined,
    history: noted(followUp.history, { at, what: 'step-failed', step, channel, note: `given up: ${failed}` }),
  };
}

/** What a follow-up is once a channel was told that it is settled. */
export function afterTold(
  followUp: FollowUp,
  {
    channel,
    at,
    note,
  }: { readonly channel: string; readonly at: string; readonly note?: string | undefined },
): FollowUp {
  return {
    ...followUp,
    ...notWaiting,
    told: [...(followUp.told ?? []), channel],
    claim: undefined,
    gathered: undefined,
    history: noted(followUp.history, { at, what: 'told', channel, note }),
  };
}

/** What a follow-up is that is settled, once all channels were told. */
export function afterClosing(
  followUp: FollowUp,
  reason: NonNullable<FollowUp['reason']>,
  at: string,
): FollowUp {
  const history = noted(followUp.history, { at, what: 'closed', note: reason });
  return {
    ...followUp,
    state: 'closed',
    reason,
    closedAt: at,
    claim: undefined,
    gathered: undefined,
    history,
  };
}

/** The channels that were told of a follow-up, or may have been, and not yet that it is settled. */
export function untold(followUp: FollowUp): readonly string[] {
  const { told = [] } = followUp;
  return [...toldChannels(followUp)].filter((channel) => !told.includes(channel));
}
