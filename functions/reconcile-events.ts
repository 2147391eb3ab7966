import type { InvocationContext, Timer } from '@azure/functions';
import type { Subscriptions } from '../shared/altinn/api/subscriptions.ts';
import { isRefusal } from '../shared/altinn/auth/token-error.ts';
import type { Whose } from '../shared/altinn/whose.ts';
import { maxRunMs, type ReconcileDeps, reconcile } from '../shared/reconcile/reconcile.ts';
import { tellSubscribed } from '../shared/reconcile/subscribed.ts';
import { messageOf } from '../shared/runtime/message-of.ts';
import { logTo } from '../shared/signals/log.ts';

interface Deps extends Omit<ReconcileDeps, 'log' | keyof Whose> {
  /** URNs. */
  readonly resources: readonly string[];
  /** Whose events of each resource, one pull each; all of them at once by default, as a service owner sees them. */
  readonly whose?: readonly Whose[];
  /** Asked whether there is a push at all. */
  readonly subscriptions?: Pick<Subscriptions, 'list'> | undefined;
}

/**
 * Pulls what the push missed, resource by resource, until the time is over. One that fails does not keep the others
 * from being repaired; where there is not time for all, the next run begins with another.
 */
export function makeReconcileEvents({ resources, whose = [{}], subscriptions, ...deps }: Deps) {
  const { now = () => new Date() } = deps;
  const all = resources.flatMap((resource) => whose.map((one) => ({ resource, ...one })));
  return async (_timer: Timer, context: InvocationContext): Promise<void> => {
    const log = logTo(context);
    const began = now().getTime();
    const deadline = began + maxRunMs;
    const failed: string[] = [];
    for (const { resource, ...one } of rotated(all, began)) {
      const fields = { resource, subunit: one.subunit };
      if (now().getTime() > deadline) {
        log.signal('reconcile.skipped', { ...fields, reason: 'out of time' });
        continue;
      }
      try {
        const found = await reconcile(resource, { ...deps, ...one, log }, { deadline });
        if (!found) {
          log.signal('reconcile.skipped', { ...fields, reason: 'another instance is at it' });
          continue;
        }
        const { pulled, missing, late, checkpointGone, complete } = found;
        log.signal('reconcile.finished', { ...fields, pulled, missing, late, checkpointGone, complete });
      } catch (error) {
        failed.push(resource);
        const reason = messageOf(error);
        log.signal('reconcile.failed', { ...fields, reason });
        if (isRefusal(error)) log.signal('token.refused', { fault: error.fault, reason });
      }
    }
    if (subscriptions) {
      await tellSubscribed(resources, subscriptions, log).catch((error) =>
        log.signal('subscription.unchecked', { reason: messageOf(error) }),
      );
    }
    if (failed.length > 0) throw new Error(`not reconciled: ${[...new Set(failed)].join(', ')}`);
  };
}

/** The same, beginning with another at another time: each comes first as often, for no schedule is in step with this. */
function rotated<T>(items: readonly T[], now: number): readonly T[] {
  const goldenRatio = (1 + Math.sqrt(5)) / 2;
  const first = Math.floor(((Math.floor(now / 60_000) * goldenRatio) % 1) * items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
