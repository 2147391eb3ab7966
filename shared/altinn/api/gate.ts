import { setTimeout as delay } from 'node:timers/promises';
import type { Runtime } from '../../runtime/http.ts';

/** Makes a gate that lets so many pass in a second, evenly; each caller waits for its turn. Of this process alone. */
export function makeGate(perSecond: number, { now = Date.now, sleep = delay }: Runtime): () => Promise<void> {
  let next = 0;
  return async () => {
    const turn = Math.max(now(), next);
    next = turn + 1_000 / perSecond;
    const wait = turn - now();
    if (wait > 0) await sleep(wait);
  };
}
