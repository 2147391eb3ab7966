import type { Subscriptions } from '../altinn/api/subscriptions.ts';
import type { Log } from '../signals/log.ts';

/**
 * Says of each resource whether a subscription to its events is validated: without one nothing is pushed.
 * @throws AltinnError, TokenError
 */
export async function tellSubscribed(
  resources: readonly string[],
  subscriptions: Pick<Subscriptions, 'list'>,
  log: Log,
): Promise<void> {
  const all = await subscriptions.list();
  for (const resource of resources) {
    const ours = all.filter(({ resourceFilter }) => resourceFilter?.toLowerCase() === resource);
    const validated = ours.filter((each) => each.validated).length;
    const unvalidated = ours.length - validated;
    log.signal('subscription.checked', { resource, validated, unvalidated, absent: validated === 0 });
  }
}
