import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import type { FollowUp } from '../follow-ups/follow-up.ts';
import type { Envelope } from '../queue/message.ts';
import { keyOf, type Row, type Table, textColumns } from '../storage/table.ts';
import type { TimelineEntry } from './status.ts';

/** A follow-up as it was read, with what it takes to replace it. */
export interface StoredFollowUp extends FollowUp {
  readonly etag: string;
}

/**
 * Every event of one id, once, and its follow-ups beside them: the table `timeline`, one partition an id. Events
 * are only ever added, each as a row of its own, so that any number of them can be written at the same moment.
 */
export class Timeline {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Adds an event. One table operation.
   * @returns `false` if the event is there already
   */
  async record(id: string, { event, receivedAt, via }: Envelope): Promise<boolean> {
    return this.#table.insert({
      partitionKey: id,
      rowKey: eventKey(event),
      id: event.id,
      type: event.type,
      source: event.source,
      resource: attribute(event, 'resource'),
      subject: attribute(event, 'subject'),
      alternativeSubject: attribute(event, 'alternativesubject'),
      time: attribute(event, 'time'),
      receivedAt,
      via,
      ...textColumns('event', JSON.stringify(event)),
    });
  }

  /** Whether an event is there. One table operation. */
  async has(id: string, event: CloudEvent): Promise<boolean> {
    return (await this.#table.get(id, eventKey(event))) !== undefined;
  }

  /** Everything about an id: one query of one partition. */
  async read(id: string): Promise<{ entries: TimelineEntry[]; followUps: StoredFollowUp[] }> {
    const rows = await this.#table.list<object>(id);
    const isFollowUp = ({ rowKey = '' }: { rowKey?: string }) => rowKey.startsWith('follow-up:');
    return {
      entries: rows.filter((row) => !isFollowUp(row)) as unknown as TimelineEntry[],
      followUps: rows.filter(isFollowUp).map(toFollowUp),
    };
  }

  /** The follow-ups of an id. One table operation. */
  async followUps(id: string): Promise<StoredFollowUp[]> {
    return (await this.#table.list<object>(id, 'follow-up:')).map(toFollowUp);
  }

  /** Adds a follow-up unless there is one of its kind. One table operation. */
  async addFollowUp(followUp: FollowUp): Promise<boolean> {
    return this.#table.insert(toRow(followUp));
  }

  /**
   * Replaces a follow-up as it was read. One table operation.
   * @returns its new etag; `undefined` if somebody else has changed it meanwhile
   */
  async saveFollowUp(followUp: FollowUp, etag: string): Promise<string | undefined> {
    return this.#table.replace(toRow(followUp), etag);
  }
}

function toRow({ correspondenceId, claim, ...followUp }: FollowUp): Row {
  const { kind, state, openedAt, dueAt, notifiedAt, closedAt, reason } = followUp;
  return {
    partitionKey: correspondenceId,
    rowKey: `follow-up:${kind}`,
    ...{ kind, state, openedAt, dueAt, notifiedAt, closedAt, reason },
    claimedBy: claim?.by,
    claimedAt: claim?.at,
  };
}

function toFollowUp(row: object): StoredFollowUp {
  const { partitionKey, claimedBy, claimedAt, ...columns } = row as StoredFollowUp & Record<string, string>;
  return {
    ...columns,
    correspondenceId: partitionKey as string,
    claim: claimedBy && claimedAt ? { by: claimedBy, at: claimedAt } : undefined,
  };
}

function eventKey({ type, id }: CloudEvent): string {
  return `event:${keyOf(type.toLowerCase())}|${keyOf(id)}`;
}
