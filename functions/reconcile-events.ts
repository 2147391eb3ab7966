import type { InvocationContext, Timer } from '@azure/functions';
import { maxRunMs, type ReconcileDeps, reconcile } from '../shared/reconcile/reconcile.ts';
import { logTo, messageOf } from '../shared/runtime/log.ts';

interface Deps extends Omit<ReconcileDeps, 'log'> {
  /** URNs. */
  readonly resources: readonly string[];
}

/** Pulls what the push missed, resource by resource. One that fails does not keep the others from being repaired. */
export function makeReconcileEvents({ resources, ...deps }: Deps) {
  return async (_timer: Timer, context: InvocationContext): Promise<void> => {
    const log = logTo(context);
    const deadline = Date.now() + maxRunMs;
    const failed: string[] = [];
    for (const resource of resources) {
      try {
        const found = await reconcile(resource, { ...deps, log }, { deadline });
        if (!found) {
          log.info('not reconciled: another instance is at it', { resource });
          continue;
        }
        const { pulled, missing, checkpointGone, complete } = found;
        const report = missing > 0 ? log.warn : log.info;
        report('reconciled', { resource, pulled, missing, checkpointGone, complete });
      } catch (error) {
        failed.push(resource);
        log.error('not reconciled', { resource, reason: messageOf(error) });
      }
    }
    if (failed.length > 0) throw new Error(`not reconciled: ${failed.join(', ')}`);
  };
}
