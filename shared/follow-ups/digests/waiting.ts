import { keyOf, type Row, type Table } from '../../storage/table.ts';
import type { Member } from '../gatherer.ts';

const prefix = 'waiting!';

/** How many of a channel's messages wait, and which: rows of the table `digests`, in the order in which they came. */
export class Waiting {
  readonly #table: Pick<Table, 'insert' | 'range' | 'remove'>;

  constructor(table: Pick<Table, 'insert' | 'range' | 'remove'>) {
    this.#table = table;
  }

  /** One table operation. */
  async add(member: Member): Promise<void> {
    await this.#table.insert(toRow(member));
  }

  /** Those of a channel, the first ones first. One table operation. */
  async of({ channel, type }: Pick<Member, 'channel' | 'type'>, max: number): Promise<Member[]> {
    const from = partitionOf(channel, type);
    // `!` comes before all that a key has.
    return (await this.#table.range<object>(from, `${from}!`, max)).map(fromRow);
  }

  /** Of each channel and type the one that came first. One table operation for each, and one. */
  async first(): Promise<Member[]> {
    const found: Member[] = [];
    for (let from = prefix; ; ) {
      const [row] = await this.#table.range<object>(from, `${prefix}~`, 1);
      if (!row) return found;
      const member = fromRow(row);
      found.push(member);
      from = `${partitionOf(member.channel, member.type)}!`;
    }
  }

  /** One table operation. */
  async remove(member: Member): Promise<void> {
    const { partitionKey, rowKey } = toRow(member);
    await this.#table.remove(partitionKey, rowKey);
  }
}

function partitionOf(channel: string, type: Member['type']): string {
  return `${prefix}${keyOf(channel)}!${type}!`;
}

function toRow({ data, ...member }: Member): Row {
  const { channel, type, key, at, kind, correspondenceId, round, publishedAt } = member;
  return {
    ...{ channel, type, key, at, kind, correspondenceId, round, publishedAt },
    data: JSON.stringify(data),
    partitionKey: partitionOf(channel, type),
    rowKey: [at, kind, correspondenceId, round, keyOf(key)].join('!'),
  };
}

function fromRow(row: object): Member {
  const { channel, type, key, at, kind, correspondenceId, round, publishedAt, data } = row as Member & {
    data: never;
  };
  const member = { channel, type, key, at, kind, correspondenceId, round, data: JSON.parse(data) };
  return { ...member, ...(publishedAt && { publishedAt }) };
}
