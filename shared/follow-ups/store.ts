import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';
import { joinText, type Row, type Table, textColumns } from '../storage/table.ts';
import type { TimelineEntry } from '../tracking/status.ts';
import { entriesOf } from '../tracking/timeline.ts';
import type { Rank } from './due.ts';
import { type FollowUp, formerChannel } from './follow-up.ts';
import { type LiveFollowUps, staysListed } from './live-follow-ups.ts';

/** A follow-up as it was read, with what it takes to replace it. */
export interface StoredFollowUp extends FollowUp {
  readonly etag: string;
}

const prefix = 'follow-up:';

/**
 * The follow-ups of a letter: rows of its partition of the table `timeline`, so that one query reads a letter whole.
 * A row of a kind that this version does not know is a newer version's, and left as it is.
 */
export class FollowUps {
  readonly #table: Table;
  readonly #live: Pick<LiveFollowUps, 'add' | 'remove'> | undefined;

  /** @param live the index, which is kept with each change; absent for whoever only reads */
  constructor(table: Table, live?: Pick<LiveFollowUps, 'add' | 'remove'>) {
    this.#table = table;
    this.#live = live;
  }

  /** Everything about an id, its timeline too. One table operation. */
  async readLetter(id: string): Promise<{ entries: TimelineEntry[]; followUps: StoredFollowUp[] }> {
    const rows = await this.#table.list<object>(id);
    return { entries: entriesOf(rows), followUps: rows.filter(isKnown).map(fromRow) };
  }

  /** One follow-up. One table operation. */
  async get(id: string, kind: FollowUpKind): Promise<StoredFollowUp | undefined> {
    const row = await this.#table.get<object>(id, `${prefix}${kind}`);
    return row && fromRow(row);
  }

  /** The follow-ups of an id. One table operation. */
  async of(id: string): Promise<StoredFollowUp[]> {
    return (await this.#table.list<object>(id, prefix)).filter(isKnown).map(fromRow);
  }

  /** One follow-up without what only its history is read for. One table operation. */
  async summaryOf(id: string, kind: FollowUpKind): Promise<FollowUp | undefined> {
    const row = await this.#table.get<object>(id, `${prefix}${kind}`, ['PartitionKey', 'listed', ...columns]);
    if (!row) return undefined;
    const { etag: _, ...followUp } = parsed(row);
    return followUp;
  }

  /** Adds a follow-up unless there is one of its kind. Two table operations, three where there is one. */
  async add(followUp: FollowUp): Promise<boolean> {
    const { kind } = followUp;
    const listed = this.#live ? await this.#live.add(followUp) : followUp.listed;
    const isAdded = await this.#table.insert(toRow({ ...followUp, listed }));
    if (!isAdded && listed) await this.#live?.remove(kind, listed);
    return isAdded;
  }

  /**
   * Replaces a follow-up as it was read. One table operation; three where it moves in the index, two where it leaves it.
   * @returns what the next change of it needs; `undefined` if somebody else has changed it meanwhile
   */
  async save(followUp: FollowUp, etag: string): Promise<Pick<StoredFollowUp, 'etag' | 'listed'> | undefined> {
    const { kind, listed: before } = followUp;
    const stays = !this.#live || staysListed(followUp, before);
    const listed = stays ? before : await this.#live?.add(followUp);
    const saved = await this.#table.replace(toRow({ ...followUp, listed }), etag);
    const over = saved === undefined ? listed : before;
    if (!stays && over) await this.#live?.remove(kind, over);
    return saved === undefined ? undefined : { etag: saved, listed };
  }
}

function isKnown({ rowKey }: { rowKey?: string }): boolean {
  return !!rowKey?.startsWith(prefix) && followUpKinds.includes(rowKey.slice(prefix.length) as FollowUpKind);
}

/** What of a follow-up is a column of the same name. */
const columns = [
  ...([
    'kind',
    'state',
    'openedAt',
    'dueAt',
    'notifiedAt',
    'closedAt',
    'reason',
    'checkedWithAltinn',
  ] as const),
  ...([
    'waitingSince',
    'waitingFor',
    'silentSince',
    'verified',
    'tries',
    'undelivered',
    'undeliveredSince',
  ] as const),
  ...(['round', 'factAt', 'resource', 'snoozedUntil', 'plannedBy'] as const),
] satisfies readonly (keyof FollowUp)[];

/** What of a follow-up is kept as JSON: what only code reads. */
const texts = [
  'taken',
  'told',
  'owed',
  'gathered',
  'listed',
  'history',
] as const satisfies readonly (keyof FollowUp)[];

type Columns = Pick<FollowUp, (typeof columns)[number]>;

function toRow({ correspondenceId, claim, lease, ...followUp }: FollowUp): Row {
  return {
    ...pick(followUp),
    partitionKey: correspondenceId,
    rowKey: `${prefix}${followUp.kind}`,
    claimedBy: claim?.by,
    claimedAt: claim?.at,
    claimedFor: claim?.channel,
    lease: lease?.id,
    leasedUntil: lease?.until,
    leasedAs: lease?.rank,
    ...Object.assign(
      {},
      ...texts.map((name) => followUp[name] && textColumns(name, JSON.stringify(followUp[name]))),
    ),
  };
}

function fromRow(row: object): StoredFollowUp {
  const { taken, ...followUp } = parsed(row);
  const { notifiedAt: at } = followUp;
  // It was notified before follow-ups had steps: that was the first one.
  const former = at ? [{ key: formerChannel, channel: formerChannel, at }] : undefined;
  return { ...followUp, ...((taken ?? former) && { taken: taken ?? former }) };
}

function parsed(row: object): StoredFollowUp {
  const { partitionKey, etag, claimedBy, claimedAt, claimedFor, lease, leasedUntil, leasedAs } =
    row as Record<string, string>;
  return {
    ...pick(row as Columns),
    correspondenceId: partitionKey as string,
    etag: etag as string,
    claim: claimedBy && claimedAt ? { by: claimedBy, at: claimedAt, channel: claimedFor } : undefined,
    lease: lease && leasedUntil ? { id: lease, until: leasedUntil, rank: leasedAs as Rank } : undefined,
    ...Object.fromEntries(
      texts.flatMap((name) => {
        const text = joinText(name, row);
        return text ? [[name, JSON.parse(text)]] : [];
      }),
    ),
  };
}

function pick(from: Columns): Columns {
  const there = columns.filter((column) => from[column] !== undefined && from[column] !== null);
  return Object.fromEntries(there.map((column) => [column, from[column]])) as unknown as Columns;
}
