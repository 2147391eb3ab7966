import { keyOf, type Table } from '../../storage/table.ts';
import type { Channels } from '../deliver.ts';
import type { Gatherer } from '../gatherer.ts';
import type { Policy } from '../policy/policy.ts';
import type { Waiting } from './waiting.ts';

interface Deps {
  /** The table `digests`. */
  readonly table: Pick<Table, 'get' | 'insert' | 'replace'>;
  readonly waiting: Pick<Waiting, 'of'>;
  readonly policy: Pick<Policy, 'channels'>;
  readonly channels: Channels;
}

interface Hour {
  /** `2026-11-21T11`, in UTC. */
  readonly hour: string;
  /** How many messages it has had. */
  readonly count: number;
}

const partitionKey = 'hour';

/**
 * Counts the messages of each channel that has a ceiling, by hours of the clock. Above it a channel is full until the hour
 * is over; and in the next one for as long as messages of the last one wait, lest a later message overtake them. Two table
 * operations while there is room, one when a new hour begins on top of that, and none once an instance has seen that it is
 * full.
 */
export function makeIsFull({ table, waiting, policy, channels }: Deps): Gatherer['isFull'] {
  /** By channel, the hour in which it is full: in that hour it stays so. */
  const full = new Map<string, string>();
  return async (channel, at) => {
    const perHour = policy.channels.get(channel)?.perHour;
    if (perHour === undefined || !channels.get(channel)?.sendDigest) return false;
    const hour = at.slice(0, 13);
    if (full.get(channel) === hour) return true;
    const rowKey = keyOf(channel);
    for (;;) {
      const stored = await table.get<Hour>(partitionKey, rowKey);
      const count = stored?.hour === hour ? stored.count : 0;
      if (count >= perHour) {
        full.set(channel, hour);
        return true;
      }
      const isNew = stored !== undefined && count === 0;
      if (isNew && (await anyWaits(waiting, channel))) return true;
      const row = { partitionKey, rowKey, hour, count: count + 1 };
      // Where somebody else was faster there is perhaps no room any more.
      if (stored ? await table.replace(row, stored.etag) : await table.insert(row)) return false;
    }
  };
}

async function anyWaits(waiting: Pick<Waiting, 'of'>, channel: string): Promise<boolean> {
  const found = await Promise.all(
    (['opened', 'closed'] as const).map((type) => waiting.of({ channel, type }, 1)),
  );
  return found.flat().length > 0;
}
