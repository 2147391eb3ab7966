import { Temporal } from 'temporal-polyfill';
import type { PolicyStep, QuietHours, Wait } from './policy.ts';
import { dayOff, workingDayAfter } from './working-days.ts';

const zone = 'Europe/Oslo';

/** A time as it is on clocks in Norway. @param time RFC 3339 */
export function inOslo(time: string): Temporal.ZonedDateTime {
  return Temporal.Instant.from(time).toZonedDateTimeISO(zone);
}

/**
 * The time that is so long after another. Days and weeks keep the time on the clock when the clocks change, hours,
 * minutes and seconds are exact; working days keep it on the so manieth working day after the date.
 *
 * A time on the clock that a change leaves out is an hour later, and of one that comes twice it is the first.
 * @param from RFC 3339
 */
export function addWait(from: string, wait: Wait): Date {
  return dateOf(waited(inOslo(from), wait));
}

/**
 * When a step is to be taken: its wait after the fact and, where that falls into quiet hours, at their end.
 * @param factAt when the fact that opened the follow-up happened, RFC 3339
 */
export function stepTime(factAt: string, step: PolicyStep, quietHours: QuietHours | undefined): Date {
  const at = waited(inOslo(factAt), step.after);
  return dateOf(quietHours && !step.atAnyTime ? afterQuiet(at, quietHours) : at);
}

/** Why nobody is to be disturbed at a time; `undefined` where it is not quiet. */
export function quietBecause(time: Temporal.PlainDateTime, quietHours: QuietHours): string | undefined {
  const { from, to, onlyWorkingDays } = quietHours;
  const off = onlyWorkingDays ? dayOff(time.toPlainDate()) : undefined;
  if (off) return off;
  const clock = time.toPlainTime().toString().slice(0, 5);
  const isQuiet = from < to ? clock >= from && clock < to : clock >= from || clock < to;
  return isQuiet ? `quiet hours from ${from} to ${to}` : undefined;
}

function waited(from: Temporal.ZonedDateTime, wait: Wait): Temporal.ZonedDateTime {
  if ('iso' in wait) return from.add(wait.iso);
  const days = from.toPlainDate().until(workingDayAfter(from.toPlainDate(), wait.workingDays));
  return from.add(days);
}

/** The first time that is not quiet, from a time on. */
function afterQuiet(at: Temporal.ZonedDateTime, quietHours: QuietHours): Temporal.ZonedDateTime {
  let time = at;
  while (quietBecause(time.toPlainDateTime(), quietHours)) time = nextTime(time, quietHours);
  return time;
}

/** The end of quiet hours or of the day, whichever is next: at one of them it ends being quiet. */
function nextTime(time: Temporal.ZonedDateTime, { to }: QuietHours): Temporal.ZonedDateTime {
  const now = time.toPlainDateTime();
  const end = now.withPlainTime(to);
  const midnight = now.toPlainDate().add({ days: 1 }).toPlainDateTime();
  const next = Temporal.PlainDateTime.compare(end, now) > 0 ? end : midnight;
  const first = next.toZonedDateTime(zone);
  // When the clocks are set back it comes twice, and the first may be over.
  const isOver = Temporal.ZonedDateTime.compare(first, time) <= 0;
  return isOver ? next.toZonedDateTime(zone, { disambiguation: 'later' }) : first;
}

const dateOf = (time: Temporal.ZonedDateTime) => new Date(time.epochMilliseconds);
