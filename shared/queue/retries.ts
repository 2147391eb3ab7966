import { createHash } from 'node:crypto';
import type { Table } from '../storage/table.ts';

/**
 * Keeps one live copy of a message that is tried again: the table `retries`, a row for each such message.
 *
 * A queue delivers at least once, so a message may be taken again after its next try was put on the queue: the process
 * died before the queue forgot it, and each of the two would be put back in its turn. So a row says how far a message
 * has come and which queue message holds its present try; any other copy is dropped. That loses nothing: the holder
 * stays on the queue until its work is done, its next try is on the queue, or it is a dead letter.
 */
export class Retries {
  readonly #table: Table;
  readonly #now: () => Date;

  constructor(table: Table, now: () => Date = () => new Date()) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Takes a try of a message for a queue message, its holder. Two table operations.
   * @param holder the queue message's own id, the same each time it is taken
   * @returns `false` for a copy: another holds this try, or a later one is on the queue already
   */
  async claim(queue: string, message: object, attempt: number, holder: string): Promise<boolean> {
    const key = keyOf(queue, message);
    for (;;) {
      const row = await this.#table.get<Stored>(key.partitionKey, key.rowKey);
      if (row && row.attempt > attempt) return false;
      if (row?.attempt === attempt && row.holder) return row.holder === holder;
      if (await this.#write({ ...key, attempt, holder }, row?.etag)) return true;
    }
  }

  /** Whether a try is known to be on the queue, or to have been taken from it. One table operation. */
  async isQueued(queue: string, message: object, attempt: number): Promise<boolean> {
    const { partitionKey, rowKey } = keyOf(queue, message);
    return ((await this.#table.get<Stored>(partitionKey, rowKey))?.attempt ?? 0) >= attempt;
  }

  /** Notes that a try is on the queue, so that no copy of the one before puts another there. Two table operations. */
  async noteQueued(queue: string, message: object, attempt: number): Promise<void> {
    const key = keyOf(queue, message);
    const row = await this.#table.get<Stored>(key.partitionKey, key.rowKey);
    // Where somebody was faster, the try has been taken, which says as much.
    if (!row || row.attempt < attempt) await this.#write({ ...key, attempt, holder: '' }, row?.etag);
  }

  async #write(row: Key & Stored, etag: string | undefined): Promise<boolean> {
    const dated = { ...row, updatedAt: this.#now().toISOString() };
    return etag ? (await this.#table.replace(dated, etag)) !== undefined : this.#table.insert(dated);
  }
}

interface Stored {
  readonly attempt: number;
  /** Empty while nobody has taken this try. */
  readonly holder: string;
}

interface Key {
  readonly partitionKey: string;
  readonly rowKey: string;
}

/** By all that stays the same from try to try: a message of another version may have no id that we know. */
function keyOf(queue: string, message: object): Key {
  const { attempt: _, redrives: __, ...same } = message as { attempt?: unknown; redrives?: unknown };
  return {
    partitionKey: createHash('sha256').update(JSON.stringify(same)).digest('hex'),
    rowKey: queue,
  };
}
