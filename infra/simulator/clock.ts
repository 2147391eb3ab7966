interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** The longest that setTimeout waits; a longer wait is cut and begun again. */
const maxWaitMs = 2 ** 31 - 1;

export interface ClockOptions {
  /** Simulated seconds in a second; 0 stands still and moves by {@link SimulatedClock.advance} alone. */
  readonly scale: number;
  /** What it shows at first, in milliseconds since 1970. */
  readonly start: number;
}

/**
 * The one clock of the simulated Altinn: what it shows runs `scale` times as fast as real time, and can be moved
 * ahead. While a timer runs, the clock shows when it was due, so that a story's times depend on its seed alone.
 */
export class SimulatedClock {
  readonly scale: number;
  readonly #timers: Timer[] = [];
  #shown: number;
  #shownAt = performance.now();
  #due: number | undefined;
  #order = 0;
  #wake: NodeJS.Timeout | undefined;
  #advancing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor({ scale, start }: ClockOptions) {
    this.scale = scale;
    this.#shown = start;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#due ?? this.#shown + (performance.now() - this.#shownAt) * this.scale;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Runs something after so many simulated milliseconds; gives back what cancels it. */
  after(milliseconds: number, run: () => void): () => void {
    const timer = { due: this.now() + Math.max(0, milliseconds), order: this.#order++, run };
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    this.#arm();
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /**
   * Moves time ahead from timer to timer; after each moment it waits until what the timers began has `settled`,
   * so that a retry schedule of days passes in the time that its requests take.
   */
  advance(milliseconds: number, settled: () => Promise<void> = async () => {}): Promise<void> {
    const advanced = this.#advancing.then(() => this.#advanceTo(this.now() + milliseconds, settled));
    this.#advancing = advanced.catch(() => {});
    return advanced;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#wake);
    this.#timers.length = 0;
  }

  async #advanceTo(target: number, settled: () => Promise<void>): Promise<void> {
    await settled();
    for (let next = this.#timers.at(-1); next && next.due <= target; next = this.#timers.at(-1)) {
      this.#show(Math.max(next.due, this.now()));
      this.#runUntil(next.due);
      await settled();
    }
    this.#show(Math.max(target, this.now()));
    this.#arm();
  }

  #show(time: number): void {
    this.#shown = time;
    this.#shownAt = performance.now();
  }

  #runUntil(time: number): void {
    for (let next = this.#timers.at(-1); next && next.due <= time; next = this.#timers.at(-1)) {
      this.#timers.pop();
      this.#due = next.due;
      try {
        next.run();
      } finally {
        this.#due = undefined;
      }
    }
  }

  /** Sleeps until the earliest timer, which is the last of the array. */
  #arm(): void {
    clearTimeout(this.#wake);
    const next = this.#timers.at(-1);
    if (!next || this.scale === 0 || this.#stopped) return;
    const wait = Math.max(0, (next.due - this.now()) / this.scale);
    this.#wake = setTimeout(
      () => {
        this.#runUntil(this.now());
        this.#arm();
      },
      Math.min(Math.ceil(wait), maxWaitMs),
    );
  }

  #placeOf({ due }: Timer): number {
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle] as Timer).due > due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
