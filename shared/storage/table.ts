import { createHash } from 'node:crypto';
import {
  type GetTableEntityResponse,
  odata,
  type TableClient,
  type TableEntityResult,
} from '@azure/data-tables';
import { codeOf } from './faults.ts';

/** Milliseconds for one table operation. */
const operationTimeoutMs = 10_000;

/** A row's key and its columns. */
export interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: unknown;
}

/** A storage table, created when its first row is written. Each method is one table operation. */
export class Table {
  readonly #client: TableClient;

  constructor(client: TableClient) {
    this.#client = client;
  }

  /** Adds a row; `false` if there is one of its key already, which stays as it was. */
  async insert(row: Row): Promise<boolean> {
    const insert = () => this.#client.createEntity(row, options());
    try {
      await insert().catch(async (error) => {
        if (codeOf(error) !== 'TableNotFound') throw error;
        await this.#client.createTable(options());
        await insert();
      });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EntityAlreadyExists') return false;
      throw error;
    }
  }

  /**
   * One row, with its `etag`; `undefined` where there is none.
   * @param columns those that are wanted; all by default
   */
  async get<T extends object>(
    partitionKey: string,
    rowKey: string,
    columns?: readonly string[],
  ): Promise<GetTableEntityResponse<TableEntityResult<T>> | undefined> {
    try {
      const queryOptions = columns ? { select: [...columns] } : {};
      return await this.#client.getEntity<T>(partitionKey, rowKey, { ...options(), queryOptions });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }

  /**
   * Replaces a row that nobody has changed since it was read with this `etag`.
   * @returns the new etag; `undefined` if somebody has changed the row
   */
  async replace(row: Row, etag: string): Promise<string | undefined> {
    try {
      return (await this.#client.updateEntity(row, 'Replace', { ...options(), etag })).etag;
    } catch (error) {
      if (codeOf(error) === 'UpdateConditionNotSatisfied') return undefined;
      throw error;
    }
  }

  /**
   * The rows of every partition from a key up to another, in the order of their keys; none where there is no table yet.
   * Reads nothing else: one operation for each page of a thousand, or of `max`.
   * @param to exclusive
   */
  async range<T extends object>(from: string, to: string, max: number): Promise<TableEntityResult<T>[]> {
    return this.#first(odata`PartitionKey ge ${from} and PartitionKey lt ${to}`, max);
  }

  /** The rows of a partition behind a row key, in their order: one operation for each page of a thousand, or of `max`. */
  async after<T extends object>(
    partitionKey: string,
    rowKey: string,
    max: number,
  ): Promise<TableEntityResult<T>[]> {
    return this.#first(odata`PartitionKey eq ${partitionKey} and RowKey gt ${rowKey}`, max);
  }

  async #first<T extends object>(filter: string, max: number): Promise<TableEntityResult<T>[]> {
    const rows: TableEntityResult<T>[] = [];
    try {
      const pages = this.#client
        .listEntities<T>({ ...options(), queryOptions: { filter } })
        .byPage({ maxPageSize: Math.min(max, 1_000) });
      for await (const page of pages) {
        rows.push(...page);
        if (rows.length >= max) break;
      }
    } catch (error) {
      if (codeOf(error) !== 'TableNotFound') throw error;
    }
    return rows.slice(0, max);
  }

  /** How many rows a partition has, counted to `max`: one operation for each page of a thousand. */
  async count(partitionKey: string, max: number): Promise<number> {
    const queryOptions = { filter: odata`PartitionKey eq ${partitionKey}`, select: ['RowKey'] };
    let count = 0;
    try {
      const pages = this.#client.listEntities({ ...options(), queryOptions }).byPage({ maxPageSize: 1_000 });
      for await (const page of pages) {
        count += page.length;
        if (count >= max) break;
      }
    } catch (error) {
      if (codeOf(error) !== 'TableNotFound') throw error;
    }
    return Math.min(count, max);
  }

  /** Removes a row, if there is one, whoever has changed it. */
  async remove(partitionKey: string, rowKey: string): Promise<void> {
    try {
      await this.#client.deleteEntity(partitionKey, rowKey, options());
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    }
  }

  /**
   * The rows of one partition, in the order of their keys; none where there is no table yet.
   * @param prefix what the row keys begin with, ending in a colon
   * @param columns those that are wanted; all by default
   */
  async list<T extends object>(
    partitionKey: string,
    prefix?: `${string}:`,
    timeoutMs = operationTimeoutMs,
    columns?: readonly string[],
  ): Promise<TableEntityResult<T>[]> {
    const partition = odata`PartitionKey eq ${partitionKey}`;
    // `;` is the character after `:`.
    const filter = prefix
      ? `${partition} and ${odata`RowKey ge ${prefix} and RowKey lt ${prefix.replace(/:$/, ';')}`}`
      : partition;
    const rows: TableEntityResult<T>[] = [];
    try {
      for await (const row of this.#client.listEntities<T>({
        ...options(timeoutMs),
        queryOptions: { filter, ...(columns && { select: [...columns] }) },
      }))
        rows.push(row);
    } catch (error) {
      if (codeOf(error) !== 'TableNotFound') throw error;
    }
    return rows;
  }
}

function options(timeoutMs = operationTimeoutMs) {
  return { abortSignal: AbortSignal.timeout(timeoutMs) };
}

/** The text that {@link textColumns} has spread. */
export function joinText(name: string, row: object): string {
  const columns = row as Record<string, unknown>;
  let text = '';
  for (let index = 1; ; index++) {
    const part = columns[index === 1 ? name : `${name}${index}`];
    if (typeof part !== 'string') return text;
    text += part;
  }
}

/**
 * Spreads a text over as many columns as it needs: a column holds 32,768 UTF-16 code units at most.
 * Source: Microsoft Learn, "Understanding the Table service data model".
 */
export function textColumns(name: string, text: string): Record<string, string> {
  // By code points, of one or two code units each, so that none is cut in half.
  const parts = text.match(/.{1,16000}/gsu) ?? [''];
  return Object.fromEntries(parts.map((part, index) => [index === 0 ? name : `${name}${index + 1}`, part]));
}

/** A text as part of a row key, which takes neither every character nor any length. */
export function keyOf(text: string): string {
  return /^[\w.:~-]{1,200}$/.test(text) ? text : createHash('sha256').update(text).digest('hex');
}
