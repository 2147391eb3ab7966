import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import type { FollowUp } from '../../shared/follow-ups/follow-up.ts';
import { poisonOf, queueNames, tableNames } from '../../shared/storage/stores.ts';
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
  readonly deadLetters: readonly DeadLetter[];
}

export interface DeadLetter {
  readonly reason: string;
  readonly eventId: string | undefined;
  /** The follow-up that it is about. */
  readonly followUpId?: string | undefined;
}

/** Reads the tables themselves, without the receiver. */
export async function readStored(connectionString: string): Promise<Stored> {
  const rows = await rowsOf(connectionString, tableNames.timeline);
  const isFollowUp = ({ rowKey }: Row) => rowKey.startsWith('follow-up:');
  return {
    events: rows
      .filter((row) => !isFollowUp(row))
      .map((row) => ({ ...row, about: row.partitionKey }) as unknown as StoredEvent),
    followUps: rows
      .filter(isFollowUp)
      .map((row) => ({ ...row, correspondenceId: row.partitionKey }) as unknown as FollowUp),
    deadLetters: (await rowsOf(connectionString, tableNames.deadLetters)).map((row) => ({
      reason: row.reason ?? '',
      ...aboutOf(row),
    })),
  };
}

const everyQueue = Object.values(queueNames).flatMap((name) => [name, poisonOf(name)]);

/** How many messages are on the queues, hidden ones included. */
export async function countMessages(
  connectionString: string,
  names: readonly string[] = everyQueue,
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
  const [row] = await rowsOf(connectionString, tableNames.checkpoints);
  return row?.after;
}

/** How many follow-ups are to be checked by a time, in milliseconds since 1970. */
export async function countDue(connectionString: string, by: number): Promise<number> {
  const rows = await rowsOf(connectionString, tableNames.due);
  return rows.filter(({ at = '' }) => Date.parse(at) <= by).length;
}

/** How many messages wait for a digest, and how many digests are to be sent. */
export async function countGathered(connectionString: string): Promise<number> {
  const rows = await rowsOf(connectionString, tableNames.digests);
  return rows.filter(({ partitionKey }) => partitionKey !== 'hour').length;
}

type Row = { readonly partitionKey: string; readonly rowKey: string } & Readonly<
  Partial<Record<string, string>>
>;

function tableOf(connectionString: string, name: string): TableClient {
  return TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
}

/** The rows of a table, none where there is no table yet. */
export async function rowsOf(connectionString: string, name: string): Promise<Row[]> {
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

/** What the message of a dead letter is about: an event, or a follow-up. Its text may be spread over `raw`, `raw2` … */
function aboutOf({ raw = '', ...more }: Row): Omit<DeadLetter, 'reason'> {
  let text = raw;
  for (let part = 2; more[`raw${part}`]; part++) text += more[`raw${part}`];
  try {
    const { body, event } = JSON.parse(text) as { body?: Partial<FollowUp> & Told; event?: Told['event'] };
    const eventId = (body?.event ?? event)?.id;
    const { kind, correspondenceId } = body ?? {};
    return { eventId, ...(kind && { followUpId: `${kind}-${correspondenceId}` }) };
  } catch {
    return { eventId: undefined };
  }
}

interface Told {
  readonly event?: { readonly id?: string };
}
