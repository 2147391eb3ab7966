import { type DeliverContext, deliver, findChannel, runOut } from './deliver.ts';
import type { FollowUp } from './follow-up.ts';
import type { Held } from './held.ts';
import { noted } from './history.ts';
import { afterClosing, afterTold, untold } from './progress.ts';
import { type Sources, stepOf } from './step.ts';
import { isGathered, type StepDeps } from './take-step.ts';

/** Milliseconds that a closing is tried at the least: nothing takes its place. */
const closingMs = 7 * 24 * 60 * 60_000;

/**
 * Tells each channel that was told of a follow-up, or may have been, that it is settled; then the follow-up is closed. One
 * that cannot be reached keeps none of the others waiting.
 */
export async function tellClosing(
  held: Held,
  reason: NonNullable<FollowUp['reason']>,
  sources: Sources,
  { channels, policy, gatherer }: StepDeps,
  context: DeliverContext,
): Promise<void> {
  const { log } = context;
  const { kind, correspondenceId: id, state } = held.followUp;
  const finish = async (told: FollowUp) => {
    // By a person, before.
    if (state === 'closed') return held.finish({ ...told, reason, claim: undefined, gathered: undefined });
    await held.finish(afterClosing(told, reason, held.now()));
    log.signal('follow-up.closed', { kind, id, reason });
  };
  let again: { readonly at: Date; readonly why: string } | undefined;
  // Those that have closings gathered come last: what waits for a digest waits alone.
  const isGathering = (name: string) => Number(channels.get(name)?.sendDigest !== undefined);
  const names = [...untold(held.followUp)].sort((a, b) => isGathering(a) - isGathering(b));
  for (const name of names) {
    const channel = findChannel(channels, name);
    if (!channel || channel.tellsNoClosing) {
      await held.save(
        afterTold(held.followUp, {
          channel: name,
          at: held.now(),
          note: channel ? 'is told of no closing' : 'is not there any more',
        }),
      );
      continue;
    }
    const message = stepOf(held.followUp, sources, {
      type: 'closing',
      reason,
      channel: name,
      at: held.now(),
      policy,
    });
    const wanted = { type: 'closed', key: name, channel: name, data: message.data } as const;
    if (gatherer && !held.followUp.claim && (await isGathered(held, gatherer, wanted))) return;
    const sent = await deliver(held, name, message, channels, context);
    const { at } = sent;
    if (sent.ok) {
      const told = afterTold(held.followUp, { channel: name, at, note: sent.note });
      // The last one is saved with the closing.
      if (name === names.at(-1) && !again) return finish(told);
      await held.save(told);
      continue;
    }
    const { why, tries, since, delayMs } = sent;
    if (Date.parse(at) - Date.parse(since) >= Math.max(closingMs, policy.giveUpAfterMs)) {
      await held.save(afterTold(held.followUp, { channel: name, at, note: `given up: ${why}` }));
      log.signal('follow-up.step-failed', { kind, id, step: 'closing', channel: name, tries, reason: why });
      continue;
    }
    const history = noted(held.followUp.history, { at, what: 'step-failed', channel: name, note: why });
    const claim = { by: context.by, at: runOut, channel: name };
    await held.save({ claim, undelivered: tries, undeliveredSince: since, history });
    again = { at: new Date(Date.parse(at) + delayMs), why };
  }
  if (again) return held.wait(again.at, { for: again.why, isOfChannel: true });
  await finish(held.followUp);
}
