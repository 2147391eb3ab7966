import { type Fact, lookUp } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import type { Via } from '../queue/message.ts';
import { keyOf, type Row, type Table, textColumns } from '../storage/table.ts';
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
    return this.#table.insert(toRow(id, event, via, enqueuedAt));
  }

  /**
   * Says of an event that was pulled from Altinn, and is there by a push, that it is known by the pull; from then on it
   * says what Altinn says, whoever pushed something else under its id. One table operation, two where it was pushed.
   * @returns `false` if it was no mere push: not there at all, or verified already
   */
  async verify(id: string, event: CloudEvent): Promise<boolean> {
    const row = await this.#table.get<TimelineEntry>(id, keyOfEvent(event, 'pull'));
    if (row?.via !== 'push') return false;
    const verified = toRow(id, event, 'pull', row.receivedAt);
    // Only a verification changes a row: where it was changed meanwhile, it is verified.
    return (await this.#table.replace(verified, row.etag)) !== undefined;
  }

  /** How an event from outside is known, if it is there; `undefined` if it is not. One table operation. */
  async via(id: string, event: CloudEvent): Promise<Via | undefined> {
    return (await this.#table.get<{ via: Via }>(id, keyOfEvent(event, 'pull')))?.via;
  }

  /** The events of an id. One table operation. */
  async entries(id: string): Promise<TimelineEntry[]> {
    return entriesOf(await this.#table.list<object>(id, entryPrefix));
  }

  /**
   * The facts that the events of an id state, each with whether Altinn itself has borne it out; none where there are no
   * events. One table operation.
   */
  async facts(id: string): Promise<ReadonlyMap<Fact, { readonly verified: boolean }>> {
    const rows = await this.#table.list<{ type: string; via: Via }>(id, entryPrefix, undefined, [
      'type',
      'via',
    ]);
    const facts = new Map<Fact, { verified: boolean }>();
    for (const { type, via } of rows) {
      const fact = lookUp(type)?.fact;
      if (fact) facts.set(fact, { verified: facts.get(fact)?.verified || via === 'pull' || via === 'asked' });
    }
    return facts;
  }
}

/** The events among the rows of an id's partition; what else is there is another's, or a newer version's. */
export function entriesOf(rows: readonly { readonly rowKey?: string }[]): TimelineEntry[] {
  return rows.filter(({ rowKey }) => rowKey?.startsWith(entryPrefix)) as unknown as TimelineEntry[];
}

function toRow(id: string, event: CloudEvent, via: Via, receivedAt: string): Row {
  return {
    partitionKey: id,
    rowKey: keyOfEvent(event, via),
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
  };
}

/** What we learnt by asking has a key of its own, so that no event from outside can take its place. */
function keyOfEvent({ type, id }: CloudEvent, via: Via): string {
  const key = `${keyOf(type.toLowerCase())}|${keyOf(id)}`;
  return via === 'asked' ? `${entryPrefix}asked|${key}` : `${entryPrefix}${key}`;
}
