import { setTimeout as delay } from 'node:timers/promises';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import {
  requestOf,
  type Subscription,
  type Subscriptions,
} from '../../../shared/altinn/api/subscriptions.ts';
import { redactAddress } from '../../../shared/runtime/sanitize.ts';
import type { Cli } from '../cli.ts';
import { clock } from '../timing.ts';

/**
 * Waits until Altinn has validated subscriptions, for eight minutes at most. Where that was missed, the same request
 * is sent once more shortly before the end, which makes Altinn try again at once.
 * @returns the subscriptions as they are in the end
 */
export async function waitForValidation(
  made: readonly Subscription[],
  subscriptions: Pick<Subscriptions, 'get' | 'create'>,
  { timing, output }: Pick<Cli, 'timing' | 'output'>,
): Promise<Subscription[]> {
  const start = Date.now();
  const state = new Map(made.map((subscription) => [subscription.id, subscription]));
  let resent = false;
  for (;;) {
    const waiting = [...state.values()].filter(({ validated }) => !validated);
    const passed = Date.now() - start;
    if (waiting.length === 0 || passed > timing.validation) return [...state.values()];
    if (!resent && passed > timing.resend) {
      resent = true;
      output.note('Not validated yet: the same request is sent again, so that Altinn tries at once.');
      for (const subscription of waiting) await subscriptions.create(requestOf(subscription));
    }
    output.progress(`${describe(waiting)} (${clock(passed)} of ${clock(timing.validation)})`);
    await delay(timing.poll);
    for (const { id } of waiting) {
      const now = await lookAt(id, subscriptions);
      if (now) state.set(id, now);
    }
  }
}

/** A look that fails for the moment is worth another one. */
async function lookAt(id: number, { get }: Pick<Subscriptions, 'get'>): Promise<Subscription | undefined> {
  try {
    return await get(id);
  } catch (error) {
    if (error instanceof AltinnError && error.transient) return undefined;
    throw error;
  }
}

function describe(waiting: readonly Subscription[]): string {
  const [first] = waiting;
  const ids = waiting.map(({ id }) => id).join(', ');
  return `Waiting for Altinn to validate ${ids}: its validation event must be answered with 200 by ${redactAddress(first?.endPoint ?? '')}`;
}
