import type { Table } from '../storage/table.ts';

/** Milliseconds before the first start that count too: the event that a first start is made for is older than it. */
const marginMs = 60 * 60_000;

const key = { partitionKey: 'receiver', rowKey: 'first-start' };

/**
 * From when on what opens a follow-up is notified: as set, or else since the receiver was first started, which is
 * remembered. Two table operations, once in the life of a process.
 */
export function makeSince(
  table: Table,
  setting: string | undefined,
  now = () => new Date(),
): () => Promise<string> {
  let remembered: Promise<string> | undefined;
  const remember = async () => {
    const startedAt = new Date(now().getTime() - marginMs).toISOString();
    if (await table.insert({ ...key, startedAt })) return startedAt;
    return (await table.get<{ startedAt: string }>(key.partitionKey, key.rowKey))?.startedAt ?? startedAt;
  };
  return async () => {
    if (setting) return setting;
    remembered ??= remember().catch((error) => {
      remembered = undefined;
      throw error;
    });
    return remembered;
  };
}
