import type { SimulatedClock } from '../clock.ts';
import { Poster } from './post.ts';

export interface Delivery {
  readonly endpoint: string;
  readonly body: string;
  /** Seconds before the second try and each that follows. */
  readonly schedule: readonly number[];
  /** Called as a try begins, from 1. */
  onTry?(attempt: number): void;
  onAcknowledged(): void;
  /** Called when the last try has failed, with what became of that one. */
  onDeadLetter?(reason: string): void;
}

export interface SenderOptions {
  readonly clock: SimulatedClock;
  /** Real milliseconds. */
  readonly timeout: number;
  readonly parallel: number;
}

/** Posts to endpoints, so many at a time and the first come first; any 2xx is success, anything else is tried again. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #poster = new Poster();
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #settled: (() => void)[] = [];
  #sending = 0;
  #stopped = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Whether no request is under way or waits for a sender; a retry that is not due yet does not count. */
  get idle(): boolean {
    return this.#sending === 0 && this.#waiting.length === 0;
  }

  deliver(delivery: Delivery, attempt = 1): void {
    if (this.#stopped) return;
    this.#waiting.push(() => this.#attempt(delivery, attempt));
    this.#next();
  }

  /** Resolves as soon as it is idle. */
  settled(): Promise<void> {
    return this.idle ? Promise.resolve() : new Promise((resolve) => this.#settled.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#poster.stop();
  }

  #next(): void {
    while (this.#sending < this.#options.parallel) {
      const attempt = this.#waiting.shift();
      if (!attempt) break;
      this.#sending += 1;
      void attempt().finally(() => {
        this.#sending -= 1;
        this.#next();
      });
    }
    if (this.idle) for (const resolve of this.#settled.splice(0)) resolve();
  }

  async #attempt(delivery: Delivery, attempt: number): Promise<void> {
    delivery.onTry?.(attempt);
    const { endpoint, body, schedule } = delivery;
    const outcome = await this.#poster
      .post({ endpoint, body, timeout: this.#options.timeout })
      .catch((error: Error) => error.message || 'no answer');
    if (this.#stopped) return;
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) {
      delivery.onAcknowledged();
      return;
    }
    const wait = schedule[attempt - 1];
    if (wait === undefined) delivery.onDeadLetter?.(String(outcome));
    else this.#options.clock.after(wait * 1000, () => this.deliver(delivery, attempt + 1));
  }
}
