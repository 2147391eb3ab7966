import type { Temporal } from 'temporal-polyfill';
import holidays from './holidays.json' with { type: 'json' };

const names = new Map<string, string>();
for (const [year, days] of Object.entries(holidays.years)) {
  for (const day of days.split(', ')) {
    const date = `${year}-${day.slice(0, 5)}`;
    names.set(date, [names.get(date), day.slice(6)].filter(Boolean).join(' and '));
  }
}

/** What public holiday of Norway a day is; `undefined` for any other, and before 2020 and after 2099. */
export function holidayName(day: Temporal.PlainDate): string | undefined {
  return names.get(day.toString());
}

/** Why a day is no working day in Norway; `undefined` for one that is, 24 and 31 December among them. */
export function dayOff(day: Temporal.PlainDate): string | undefined {
  return holidayName(day) ?? (day.dayOfWeek === 6 ? 'Saturday' : day.dayOfWeek === 7 ? 'Sunday' : undefined);
}

/** The working day that is so many after a day, 1 being the next one. */
export function workingDayAfter(day: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let at = day;
  for (let left = count; left > 0; ) {
    at = at.add({ days: 1 });
    if (!dayOff(at)) left--;
  }
  return at;
}
