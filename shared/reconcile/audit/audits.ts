import type { Window } from '../../altinn/api/list-window.ts';
import { keyOf, type Table } from '../../storage/table.ts';
import { type AuditTask, add, type Found, nothing, partOf } from './task.ts';

interface Stored extends Found, Window {
  readonly part: string;
  /** The parts that it was divided into, as JSON. */
  readonly next: string;
}

const prefix = 'part:';

/**
 * The parts of audits that are finished: table `audits`, one partition an audit of a resource, a row each. So a message
 * that comes again asks Altinn nothing, and whoever finishes the last part knows the whole.
 */
export class Audits {
  readonly #table: Table;
  readonly #now: () => Date;

  constructor(table: Table, now: () => Date = () => new Date()) {
    this.#table = table;
    this.#now = now;
  }

  async isFinished(task: AuditTask): Promise<boolean> {
    return (await this.#table.get(partitionOf(task), rowOf(partOf(task)))) !== undefined;
  }

  /** Notes what a part found, once all that follows from it is on its queue. */
  async finish(task: AuditTask, found: Found, next: readonly AuditTask[]): Promise<void> {
    const { resource, from, to } = task;
    const part = partOf(task);
    await this.#table.insert({
      ...{ partitionKey: partitionOf(task), rowKey: rowOf(part), part, resource, from, to },
      ...found,
      next: JSON.stringify(next.map(partOf)),
      finishedAt: this.#now().toISOString(),
    });
  }

  /** What all parts of an audit found, with the whole of its window; `undefined` while some are not finished. */
  async total(task: AuditTask): Promise<(Found & Window) | undefined> {
    const rows = await this.#table.list<Stored>(partitionOf(task), prefix);
    const finished = new Set(rows.map(({ part }) => part));
    const isWhole = rows.every(({ next }) =>
      (JSON.parse(next) as string[]).every((part) => finished.has(part)),
    );
    const [first] = rows;
    if (!first || !isWhole) return undefined;
    const from = rows.reduce((least, { from }) => (from < least ? from : least), first.from);
    const to = rows.reduce((most, { to }) => (to > most ? to : most), first.to);
    return { from, to, ...rows.map((row) => ({ ...nothing, ...row })).reduce<Found>(add, nothing) };
  }
}

function partitionOf({ audit, resource }: AuditTask): string {
  return `${keyOf(audit)}|${keyOf(resource)}`;
}

function rowOf(part: string): string {
  return `${prefix}${keyOf(part)}`;
}
