import { createHash } from 'node:crypto';
import type { FollowUpKind } from '../events/catalogue.ts';
import type { Table } from '../storage/table.ts';

/**
 * Which of those that are due comes first. What a pull or an answer of Altinn's brought comes before what anybody with
 * the address can post; what settles a follow-up before what opens one; the later looks come last. What is due as a
 * closing is looked at whatever its follow-up was put off to.
 */
export const ranks = [
  'verified-closing',
  'verified-opening',
  'pushed-closing',
  'pushed-opening',
  'later',
] as const;
export type Rank = (typeof ranks)[number];

/** A follow-up and when it is to be checked. */
export interface Due {
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
  /** RFC 3339 in UTC. */
  readonly at: string;
  readonly rank: Rank;
  /** The W3C trace context of the event that has it checked. */
  readonly traceparent?: string | undefined;
}

/** Over how many partitions the follow-ups of one minute are spread. */
const shards = 16;

/**
 * When each follow-up is to be checked: the table `due`. Partitions begin with rank and minute, so that one query of a
 * range of keys reads what is due and nothing else, however many wait. A row is a hint: the follow-up itself says what
 * holds, and a row that it does not know any more is removed when its time comes.
 */
export class DueFollowUps {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** One table operation. */
  async add(due: Due): Promise<void> {
    const { kind, correspondenceId, at, rank, traceparent } = due;
    await this.#table.insert({ ...keyOf(due), kind, correspondenceId, at, rank, traceparent });
  }

  /** Those of a rank that are due, earliest first. One table operation for each thousand. */
  async list(rank: Rank, now: Date, max: number): Promise<Due[]> {
    const prefix = `${ranks.indexOf(rank)}-`;
    const rows = await this.#table.range<Due>(prefix, `${prefix}${now.toISOString().slice(0, 16)}~`, max);
    return rows.filter(({ at }) => at <= now.toISOString());
  }

  /** Those that are due, whatever their rank, earliest first. */
  async overdue(now: Date, max: number): Promise<Due[]> {
    const lists = await Promise.all(ranks.map((rank) => this.list(rank, now, max)));
    return lists
      .flat()
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .slice(0, max);
  }

  /** One table operation. */
  async remove(due: Due): Promise<void> {
    const { partitionKey, rowKey } = keyOf(due);
    await this.#table.remove(partitionKey, rowKey);
  }
}

function keyOf({ kind, correspondenceId, at, rank }: Due) {
  const shard = createHash('sha256').update(correspondenceId).digest().readUInt8() % shards;
  return {
    partitionKey: `${ranks.indexOf(rank)}-${at.slice(0, 16)}-${String(shard).padStart(2, '0')}`,
    rowKey: `${at}-${kind}-${correspondenceId}`,
  };
}
