import { compareTimes } from '../events/time.ts';
import type { Via } from '../queue/message.ts';

/** Events in a row that the push did not bring. */
export interface Silence {
  readonly events: number;
  /** The time of the first of them, RFC 3339. */
  readonly since: string;
}

/** A pulled event. */
export interface Pulled {
  /** RFC 3339; `undefined` where the event has none. */
  readonly time: string | undefined;
  /** How it had been tracked by then; `undefined` when it had not. */
  readonly via: Via | undefined;
}

/** More than a handful: so many events in a row are no accident. */
const enough = 8;

/**
 * Milliseconds: longer than the push of a receiver that answers takes, with its first tries. What is younger may be on
 * its way, and tells nothing.
 */
const usualDelayMs = 15 * 60 * 1000;

/** Whether the push had the time to bring an event by now. */
export function hadTime(time: string | undefined, now: Date): boolean {
  return time !== undefined && compareTimes(time, new Date(now.getTime() - usualDelayMs).toISOString()) < 0;
}

/**
 * How long the push has been silent, by the events that were just pulled, in their order: each one that it had brought
 * ends a silence, each one that it had not, though it had the time, makes it longer.
 * @param before what is known from the pulls before
 */
export function listen(
  before: Silence | undefined,
  pulled: readonly Pulled[],
  now: Date,
): Silence | undefined {
  let silence = before;
  for (const { time, via } of pulled) {
    if (via === 'push') silence = undefined;
    else if (time && hadTime(time, now)) {
      silence = { events: (silence?.events ?? 0) + 1, since: silence?.since ?? time };
    }
  }
  return silence;
}

/** Whether a silence means that the push has stopped. */
export function hasStopped(silence: Silence | undefined): silence is Silence {
  return (silence?.events ?? 0) >= enough;
}

/** What stops a push, the likeliest first. */
export const causes =
  'the subscription was deleted or is not validated; its address has an old key or leads elsewhere; a firewall or ALTINN_SOURCE turns Altinn away; the receiver was down. `npm run altinn -- doctor` tells which';
