import { keyOf, type Table } from '../storage/table.ts';
import type { Silence } from './silence.ts';

/** How far the events of a resource have been pulled. */
export interface Checkpoint {
  /** The id of the last event that is safe; `0` before the first. */
  readonly after: string;
  /** The id of the one before it, `0` if there is none: asked for what follows it, Altinn must answer `after` first. */
  readonly before: string;
  /** The time of the last event, RFC 3339; absent before the first. */
  readonly time?: string | undefined;
  /** RFC 3339: where a catch-up that is not complete began. What is older is passed over. */
  readonly catchUpFrom?: string | undefined;
  /** The latest events that the push did not bring, across runs. */
  readonly unheard?: Silence | undefined;
}

/** Before the first event. */
export const start: Checkpoint = { after: '0', before: '0' };

/** The right to pull the events of a resource, for as long as it is renewed by moving. */
export interface Lease {
  readonly checkpoint: Checkpoint;
  /** Moves the checkpoint and renews the lease. @throws LeaseLost when somebody else has taken over */
  move(checkpoint: Checkpoint): Promise<void>;
  release(): Promise<void>;
}

export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** Milliseconds after which a lease that was not renewed is taken over: longer than a function may run. */
const leaseMs = 600_000;
const free = new Date(0).toISOString();

interface Stored extends Omit<Checkpoint, 'unheard'> {
  readonly leasedUntil: string;
  readonly unheardEvents?: number;
  readonly unheardSince?: string;
}

function toRow({ unheard, ...checkpoint }: Checkpoint): Omit<Stored, 'leasedUntil'> {
  const silence = unheard?.since && { unheardEvents: unheard.events, unheardSince: unheard.since };
  return { ...checkpoint, ...silence };
}

function fromRow({ after, before, time, catchUpFrom, unheardEvents, unheardSince }: Stored): Checkpoint {
  const unheard = unheardSince ? { events: unheardEvents ?? 0, since: unheardSince } : undefined;
  return { after, before, time, catchUpFrom, unheard };
}

/**
 * The checkpoints: table `checkpoints`, a row for each name, changed only by whoever holds its lease. A name is a
 * resource, or for a subunit's events the resource with the subunit's number.
 */
export class Checkpoints {
  readonly #table: Table;
  readonly #now: () => Date;

  constructor(table: Table, now: () => Date = () => new Date()) {
    this.#table = table;
    this.#now = now;
  }

  /** How far it has been pulled, whoever has the lease. */
  async read(name: string): Promise<Checkpoint> {
    const stored = await this.#table.get<Stored>('reconcile', keyOf(name));
    return stored ? fromRow(stored) : start;
  }

  /** Takes the lease; `undefined` when another instance has it. */
  async lease(name: string): Promise<Lease | undefined> {
    const key = { partitionKey: 'reconcile', rowKey: keyOf(name), resource: name };
    const until = () => new Date(this.#now().getTime() + leaseMs).toISOString();
    await this.#table.insert({ ...key, ...start, leasedUntil: free });
    const stored = await this.#table.get<Stored>(key.partitionKey, key.rowKey);
    if (!stored || stored.leasedUntil > this.#now().toISOString()) return undefined;

    let { etag } = stored;
    let checkpoint = fromRow(stored);
    const save = async (next: Checkpoint, leasedUntil: string) => {
      const saved = await this.#table.replace({ ...key, ...toRow(next), leasedUntil }, etag);
      if (saved === undefined) throw new LeaseLost('another instance has taken the lease');
      etag = saved;
      checkpoint = next;
    };
    try {
      await save(checkpoint, until());
    } catch (error) {
      if (error instanceof LeaseLost) return undefined;
      throw error;
    }
    return {
      checkpoint,
      move: (next) => save(next, until()),
      release: () => save(checkpoint, free),
    };
  }
}
