import { InvalidValue } from '../runtime/invalid-value.ts';
import type { Type } from './setting.ts';

const fields = [
  { name: 'seconds', min: 0, max: 59 },
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ') },
  { name: 'day of the week', min: 0, max: 6, names: 'SUN MON TUE WED THU FRI SAT'.split(' ') },
] as const;
type Field = { name: string; min: number; max: number; names?: readonly string[] };

/** The most days that a month can have, from January on. */
const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * A timer's schedule. What it takes is what both the Functions host and the embedded one take: no ranges that run
 * backwards, which the former turns round, and no names longer than three letters.
 *
 * Source: atifaziz/NCrontab, `CrontabFieldImpl` and `CrontabField`, and Azure/azure-webjobs-sdk-extensions,
 * `TimerSchedule`; Microsoft Learn, "Timer trigger for Azure Functions", on time spans.
 */
export const ncrontab: Type<string> = {
  is: 'NCRONTAB of six fields, seconds first, in UTC',
  parse(text) {
    if (/^[\d.]+:\d+/.test(text)) {
      throw new InvalidValue(
        'is a time span, which a timer takes on an App Service plan alone: write NCRONTAB',
      );
    }
    const parts = text.split(/\s+/);
    if (parts.length !== fields.length) throw new InvalidValue('is no NCRONTAB of six fields, seconds first');
    const values = fields.map((field, index) => valuesOf(parts[index] as string, field));
    const [, , , daysOfMonth = [], months = []] = values;
    if (!months.some((month) => daysOfMonth.some((day) => day <= (days[month - 1] as number)))) {
      throw new InvalidValue('never comes: no such month has such a day');
    }
    return text;
  },
};

function valuesOf(text: string, field: Field): number[] {
  return text.split(',').flatMap((item) => {
    const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,2}))?$/.exec(item) ?? [];
    const all = first === '*' && last === undefined;
    const from = all ? field.min : numberOf(first, field);
    // A step after a single value goes on to the field's end.
    const to = last !== undefined ? numberOf(last, field) : all || step ? field.max : from;
    const by = Number(step ?? 1);
    if (!(from >= field.min && to <= field.max && from <= to && by >= 1 && by <= field.max)) {
      const names = field.names ? ` (${field.names[0]} to ${field.names.at(-1)})` : '';
      throw new InvalidValue(
        `is no NCRONTAB: its ${field.name} must be *, or of ${field.min} to ${field.max}${names} with lists, ranges and steps`,
      );
    }
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
  });
}

/** @returns NaN, which fits no limits, for what is no value */
function numberOf(text: string, { min, names }: Field): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  const index = names?.indexOf(text.toUpperCase()) ?? -1;
  return index < 0 ? Number.NaN : index + min;
}
