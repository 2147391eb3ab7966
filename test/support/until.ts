import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer, for 25 s at most. @param what for the error */
export async function until<T>(
  ask: () => T | Promise<T>,
  what = String(ask),
): Promise<Exclude<T, false | null | undefined>> {
  for (const deadline = Date.now() + 25_000; ; await delay(25)) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined>;
    if (Date.now() > deadline) throw new Error(`did not come in 25 s: ${what}`);
  }
}
