import { keyOf, type Table } from '../storage/table.ts';

/** How far the events of a resource have been pulled. */
export interface Checkpoint {
  /** The id of the last event that is safe; `0` before the first. */
  readonly after: string;
  /** The id of the one before it, `0` if there is none: asked for what follows it, Altinn must answer `after` first. */
  readonly before: string;
  /** The time of the last event, RFC 3339; absent before the first. */
  readonly time?: string | undefined;
}

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

interface Stored extends Checkpoint {
  readonly leasedUntil: string;
}

/** The checkpoints: table `checkpoints`, a row for each resource, changed only by whoever holds its lease. */
export class Checkpoints {
  readonly #table: Table;
  readonly #now: () => Date;

  constructor(table: Table, now: () => Date = () => new Date()) {
    this.#table = table;
    this.#now = now;
  }

  /** How far a resource has been pulled, whoever has its lease. */
  async read(resource: string): Promise<Checkpoint> {
    return (await this.#table.get<Stored>('reconcile', keyOf(resource))) ?? { after: '0', before: '0' };
  }

  /** Takes the lease of a resource; `undefined` when another instance has it. */
  async lease(resource: string): Promise<Lease | undefined> {
    const key = { partitionKey: 'reconcile', rowKey: keyOf(resource) };
    const until = () => new Date(this.#now().getTime() + leaseMs).toISOString();
    await this.#table.insert({ ...key, resource, after: '0', before: '0', leasedUntil: free });
    const stored = await this.#table.get<Stored>(key.partitionKey, key.rowKey);
    if (!stored || stored.leasedUntil > this.#now().toISOString()) return undefined;

    let { etag } = stored;
    let checkpoint: Checkpoint = { after: stored.after, before: stored.before, time: stored.time };
    const save = async (next: Checkpoint, leasedUntil: string) => {
      const saved = await this.#table.replace({ ...key, resource, ...next, leasedUntil }, etag);
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
