import { createHash } from 'node:crypto';
import { type Table, textColumns } from '../storage/table.ts';

/** Keeps what could not be processed: table `parked`, one partition a queue. */
export interface Parked {
  /**
   * Parks a message with the reason and its text as it stood on the queue. The same message parked again, because
   * the process died before the queue forgot it, is there once.
   * @throws what the storage client throws: the message then stays on the queue
   */
  park(message: unknown, reason: string): Promise<void>;
}

/** @param queue the name of the queue that the messages are from */
export function makeParked(table: Table, queue: string, now = () => new Date()): Parked {
  return {
    async park(message, reason) {
      // The host has parsed what was JSON.
      const raw = typeof message === 'string' ? message : (JSON.stringify(message) ?? String(message));
      await table.insert({
        partitionKey: queue,
        rowKey: createHash('sha256').update(raw).digest('hex'),
        parkedAt: now().toISOString(),
        reason,
        ...textColumns('raw', raw),
      });
    },
  };
}
