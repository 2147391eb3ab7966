import { setTimeout as delay } from 'node:timers/promises';

/** How long the command line waits, in milliseconds. */
export interface Timing {
  /** Between two looks at a subscription. */
  readonly poll: number;
  /** Until a validation that has not come is asked for again: the older sender has given up by then. */
  readonly resend: number;
  /** Until we no longer wait for a validation. */
  readonly validation: number;
  /** How long Altinn goes on by what it knew of a subscription. */
  readonly cache: number;
  /** How young an event may be and still be on its way. */
  readonly underWay: number;
  /** Between two lines of progress where there is no terminal: a minute, an eighth of `validation`. */
  readonly report: number;
}

const second = 1_000;
const minute = 60 * second;

/**
 * The times as they are.
 * @param scale divides them, for tests and demonstrations
 *
 * Source: Altinn/altinn-events: a validation event is sent 9 times over 466 s (5 times over 400 s by the older
 * sender), and subscriptions and decisions are cached for an hour.
 */
export function makeTiming(scale: number): Timing {
  const validation = Math.max(2 * second, (8 * minute) / scale);
  return {
    poll: Math.max(20, (5 * second) / scale),
    resend: (validation * 7) / 8,
    validation,
    cache: (60 * minute) / scale,
    underWay: (10 * minute) / scale,
    report: validation / 8,
  };
}

/** Waits, and tells once per poll how long it has been. */
export async function waitAndTell(
  total: number,
  timing: Timing,
  tell: (passed: number) => void,
): Promise<void> {
  const start = Date.now();
  for (let passed = 0; passed < total; passed = Date.now() - start) {
    tell(passed);
    await delay(Math.min(timing.poll, total - passed));
  }
}

/** @example clock(95_000) // '1:35' */
export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / second);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
