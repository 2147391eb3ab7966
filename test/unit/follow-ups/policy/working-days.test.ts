import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { dayOff, holidayName, workingDayAfter } from '../../../../shared/follow-ups/policy/working-days.ts';

const day = (text: string) => Temporal.PlainDate.from(text);

describe('dayOff', () => {
  it.each([
    ['2026-01-01', "New Year's Day"],
    ['2026-04-02', 'Maundy Thursday'],
    ['2026-04-03', 'Good Friday'],
    ['2026-04-04', 'Saturday'],
    ['2026-04-05', 'Easter Sunday'],
    ['2026-04-06', 'Easter Monday'],
    ['2026-05-01', 'Labour Day'],
    ['2026-05-14', 'Ascension Day'],
    ['2026-05-17', 'Constitution Day'],
    ['2026-05-24', 'Pentecost'],
    ['2026-05-25', 'Whit Monday'],
    ['2026-12-25', 'Christmas Day'],
    ['2026-12-26', 'Boxing Day'],
    ['2026-12-27', 'Sunday'],
    ['2027-05-17', 'Constitution Day and Whit Monday'],
  ])('%s is %s', (date, name) => {
    expect(dayOff(day(date))).toBe(name);
  });

  it.each([
    ['2026-04-01', 'the Wednesday before Easter'],
    ['2026-04-07', 'the Tuesday after Easter'],
    ['2026-12-24', 'Christmas Eve'],
    ['2026-12-31', "New Year's Eve"],
    ['2026-05-15', 'the Friday after Ascension Day'],
  ])('%s, %s, is a working day', (date) => {
    expect(dayOff(day(date))).toBeUndefined();
  });

  it('knows the ten holidays that are fixed or of Easter, and both Sundays of theirs, in every year of the table', () => {
    for (let year = 2020; year < 2100; year++) {
      const easter = easterOf(year);
      const ofEaster = [-3, -2, 0, 1, 39, 49, 50].map((days) => easter.add({ days }).toString());
      const fixed = ['01-01', '05-01', '05-17', '12-25', '12-26'].map((date) => `${year}-${date}`);
      const expected = [...new Set([...ofEaster, ...fixed])].sort();
      const all = Array.from({ length: day(`${year}-01-01`).daysInYear }, (_, days) =>
        day(`${year}-01-01`).add({ days }),
      );
      expect(all.filter(holidayName).map(String)).toEqual(expected);
    }
  });

  it('has a table that reaches far enough', () => {
    const inTenYears = Temporal.Now.plainDateISO().year + 10;
    expect(holidayName(day(`${inTenYears}-12-25`))).toBe('Christmas Day');
  });
});

describe('workingDayAfter', () => {
  it.each([
    ['2026-11-20', 1, '2026-11-23', 'over a weekend'],
    ['2026-11-22', 1, '2026-11-23', 'from a Sunday'],
    ['2026-04-01', 1, '2026-04-07', 'over Easter'],
    ['2026-04-01', 5, '2026-04-13', 'over Easter and a weekend'],
    ['2026-04-30', 1, '2026-05-04', 'over 1 May and a weekend'],
    ['2027-05-14', 1, '2027-05-18', 'over 17 May, which is Whit Monday too'],
    ['2026-05-13', 1, '2026-05-15', 'over Ascension Day'],
    ['2026-05-22', 1, '2026-05-26', 'over Whitsun'],
    ['2026-12-23', 1, '2026-12-24', 'to Christmas Eve'],
    ['2026-12-24', 1, '2026-12-28', 'over Christmas'],
    ['2026-12-31', 1, '2027-01-04', 'over the year'],
    ['2026-04-01', 0, '2026-04-01', 'none'],
  ])('from %s, %d is %s: %s', (from, count, to) => {
    expect(workingDayAfter(day(from), count).toString()).toBe(to);
  });
});

/** Easter Sunday by the anonymous Gregorian computus, as Meeus prints it. */
function easterOf(year: number): Temporal.PlainDate {
  const a = year % 19;
  const [b, c] = [Math.floor(year / 100), year % 100];
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 });
}
