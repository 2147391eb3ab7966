import { fraction } from '../chance.ts';
import type { SimulatedClock } from '../clock.ts';
import type { Letter } from './letter.ts';

/** Simulated milliseconds. */
const [soonest, latest] = [4000, 7000];
/** However many calls came before it, so many workers took one up at the same time. */
const most = 2;

/** Confirmations that were answered 200 and are not committed yet: a job does that, and does it again for a second call. */
export class Confirmations {
  readonly #clock: SimulatedClock;
  readonly #commit: (letter: Letter) => void;
  readonly #waiting = new Map<Letter, number>();

  constructor(clock: SimulatedClock, commit: (letter: Letter) => void) {
    this.#clock = clock;
    this.#commit = commit;
  }

  add(letter: Letter): void {
    const calls = this.#waiting.get(letter) ?? 0;
    this.#waiting.set(letter, calls + 1);
    if (calls > 0) return;
    const drawn = fraction('confirmed after', letter.id, letter.changes.length);
    this.#clock.after(soonest + drawn * (latest - soonest), () => this.#run(letter));
  }

  #run(letter: Letter): void {
    const calls = this.#waiting.get(letter) ?? 0;
    this.#waiting.delete(letter);
    for (let done = 0; done < Math.min(calls, most); done += 1) this.#commit(letter);
  }
}
