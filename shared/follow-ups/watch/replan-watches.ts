import { eachAtOnce } from '../../runtime/at-once.ts';
import type { Policy } from '../policy/policy.ts';
import { watchUntil } from '../policy/watch-until.ts';
import type { Watches } from './watches.ts';

interface Deps {
  readonly watches: Pick<Watches, 'add' | 'page' | 'remove'>;
  readonly policy: Pick<Policy, 'rule' | 'timeOf'>;
  /** About how many are read at once. */
  readonly max?: number | undefined;
}

/** How many are moved at the same moment. */
const atOnce = 16;

/**
 * Brings forward what a changed policy has looked at earlier than it was noted for. What it has looked at later, or no
 * more, is found out when its time comes. Only adds, then removes: it may be begun anew at any time.
 * @param position where the call before ended; from the start without
 * @returns where the next call goes on; `undefined` when all is done
 */
export async function replanWatches(
  { watches, policy, max = 500 }: Deps,
  position?: string,
): Promise<string | undefined> {
  const page = await watches.page(position, max);
  await eachAtOnce(page.watches, atOnce, async (watch) => {
    const at = watchUntil(policy, watch.kind, watch.resource)?.(watch.from).toISOString();
    if (at === undefined || at >= watch.at) return;
    await watches.add({ ...watch, at });
    await watches.remove(watch);
  });
  return page.next;
}
