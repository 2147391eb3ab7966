import { parseDuration } from '../../runtime/duration.ts';
import type { Wait } from './policy.ts';

/** What a wait looks like: an ISO 8601 duration that {@link parseDuration} reads, or working days. */
export const waitForm =
  /^(P(?=\d|T\d)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?|[1-9]\d{0,2} working days?)$/;

const maxDays = 365;
const maxWorkingDays = 250;
const dayMs = 24 * 60 * 60_000;

/** Reads a text of {@link waitForm}. */
export function parseWait(text: string): Wait {
  return text.startsWith('P') ? { iso: text } : { workingDays: Number.parseInt(text, 10) };
}

/** Whether a wait is a year at the most. */
export function isShortEnough(wait: Wait): boolean {
  return 'iso' in wait ? exactMs(wait.iso) <= maxDays * dayMs : wait.workingDays <= maxWorkingDays;
}

/**
 * Whether one wait is over before another whenever both begin: for working days, whatever holidays there are. The clocks'
 * changes are left out.
 */
export function isShorter(wait: Wait, than: Wait): boolean {
  if ('workingDays' in wait && 'workingDays' in than) return wait.workingDays < than.workingDays;
  return longestMs(wait) < shortestMs(than);
}

const exactMs = (iso: string) => (parseDuration(iso) ?? Number.NaN) * 1_000;

/** From a Sunday on, without a holiday. */
function shortestMs(wait: Wait): number {
  if ('iso' in wait) return exactMs(wait.iso);
  return (wait.workingDays + 2 * Math.floor((wait.workingDays - 1) / 5)) * dayMs;
}

/** From a Friday on, with more holidays than ever come on working days together. */
function longestMs(wait: Wait): number {
  if ('iso' in wait) return exactMs(wait.iso);
  const weekdays = wait.workingDays + Math.min(4 + Math.ceil(wait.workingDays / 5), 24);
  return (weekdays + 2 * Math.ceil(weekdays / 5)) * dayMs;
}
