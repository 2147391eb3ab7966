import { type Fact, lookUp } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import type { Via } from '../queue/message.ts';
import { keyOf, type Table, textColumns } from '../storage/table.ts';
import type { EventMessage } from './event-message.ts';
import type { TimelineEntry } from './status.ts';

const entryPrefix = 'event:';

/**
 * Every event of one id, once: the table `timeline`, one partition an id. Events are only ever added, each as a row of
 * its own, so that any number of them can be written at the same moment.
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
  async record(id: string, { body: { event }, enqueuedAt, via }: EventMessage): Promise<boolean> {
    return this.#table.insert({
      partitionKey: id,
      rowKey: keyOfEvent(event),
      id: event.id,
      type: event.type,
      source: event.source,
      resource: attribute(event, 'resource'),
      subject: attribute(event, 'subject'),
      alternativeSubject: attribute(event, 'alternativesubject'),
      time: attribute(event, 'time'),
      receivedAt: enqueuedAt,
      via,
      ...textColumns('event', JSON.stringify(event)),
    });
  }

  /** How an event came, if it is there; `undefined` if it is not. One table operation. */
  async via(id: string, event: CloudEvent): Promise<Via | undefined> {
    const row = await this.#table.get<{ via: Via }>(id, keyOfEvent(event));
    return row?.via;
  }

  /** The facts that the events of an id state; none where there are none. One table operation. */
  async facts(id: string): Promise<ReadonlySet<Fact>> {
    const rows = await this.#table.list<{ type: string }>(id, entryPrefix, undefined, ['type']);
    return new Set(rows.flatMap(({ type }) => lookUp(type)?.fact ?? []));
  }
}

/** The events among the rows of an id's partition; what else is there is another's, or a newer version's. */
export function entriesOf(rows: readonly { readonly rowKey?: string }[]): TimelineEntry[] {
  return rows.filter(({ rowKey }) => rowKey?.startsWith(entryPrefix)) as unknown as TimelineEntry[];
}

function keyOfEvent({ type, id }: CloudEvent): string {
  return `${entryPrefix}${keyOf(type.toLowerCase())}|${keyOf(id)}`;
}
