import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedClock } from '../simulator/clock.ts';

export interface TimeOptions {
  /** Simulated seconds in a second, while nothing holds time up. */
  readonly scale: number;
  /** Whether time has to wait. */
  readonly held: () => boolean;
}

/** Real milliseconds. */
const tick = 20;

/** Moves a clock that stands still by itself; gives back what ends that. */
export function runTime(clock: SimulatedClock, { scale, held }: TimeOptions): () => Promise<void> {
  const ended = new AbortController();
  const run = async () => {
    while (!ended.signal.aborted) {
      await delay(tick, undefined, { signal: ended.signal }).catch(() => {});
      // Without waiting for what the timers began: pushes overlap as they do in earnest.
      if (!ended.signal.aborted && !held()) await clock.advance(tick * scale);
    }
  };
  const running = run();
  return () => {
    ended.abort();
    return running;
  };
}
