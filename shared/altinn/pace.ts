import type { Table } from '../storage/table.ts';

interface Row {
  /** Requests a second. */
  readonly rate: number;
  /** The first moment that is not given out, in milliseconds since 1970. */
  readonly nextAt: number;
  /** Until when nothing is asked, in milliseconds since 1970; 0 when Altinn answers. */
  readonly closedUntil: number;
  /** How often in a row Altinn did not answer. */
  readonly failures: number;
  /** Whether the one probe is under way that may end that. */
  readonly probing: boolean;
  /** When it was slowed down last, in milliseconds since 1970. */
  readonly slowedAt: number;
}

interface Options {
  /** Requests a second to begin with, and at the most. */
  readonly rate: number;
  readonly maxRate: number;
  readonly now?: () => number;
}

/** So many requests, the first after so many milliseconds, and so far apart. */
export interface Slots {
  readonly count: number;
  readonly firstMs: number;
  readonly intervalMs: number;
}

const key = { partitionKey: 'altinn', rowKey: 'pace' };
/** Altinn answers. */
const well = { failures: 0, closedUntil: 0, probing: false };
const none: Slots = { count: 0, firstMs: 0, intervalMs: 0 };

/** How far ahead requests are given out, in milliseconds. */
const horizonMs = 60_000;
/** An answer that takes longer slows the pace down. */
const slowMs = 3_000;
/** So many failures in a row close the way to Altinn for a while. */
const maxFailures = 5;
/** Milliseconds that it stays closed: doubled with each probe that fails, up to the second. */
const closedMs = [30_000, 300_000] as const;
const minRate = 0.2;
/** What was under way together slows it down once. */
const slowedForMs = 10_000;

/**
 * The pace towards Altinn of all instances together: one row, of which each takes slices of a minute at the most, so that
 * a request costs a fraction of a storage operation. It slows down when Altinn's answers get slower or it says 429, rises
 * again by a tenth a slice, and stops for a while when Altinn is down; then one probe ends that.
 */
export class Pace {
  readonly #table: Table;
  readonly #options: Required<Options>;
  #troubled = false;
  #slowedAt = 0;

  constructor(table: Table, { rate, maxRate, now = Date.now }: Options) {
    this.#table = table;
    this.#options = { rate: Math.min(rate, maxRate), maxRate, now };
  }

  /** Takes so many requests at the most. Two table operations, and more only where somebody else was faster. */
  async take(max: number): Promise<Slots> {
    let slots = none;
    await this.#change((row, now) => {
      slots = none;
      if (row.closedUntil > now) return undefined;
      if (row.failures >= maxFailures) {
        // One probe; whoever else comes meanwhile finds the way closed.
        slots = { ...none, count: Math.min(1, max) };
        return { ...row, probing: true, closedUntil: now + closedFor(row.failures) };
      }
      const first = Math.max(row.nextAt, now);
      const count = Math.min(max, Math.floor(((now + horizonMs - first) * row.rate) / 1_000));
      if (count < 1) return undefined;
      slots = { count, firstMs: first - now, intervalMs: 1_000 / row.rate };
      const rate = row.failures === 0 ? Math.min(this.#options.maxRate, row.rate * 1.1) : row.rate;
      return { ...row, rate, nextAt: first + (count * 1_000) / row.rate };
    });
    return slots;
  }

  /** Altinn answered. Costs nothing while all is well. */
  async answered(tookMs: number): Promise<void> {
    const now = this.#options.now();
    if (tookMs > slowMs && now - this.#slowedAt > slowedForMs) {
      this.#slowedAt = now;
      return this.#change((row) => ({ ...slowed(row, now, 0.7), ...well }));
    }
    if (!this.#troubled) return;
    this.#troubled = false;
    await this.#change((row) => (row.failures === 0 ? undefined : { ...row, ...well }));
  }

  /** Altinn did not answer, or said that it is asked too much. @param retryAfterMs how long it asks to stay away */
  async silent(retryAfterMs = 0): Promise<void> {
    this.#troubled = true;
    await this.#change((row, now) => {
      const isClosed = row.failures >= maxFailures;
      // What was under way when the way was closed says nothing new; the probe does.
      const failures = isClosed && !row.probing ? row.failures : row.failures + 1;
      const closedMs = failures > row.failures && failures >= maxFailures ? closedFor(failures) : 0;
      const closedUntil = Math.max(row.closedUntil, now + Math.max(retryAfterMs, closedMs));
      return { ...(isClosed ? row : slowed(row, now, 0.5)), failures, probing: false, closedUntil };
    });
  }

  async #change(next: (row: Row, now: number) => Row | undefined): Promise<void> {
    for (;;) {
      const stored = await this.#table.get<Row>(key.partitionKey, key.rowKey);
      const { rate, maxRate, now } = this.#options;
      const { nextAt = 0, closedUntil = 0, failures = 0, probing = false, slowedAt = 0 } = stored ?? {};
      this.#troubled ||= failures > 0;
      const known = Math.min(stored?.rate ?? rate, maxRate);
      const row = { rate: known, nextAt, closedUntil, failures, probing, slowedAt };
      const changed = next(row, now());
      if (!changed) return;
      const saved = stored
        ? await this.#table.replace({ ...key, ...changed }, stored.etag)
        : await this.#table.insert({ ...key, ...changed });
      if (saved) return;
    }
  }
}

function closedFor(failures: number): number {
  const [first, last] = closedMs;
  return Math.min(last, first * 2 ** (failures - maxFailures));
}

function slowed(row: Row, now: number, by: number): Row {
  if (now - row.slowedAt < slowedForMs) return row;
  return { ...row, rate: Math.max(minRate, row.rate * by), slowedAt: now };
}
