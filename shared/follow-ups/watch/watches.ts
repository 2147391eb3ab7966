import { createHash } from 'node:crypto';
import type { WatchdogKind } from '../../events/catalogue.ts';
import type { Table } from '../../storage/table.ts';

/** A letter that is looked at when its time has come, lest what Altinn sends no event of stays unseen. */
export interface Watch {
  readonly kind: WatchdogKind;
  readonly correspondenceId: string;
  /** When its time has come: RFC 3339 in UTC. */
  readonly at: string;
  /** The fact from which that counts: RFC 3339 in UTC. */
  readonly from: string;
  /** As a URN, and as the event has it. */
  readonly resource?: string | undefined;
  /** The W3C trace context of the event. */
  readonly traceparent?: string | undefined;
}

/** Over how many partitions the watches of one minute are spread. */
const shards = 16;

const prefix = 'watch-';
/** What comes after every key with the prefix. */
const end = 'watch.';

/**
 * The letters that are watched: rows of the table `due` beside those of follow-ups, and never among them. Partitions begin
 * with the minute, so that what has come is read and nothing else, however many wait.
 */
export class Watches {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One table operation, whether or not it is there already. */
  async add(watch: Watch): Promise<void> {
    const { kind, correspondenceId, at, from, resource, traceparent } = watch;
    await this.#table.insert({ ...keyOf(watch), kind, correspondenceId, at, from, resource, traceparent });
  }

  /** Those whose time has come, earliest first. One table operation for each thousand. */
  async list(now: Date, max: number): Promise<Watch[]> {
    const rows = await this.#table.range<Watch>(prefix, `${prefix}${now.toISOString().slice(0, 16)}~`, max);
    return rows.filter(({ at }) => at <= now.toISOString());
  }

  /**
   * Some of them all, in the order of their keys.
   * @param position where the page before ended
   * @returns whole partitions, and where the next page begins; `undefined` after the last
   */
  async page(position: string | undefined, max: number): Promise<{ watches: Watch[]; next?: string }> {
    const rows = await this.#table.range<Watch>(position ?? prefix, end, max);
    const last = rows.at(-1)?.partitionKey;
    if (rows.length < max || last === undefined) return { watches: rows };
    const whole = rows.filter(({ partitionKey }) => partitionKey !== last);
    if (whole.length > 0) return { watches: whole, next: last };
    return { watches: await this.#table.list<Watch>(last), next: `${last}!` };
  }

  /** One table operation. */
  async remove(watch: Watch): Promise<void> {
    const { partitionKey, rowKey } = keyOf(watch);
    await this.#table.remove(partitionKey, rowKey);
  }
}

function keyOf({ kind, correspondenceId, at }: Watch) {
  const shard = createHash('sha256').update(correspondenceId).digest().readUInt8() % shards;
  return {
    partitionKey: `${prefix}${at.slice(0, 16)}-${String(shard).padStart(2, '0')}`,
    rowKey: `${at}-${kind}-${correspondenceId}`,
  };
}
