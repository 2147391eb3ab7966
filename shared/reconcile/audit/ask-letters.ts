import type { Correspondence } from '../../altinn/api/correspondence.ts';
import { compareTimes, utc } from '../../events/time.ts';
import type { Said } from './compare.ts';
import { isStatus } from './statuses.ts';

/**
 * What Altinn says of a letter when it is asked about it alone: each status with the first of its times. A letter that
 * Altinn does not show says nothing.
 */
export async function askLetter(
  id: string,
  { details }: Pick<Correspondence, 'details'>,
  once?: Parameters<Correspondence['details']>[1],
): Promise<Said[]> {
  const answer = await details(id, once);
  const history = 'statusHistory' in answer ? (answer.statusHistory ?? []) : [];
  const said = new Map<string, Said>();
  for (const { status, statusChanged } of history) {
    if (!isStatus(status)) continue;
    const time = utc(statusChanged ?? '');
    const before = said.get(status)?.time;
    if (!said.has(status) || (time && before && compareTimes(time, before) < 0))
      said.set(status, { status, time });
  }
  return [...said.values()];
}
