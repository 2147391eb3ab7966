import { createHash } from 'node:crypto';
import { joinText, type Table, textColumns } from '../storage/table.ts';

/** A message that could not be processed. */
export interface DeadLetter {
  /** The name of the queue that it was on. */
  readonly queue: string;
  readonly id: string;
  /** RFC 3339 in UTC. */
  readonly deadLetteredAt: string;
  readonly reason: string;
  /** Its text as it stood on the queue. */
  readonly raw: string;
}

type Columns = Pick<DeadLetter, 'deadLetteredAt' | 'reason'>;

/** The table `deadletters`, one partition a queue. Every method throws what the storage client throws. */
export class DeadLetters {
  readonly #table: Table;
  readonly #now: () => Date;

  constructor(table: Table, now: () => Date = () => new Date()) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Keeps a message. The same message again, because the process died before the queue forgot it, is there once.
   * @param message as the host gave it, which has parsed what was JSON
   */
  async add(queue: string, message: unknown, reason: string): Promise<void> {
    const raw = textOf(message);
    await this.#table.insert({
      partitionKey: queue,
      rowKey: idOf(raw),
      deadLetteredAt: this.#now().toISOString(),
      reason,
      ...textColumns('raw', raw),
    });
  }

  /** Those of a queue, oldest first. */
  async list(queue: string): Promise<DeadLetter[]> {
    const rows = await this.#table.list<Columns>(queue);
    return rows
      .map((row) => ({
        queue,
        id: row.rowKey as string,
        deadLetteredAt: row.deadLetteredAt,
        reason: row.reason,
        raw: joinText('raw', row),
      }))
      .sort((a, b) => (a.deadLetteredAt < b.deadLetteredAt ? -1 : 1));
  }

  /** How many there are of a queue, counted to `max`. */
  async count(queue: string, max: number): Promise<number> {
    return this.#table.count(queue, max);
  }

  /** Forgets a message that was added, where what was wrong about it is over. */
  async forget(queue: string, message: unknown): Promise<void> {
    await this.#table.remove(queue, idOf(textOf(message)));
  }

  /** Forgets one that has been redriven. */
  async remove({ queue, id }: Pick<DeadLetter, 'queue' | 'id'>): Promise<void> {
    await this.#table.remove(queue, id);
  }
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : (JSON.stringify(message) ?? String(message));
}

/** The same for the same message. In the form of a GUID, which no run of digits in it makes a person's number. */
function idOf(raw: string): string {
  const hex = createHash('sha256').update(raw).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
