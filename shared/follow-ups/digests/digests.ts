import type { Table } from '../../storage/table.ts';
import { type DigestRecord, fromRow, partition, toRow } from './digest-record.ts';

/** A digest as it was read, with what it takes to replace it. */
export interface StoredDigest extends DigestRecord {
  readonly etag: string;
}

/** The digests that are to be sent: rows of the table `digests`. One that was sent, or dissolved, is there no more. */
export class Digests {
  readonly #table: Pick<Table, 'get' | 'insert' | 'replace' | 'remove' | 'list'>;

  constructor(table: Pick<Table, 'get' | 'insert' | 'replace' | 'remove' | 'list'>) {
    this.#table = table;
  }

  /** @returns `false` where there is one of its id */
  async add(digest: DigestRecord): Promise<boolean> {
    return this.#table.insert(toRow(digest));
  }

  async get(id: string): Promise<StoredDigest | undefined> {
    const row = await this.#table.get<object>(partition, id);
    return row && { ...fromRow(row), etag: row.etag };
  }

  /** All of them, without what is in them. One table operation. */
  async all(): Promise<readonly Pick<DigestRecord, 'id' | 'channel' | 'type' | 'madeAt' | 'dueAt'>[]> {
    const columns = ['RowKey', 'channel', 'type', 'madeAt', 'dueAt'];
    const rows = await this.#table.list<DigestRecord>(partition, undefined, undefined, columns);
    return rows.map(({ rowKey, channel, type, madeAt, dueAt }) => {
      return { id: rowKey as string, channel, type, madeAt, dueAt };
    });
  }

  /** @returns its new etag; `undefined` if somebody else has changed it meanwhile */
  async save(digest: DigestRecord, etag: string): Promise<string | undefined> {
    return this.#table.replace(toRow(digest), etag);
  }

  async remove(id: string): Promise<void> {
    await this.#table.remove(partition, id);
  }
}
