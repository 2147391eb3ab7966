import type { Log } from '../signals/log.ts';
import { type Decision, earliest, nextLook } from './decide.ts';
import { type Channels, type DeliverContext, deliver, runOut } from './deliver.ts';
import type { Rank } from './due.ts';
import type { FollowUp } from './follow-up.ts';
import type { Gatherer, Member } from './gatherer.ts';
import type { Held } from './held.ts';
import { noted } from './history.ts';
import type { Policy } from './policy/policy.ts';
import { afterFailure, afterStep, nextStep } from './progress.ts';
import { type Sources, stepOf } from './step.ts';

export interface StepDeps {
  readonly channels: Channels;
  readonly policy: Policy;
  /** Absent where each message goes singly. */
  readonly gatherer?: Gatherer | undefined;
}

/** Milliseconds after which a message that waits for a digest, or is in one, is looked at again, in case that is lost. */
export const gatheredMs = 30 * 60_000;

/** Takes a step whose time has come: sends it, or has it gathered where its channel has had enough of them. */
export async function takeStep(
  held: Held,
  { next, checkedWithAltinn }: Extract<Decision, { do: 'step' }>,
  sources: Sources,
  { channels, policy, gatherer }: StepDeps,
  context: DeliverContext,
): Promise<void> {
  const { step } = next;
  const message = stepOf(held.followUp, sources, { type: 'opening', next, checkedWithAltinn, policy });
  const { data } = message;
  const publishedAt = data.published ?? sources.status.facts.published;
  const wanted = { type: 'opened', key: step.key, channel: step.channel, publishedAt, data } as const;
  if (gatherer && !held.followUp.claim && (await isGathered(held, gatherer, wanted))) return;
  const sent = await deliver(held, step.channel, message, channels, context);
  const { followUp } = held;
  const { kind, correspondenceId: id } = followUp;
  if (sent.ok) {
    const { at, note } = sent;
    const taken = { key: step.key, channel: step.channel, at, note, checkedWithAltinn };
    await finishStep(held, afterStep(followUp, taken), policy);
    tellTaken(context.log, followUp, { step: step.key, channel: step.channel, checkedWithAltinn });
    return;
  }
  const { at, why, perhaps, permanent, delayMs, tries, since } = sent;
  const failure = {
    key: step.key,
    channel: step.channel,
    at,
    failed: why,
    ...(perhaps && { perhaps: true as const }),
  };
  const failed = afterFailure(followUp, failure);
  const following = nextStep(failed, policy);
  const hasWaited = Date.parse(at) - Date.parse(since) >= policy.giveUpAfterMs;
  if (following && following.number > next.number && (permanent || hasWaited)) {
    await finishStep(held, failed, policy);
    context.log.signal('follow-up.step-failed', {
      kind,
      id,
      step: step.key,
      channel: step.channel,
      tries,
      reason: why,
    });
    return;
  }
  const history = noted(followUp.history, {
    at,
    what: 'step-failed',
    step: step.key,
    channel: step.channel,
    note: why,
  });
  const { by } = context;
  const claim = perhaps ? { by, at: runOut, channel: step.channel } : undefined;
  await held.save({ claim, undelivered: tries, undeliveredSince: since });
  // What was notified unchecked need not wait that long for Altinn once more.
  const wait = { for: why, isSilent: checkedWithAltinn === false, isOfChannel: true };
  await held.wait(new Date(Date.parse(at) + delayMs), wait, { history });
}

/** Saves a follow-up whose step is behind it, and when the next one, or the next look, is due. */
export async function finishStep(held: Held, after: FollowUp, policy: Policy): Promise<void> {
  const { at, rank } = dueAfter(after, policy, new Date(held.now()));
  await held.finish(after, at, rank);
}

/** When a follow-up whose step is behind it is due again, if it is, and as what. */
export function dueAfter(
  after: FollowUp,
  policy: Policy,
  now: Date,
): { readonly at: Date | undefined; readonly rank: Rank } {
  const { verified, checkedWithAltinn, state } = after;
  const following = nextStep(after, policy);
  const look = state === 'notified' ? nextLook(after, now) : undefined;
  const at = earliest(following?.at, look);
  const isOfAltinn = verified || checkedWithAltinn;
  const rank: Rank = isOfAltinn ? 'verified-opening' : 'pushed-opening';
  return { at, rank: at && following?.at === at ? rank : 'later' };
}

/** Says that a step was taken: that somebody was notified, or that it went further. */
export function tellTaken(
  log: Log,
  { kind, correspondenceId: id, state }: FollowUp,
  step: { readonly step: string; readonly channel: string; readonly checkedWithAltinn?: boolean | undefined },
): void {
  log.signal(state === 'notified' ? 'follow-up.escalated' : 'follow-up.notified', { kind, id, ...step });
}

/**
 * Has a message gathered where its channel has had enough of them, or it was gathered before.
 * @returns whether it was
 */
export async function isGathered(
  held: Held,
  gatherer: Gatherer,
  { type, key, channel, ...more }: Pick<Member, 'type' | 'key' | 'channel' | 'publishedAt' | 'data'>,
): Promise<boolean> {
  const { kind, correspondenceId, round = 1, gathered, history } = held.followUp;
  const at = held.now();
  const isWaiting = gathered?.type === type && gathered.key === key && !gathered.digest;
  if (!isWaiting && !(await gatherer.isFull(channel, at))) return false;
  const waiting = isWaiting ? gathered : { channel, type, key, at };
  // First of all, so that no message waits that no digest finds.
  await gatherer.add({ ...waiting, kind, correspondenceId, round, ...more }, isWaiting);
  const told = isWaiting ? {} : { history: noted(history, { at, what: 'gathered', step: key, channel }) };
  await held.wait(new Date(Date.parse(at) + gatheredMs), {}, { ...told, gathered: waiting });
  return true;
}
