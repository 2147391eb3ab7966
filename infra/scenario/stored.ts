import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import type { FollowUp } from '../../shared/follow-ups/follow-up.ts';
import type { TimelineEntry } from '../../shared/tracking/status.ts';

export interface StoredEvent extends TimelineEntry {
  /** The id of the letter, attachment or notification order. */
  readonly about: string;
  readonly via: string;
  /** As it came. */
  readonly event: string;
}

/** What the receiver has in storage. */
export interface Stored {
  readonly events: readonly StoredEvent[];
  readonly followUps: readonly FollowUp[];
  readonly parked: readonly { readonly reason: string; readonly eventId: string | undefined }[];
}

/** Reads the tables themselves, without the receiver. */
export async function readStored(connectionString: string): Promise<Stored> {
  const rows = await rowsOf(connectionString, 'timeline');
  const isFollowUp = ({ rowKey }: Row) => rowKey.startsWith('follow-up:');
  return {
    events: rows
      .filter((row) => !isFollowUp(row))
      .map((row) => ({ ...row, about: row.partitionKey }) as unknown as StoredEvent),
    followUps: rows
      .filter(isFollowUp)
      .map((row) => ({ ...row, correspondenceId: row.partitionKey }) as unknown as FollowUp),
    parked: (await rowsOf(connectionString, 'deadletters')).map(({ reason = '', raw = '' }) => ({
      reason,
      eventId: eventIdOf(raw),
    })),
  };
}

const queues = ['correspondence-events', 'follow-ups'].flatMap((name) => [name, `${name}-poison`]);

/** How many messages are on the queues, hidden ones included. */
export async function countMessages(
  connectionString: string,
  names: readonly string[] = queues,
): Promise<number> {
  const service = QueueServiceClient.fromConnectionString(connectionString);
  const counts = await Promise.all(
    names.map(async (name) => {
      const count = async () => (await service.getQueueClient(name).getProperties()).approximateMessagesCount;
      return (await orAbsent(count)) ?? 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The id of the last event that was pulled, of the one resource, and is safe. */
export async function readPulledUpTo(connectionString: string): Promise<string | undefined> {
  const [row] = await rowsOf(connectionString, 'checkpoints');
  return row?.after;
}

/**
 * Lets the lease of a pull run out, which is good for ten minutes: who was killed as he pulled has left one behind, and
 * nobody wants to watch that.
 */
export async function endLease(connectionString: string): Promise<void> {
  for (const { partitionKey, rowKey } of await rowsOf(connectionString, 'checkpoints')) {
    const ended = { partitionKey, rowKey, leasedUntil: new Date(0).toISOString() };
    await tableOf(connectionString, 'checkpoints').updateEntity(ended, 'Merge');
  }
}

type Row = { readonly partitionKey: string; readonly rowKey: string } & Readonly<
  Partial<Record<string, string>>
>;

function tableOf(connectionString: string, name: string): TableClient {
  return TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
}

async function rowsOf(connectionString: string, name: string): Promise<Row[]> {
  const read = async () => {
    const rows: Row[] = [];
    for await (const row of tableOf(connectionString, name).listEntities<object>()) rows.push(row as Row);
    return rows;
  };
  return (await orAbsent(read)) ?? [];
}

/** Tables and queues come into being with the first thing in them. */
async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

function eventIdOf(raw: string): string | undefined {
  try {
    return (JSON.parse(raw) as { event?: { id?: string } }).event?.id;
  } catch {
    return undefined;
  }
}
