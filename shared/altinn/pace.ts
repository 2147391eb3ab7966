import { setTimeout as delay } from 'node:timers/promises';
import type { Table } from '../storage/table.ts';

interface Row {
  /** Requests a second. */
  readonly rate: number;
  /** The first moment that is not given out, in milliseconds since 1970. */
  readonly nextAt: number;
  /** Until when nothing is asked since Altinn does not answer, in milliseconds since 1970; 0 when it does. */
  readonly closedUntil: number;
  /** Until when nothing is asked since Altinn said so, in milliseconds since 1970. */
  readonly awayUntil: number;
  /** How often in a row Altinn did not answer. */
  readonly failures: number;
  /** Whether the one probe is under way that may end that. */
  readonly probing: boolean;
  /** When it was slowed down last, and when it last rose, in milliseconds since 1970. */
  readonly slowedAt: number;
  readonly raisedAt: number;
}

interface Options {
  /** Requests a second to begin with, and at the most. */
  readonly rate: number;
  readonly maxRate: number;
  readonly now?: () => number;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** So many requests, the first after so many milliseconds, and so far apart. */
export interface Slots {
  readonly count: number;
  readonly firstMs: number;
  readonly intervalMs: number;
  /** Whether there are none because Altinn does not answer, or asks to be left alone. */
  readonly isClosed?: true | undefined;
}

/** What is of use: nothing is taken that is not. */
interface Wanted {
  readonly atLeast?: number | undefined;
  /** Milliseconds until the first. */
  readonly withinMs?: number | undefined;
  /** Milliseconds from now in which all of them are. */
  readonly spanMs?: number | undefined;
  /** Whether they are for later: the one probe that may end that Altinn is left alone is for who asks at once. */
  readonly isForLater?: boolean | undefined;
}

/** Whether a request may be made now; `taken` where all turns that are near are others'. */
export type Turn = 'now' | 'taken' | 'closed';

/** Those who go ahead together. */
interface Group {
  size: number;
  readonly turn: Promise<'now' | 'probe' | 'closed'>;
}

const key = { partitionKey: 'altinn', rowKey: 'pace' };
/** Altinn answers. */
const well = { failures: 0, closedUntil: 0, probing: false };
const none: Slots = { count: 0, firstMs: 0, intervalMs: 0 };

/** How far ahead requests are given out, in milliseconds. */
const horizonMs = 60_000;
/** Milliseconds after which a moment has passed, and that somebody waits for one. */
const [lateMs, maxTurnMs] = [500, 10_000];
/** How far ahead others are put off by those who go ahead, in milliseconds. */
const maxLaterMs = 30_000;
/** An answer that takes longer slows the pace down. */
const slowMs = 3_000;
/** So many failures in a row close the way to Altinn for a while. */
const maxFailures = 5;
/** Milliseconds that it stays closed: doubled with each probe that fails, up to the second. */
const closedMs = [30_000, 300_000] as const;
/** The longest that Altinn can ask to be left alone, in milliseconds. */
const maxAwayMs = 3_600_000;
const minRate = 0.2;
/** Milliseconds of use in which it rises by a tenth, and how many such steps it takes at once. */
const [stepMs, maxSteps] = [20_000, 3];
/** What was under way together slows it down once. */
const slowedForMs = 10_000;

/**
 * The pace towards Altinn of all instances together: one row, of which each takes slices of a minute at the most, so that
 * a request costs a fraction of a storage operation. It slows down when Altinn's answers get slower or it says 429, rises
 * again by a tenth every twenty seconds that it is used, and stops for a while when Altinn is down; then one probe ends that.
 */
export class Pace {
  readonly #table: Table;
  readonly #options: Required<Options>;
  #troubled = false;
  #slowedAt = 0;
  /** As it was seen last: what was given out before is then not asked without another look. */
  #closedUntil = 0;
  /** Who goes ahead with the next look at the row, and the look before. */
  #group: Group | undefined;
  #before: Promise<unknown> = Promise.resolve();

  constructor(table: Table, { rate, maxRate, now = Date.now, sleep = delay }: Options) {
    this.#table = table;
    this.#options = { rate: Math.min(rate, maxRate), maxRate, now, sleep };
  }

  /** Takes so many requests at the most. Two table operations, and more only where somebody else was faster. */
  async take(
    max: number,
    { atLeast = 1, withinMs = horizonMs, spanMs = horizonMs, isForLater = false }: Wanted = {},
  ): Promise<Slots> {
    let slots = none;
    await this.#change((row, now) => {
      slots = none;
      const isDown = row.failures >= maxFailures;
      if (closedUntilOf(row) > now || (isDown && isForLater)) {
        slots = { ...none, isClosed: true };
        return undefined;
      }
      if (isDown) {
        // One probe; whoever else comes meanwhile finds the way closed.
        slots = { count: atLeast, firstMs: 0, intervalMs: 1_000 / row.rate };
        return { ...row, probing: true, closedUntil: now + closedFor(row.failures) };
      }
      const usedMs = Math.max(0, Math.min(row.nextAt, now) - row.raisedAt);
      const steps = row.failures === 0 ? Math.min(maxSteps, usedMs / stepMs) : 0;
      const rate = Math.min(this.#options.maxRate, row.rate * 1.1 ** steps);
      const first = Math.max(row.nextAt, now);
      const count = Math.min(max, Math.floor(((now + spanMs - first) * rate) / 1_000));
      if (count < atLeast || first - now > withinMs) return undefined;
      slots = { count, firstMs: first - now, intervalMs: 1_000 / rate };
      return { ...row, rate, raisedAt: now, nextAt: first + (count * 1_000) / rate };
    });
    return slots;
  }

  /**
   * Waits for a moment that was taken, a minute before at the most, or for a new one where that has passed.
   * @param at milliseconds since 1970; absent where none was taken
   */
  async turn(at?: number): Promise<Turn> {
    const { now, sleep } = this.#options;
    let waitMs = at === undefined ? Number.NEGATIVE_INFINITY : at - now();
    if (waitMs < -lateMs || waitMs > maxTurnMs || this.#closedUntil > now()) {
      const { count, firstMs, isClosed } = await this.take(1, { withinMs: maxTurnMs });
      if (count === 0) return isClosed ? 'closed' : 'taken';
      waitMs = firstMs;
    }
    if (waitMs > 0) await sleep(waitMs);
    return 'now';
  }

  /**
   * Takes a moment at once, ahead of all who wait: those who come after it are that much later, up to half a minute. Whoever
   * was given a moment before keeps it. For what somebody waits for in seconds. Two table operations for all of this
   * process that come together.
   * @returns `closed` where Altinn is left alone
   */
  async ahead(): Promise<Exclude<Turn, 'taken'>> {
    const group = this.#group ?? this.#newGroup();
    const isFirst = group.size++ === 0;
    const turn = await group.turn;
    if (turn !== 'probe') return turn;
    return isFirst ? 'now' : 'closed';
  }

  #newGroup(): Group {
    const begin = () => {
      this.#group = undefined;
      return this.#takeAhead(group.size);
    };
    const group: Group = { size: 0, turn: this.#before.then(begin) };
    this.#group = group;
    this.#before = group.turn.catch(() => undefined);
    return group;
  }

  async #takeAhead(count: number): Promise<'now' | 'probe' | 'closed'> {
    let turn: 'now' | 'probe' | 'closed' = 'now';
    await this.#change((row, now) => {
      turn = closedUntilOf(row) > now ? 'closed' : row.failures >= maxFailures ? 'probe' : 'now';
      if (turn === 'closed') return undefined;
      if (turn === 'probe') return { ...row, probing: true, closedUntil: now + closedFor(row.failures) };
      const first = Math.max(row.nextAt, now);
      return {
        ...row,
        nextAt: Math.min(first + (count * 1_000) / row.rate, Math.max(first, now + maxLaterMs)),
      };
    });
    return turn;
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
    const awayMs = Math.min(retryAfterMs, maxAwayMs);
    await this.#change((row, now) => {
      const isClosed = row.failures >= maxFailures;
      // What was under way when the way was closed says nothing new; the probe does.
      const failures = isClosed && !row.probing ? row.failures : row.failures + 1;
      const closedMs = failures > row.failures && failures >= maxFailures ? closedFor(failures) : 0;
      return {
        ...(isClosed ? row : slowed(row, now, 0.5)),
        ...{ failures, probing: false },
        closedUntil: Math.max(row.closedUntil, now + closedMs),
        awayUntil: Math.max(row.awayUntil, now + awayMs),
      };
    });
  }

  async #change(next: (row: Row, now: number) => Row | undefined): Promise<void> {
    for (;;) {
      const stored = await this.#table.get<Row>(key.partitionKey, key.rowKey);
      const { rate, maxRate, now } = this.#options;
      const { nextAt = 0, failures = 0, probing = false, slowedAt = 0 } = stored ?? {};
      const { closedUntil = 0, awayUntil = 0, raisedAt = now() } = stored ?? {};
      this.#troubled ||= failures > 0;
      const known = Math.min(stored?.rate ?? rate, maxRate);
      const row = { rate: known, nextAt, closedUntil, awayUntil, failures, probing, slowedAt, raisedAt };
      const changed = next(row, now());
      this.#closedUntil = closedUntilOf(changed ?? row);
      if (!changed) return;
      const saved = stored
        ? await this.#table.replace({ ...key, ...changed }, stored.etag)
        : await this.#table.insert({ ...key, ...changed });
      if (saved) return;
    }
  }
}

function closedUntilOf({ closedUntil, awayUntil }: Row): number {
  return Math.max(closedUntil, awayUntil);
}

function closedFor(failures: number): number {
  const [first, last] = closedMs;
  return Math.min(last, first * 2 ** (failures - maxFailures));
}

function slowed(row: Row, now: number, by: number): Row {
  if (now - row.slowedAt < slowedForMs) return row;
  return { ...row, rate: Math.max(minRate, row.rate * by), slowedAt: now, raisedAt: now };
}
