import type { Channel, Step } from '../../shared/follow-ups/channels/channel.ts';
import { type MessageQueue, maxDelayMs } from '../../shared/storage/message-queue.ts';
import type { Row, Table } from '../../shared/storage/table.ts';

/** One call of storage or of a channel, announced before it takes effect and after. What `pause` throws, the caller sees. */
export interface Operation {
  readonly name: 'insert' | 'get' | 'replace' | 'remove' | 'list' | 'range' | 'send' | 'ask' | 'notify';
  /** The table or queue; absent for a channel. */
  readonly store?: string;
  readonly when: 'before' | 'after';
  /** What the operation gives back, once it has taken effect. */
  readonly result?: unknown;
}
export type Pause = (operation: Operation) => Promise<void> | void;

interface StoredRow extends Row {
  readonly etag: string;
  readonly timestamp: string;
}

export interface QueuedMessage {
  readonly id: string;
  /** Base64, as it stands on the queue. */
  readonly text: string;
  /** Milliseconds; not to be seen before. */
  visibleAt: number;
  dequeueCount: number;
}

/** What Azure Storage would hold, and the time it has. */
export class MemoryStorage {
  /** By table, partition and row key. */
  readonly #tables = new Map<string, Map<string, Map<string, StoredRow>>>();
  readonly queues = new Map<string, QueuedMessage[]>();
  /** Milliseconds. */
  now = Date.parse('2026-08-20T06:00:00Z');
  operations = 0;
  #stamps = 0;

  /** A table as one worker sees it, with the semantics of Azure Tables' insert, replace-if-match and query. */
  table(name: string, pause: Pause = () => {}): Table {
    const find = (partitionKey: string, rowKey: string) =>
      this.#tables.get(name)?.get(partitionKey)?.get(rowKey);
    const store = (row: Row): string => {
      const columns = Object.entries(row).filter(([, value]) => value !== undefined && value !== null);
      const etag = `W/"${++this.#stamps}"`;
      const timestamp = new Date(this.now).toISOString();
      const partitions = this.#tables.get(name) ?? new Map<string, Map<string, StoredRow>>();
      const partition = partitions.get(row.partitionKey) ?? new Map<string, StoredRow>();
      this.#tables.set(name, partitions.set(row.partitionKey, partition));
      partition.set(row.rowKey, { ...(Object.fromEntries(columns) as Row), etag, timestamp });
      return etag;
    };
    const run = this.#runner(name, pause);
    const table: Pick<Table, keyof Table> = {
      insert: (row) =>
        run('insert', () => {
          checkRow(row);
          if (find(row.partitionKey, row.rowKey)) return false;
          store(row);
          return true;
        }),
      replace: (row, etag) =>
        run('replace', () => {
          checkRow(row);
          const stored = find(row.partitionKey, row.rowKey);
          if (!stored) throw restError(404, 'ResourceNotFound');
          return stored.etag === etag ? store(row) : undefined;
        }),
      get: (partitionKey, rowKey) => run('get', () => find(partitionKey, rowKey) as never),
      remove: (partitionKey, rowKey) =>
        run('remove', () => {
          const partition = this.#tables.get(name)?.get(partitionKey);
          partition?.delete(rowKey);
          if (partition?.size === 0) this.#tables.get(name)?.delete(partitionKey);
        }),
      count: async (partitionKey, max) => Math.min(this.rowsOf(name, partitionKey).length, max),
      range: (from, to, max) =>
        run('range', () => {
          const partitions = [...(this.#tables.get(name)?.keys() ?? [])].filter(
            (key) => key >= from && key < to,
          );
          const rows: StoredRow[] = [];
          for (const key of partitions.sort()) {
            if (rows.length < max) rows.push(...this.rowsOf(name, key));
          }
          return rows.slice(0, max) as never[];
        }),
      after: (partitionKey, rowKey, max) =>
        run(
          'list',
          () =>
            this.rowsOf(name, partitionKey)
              .filter((row) => row.rowKey > rowKey)
              .slice(0, max) as never[],
        ),
      list: (partitionKey, prefix) =>
        run('list', () => {
          const upTo = prefix?.replace(/:$/, ';');
          return this.rowsOf(name, partitionKey).filter(
            ({ rowKey }) => !prefix || !upTo || (rowKey >= prefix && rowKey < upTo),
          ) as never[];
        }),
    };
    return table as Table;
  }

  /** Copies of the rows of a table, or of one partition of it, in the order of their row keys. */
  rowsOf(table: string, partitionKey?: string): StoredRow[] {
    const partitions = this.#tables.get(table);
    const wanted =
      partitionKey === undefined ? [...(partitions?.values() ?? [])] : [partitions?.get(partitionKey)];
    return wanted
      .flatMap((partition) => [...(partition?.values() ?? [])])
      .map((row) => ({ ...row }))
      .sort((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
  }

  /** How many rows there are in all tables. */
  get size(): number {
    return [...this.#tables.keys()].reduce((sum, table) => sum + this.rowsOf(table).length, 0);
  }

  /** Empties a table. */
  clear(table: string): void {
    this.#tables.delete(table);
  }

  /** Adds columns to a row, as another version of the product may have. */
  alter(table: string, partitionKey: string, rowKey: string, columns: object): void {
    const partition = this.#tables.get(table)?.get(partitionKey);
    const row = partition?.get(rowKey);
    if (row) partition?.set(rowKey, { ...row, ...columns });
  }

  /** A queue as one worker sees it. */
  queue(name: string, pause: Pause = () => {}): MessageQueue {
    const run = this.#runner(name, pause);
    const queue: Pick<MessageQueue, keyof MessageQueue> = {
      name,
      send: (message, { delayMs = 0 } = {}) => run('send', () => void this.put(name, message, delayMs)),
      check: async () => {},
      measure: async () => {
        const all = this.messages(name);
        const seen = all.filter(({ visibleAt }) => visibleAt <= this.now).slice(0, 32);
        const first = seen.map(({ text, visibleAt }) => {
          return {
            message: JSON.parse(Buffer.from(text, 'base64').toString()),
            insertedOn: new Date(visibleAt),
          };
        });
        return { length: all.length, first };
      },
    };
    return queue as MessageQueue;
  }

  messages(queue: string): QueuedMessage[] {
    const messages = this.queues.get(queue) ?? [];
    this.queues.set(queue, messages);
    return messages;
  }

  /** Puts a message on a queue. */
  put(queue: string, message: object, delayMs = 0): void {
    if (Number.isNaN(delayMs)) throw restError(400, 'InvalidQueryParameterValue');
    const text = Buffer.from(JSON.stringify(message)).toString('base64');
    if (text.length > 64 * 1024) throw restError(413, 'RequestBodyTooLarge');
    const hidden = Math.ceil(Math.min(delayMs, maxDelayMs) / 1000) * 1000;
    const id = String(++this.#stamps);
    this.messages(queue).push({ id, text, visibleAt: this.now + hidden, dequeueCount: 0 });
  }

  #runner(store: string, pause: Pause) {
    return async <T>(name: Operation['name'], effect: () => T): Promise<T> => {
      await pause({ name, store, when: 'before' });
      this.operations++;
      const result = effect();
      await pause({ name, store, when: 'after', result });
      return result;
    };
  }
}

/** A channel that remembers what it was sent. */
export class MemoryChannel implements Channel {
  readonly notified: Step[] = [];
  readonly #pause: Pause;

  constructor(pause: Pause = () => {}) {
    this.#pause = pause;
  }

  async send(step: Step): Promise<undefined> {
    await this.#pause({ name: 'notify', when: 'before' });
    this.notified.push(step);
    await this.#pause({ name: 'notify', when: 'after', result: step });
    return undefined;
  }
}

/** An error as Azure's clients throw it. */
export function restError(statusCode: number, code: string): Error {
  return Object.assign(new Error(code), {
    name: 'RestError',
    statusCode,
    details: { odataError: { code } },
  });
}

/** Source: Microsoft Learn, "Understanding the Table service data model". */
function checkRow(row: Row): void {
  for (const key of [row.partitionKey, row.rowKey]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the service refuses.
    if (/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(key)) throw restError(400, 'OutOfRangeInput');
    if (key.length > 512) throw restError(400, 'KeyValueTooLarge');
  }
  for (const value of Object.values(row)) {
    if (!['string', 'number', 'boolean', 'undefined'].includes(typeof value))
      throw restError(400, 'InvalidInput');
    if (typeof value === 'string' && value.length > 32_768) throw restError(400, 'PropertyValueTooLarge');
  }
}
