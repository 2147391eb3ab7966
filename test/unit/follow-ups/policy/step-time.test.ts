import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyStep, QuietHours, Wait } from '../../../../shared/follow-ups/policy/policy.ts';
import { addWait, inOslo, quietBecause, stepTime } from '../../../../shared/follow-ups/policy/step-time.ts';
import { dayOff } from '../../../../shared/follow-ups/policy/working-days.ts';

const wait = (text: string): Wait =>
  /^P/.test(text) ? { iso: text } : { workingDays: Number.parseInt(text, 10) };
const step = (after: string, atAnyTime = false): PolicyStep => ({
  key: 'a',
  channel: 'a',
  after: wait(after),
  atAnyTime,
  nextAtOnceIfFailed: false,
});
const night = { from: '20:00', to: '07:00', onlyWorkingDays: true };
const nightly = { ...night, onlyWorkingDays: false };
const lunch = { from: '11:30', to: '12:15', onlyWorkingDays: false };
const oslo = (time: Date) => inOslo(time.toISOString()).toString({ timeZoneName: 'never' }).slice(0, 22);

describe('addWait', () => {
  it.each([
    ['2026-11-20T10:00:00Z', 'PT0S', '2026-11-20T10:00:00.000Z', 'nothing'],
    ['2026-11-20T10:00:00.1234567Z', 'PT1M', '2026-11-20T10:01:00.123Z', 'more digits than a Date holds'],
    ['2026-11-20T10:00:00Z', 'P1W2DT3H', '2026-11-29T13:00:00.000Z', 'weeks, days and hours'],
    ['2026-03-28T11:00:00Z', 'P1D', '2026-03-29T10:00:00.000Z', 'a day of 23 hours'],
    ['2026-03-28T11:00:00Z', 'PT24H', '2026-03-29T11:00:00.000Z', '24 hours over the change'],
    ['2026-10-24T10:00:00Z', 'P1D', '2026-10-25T11:00:00.000Z', 'a day of 25 hours'],
    ['2026-10-24T10:00:00Z', 'PT24H', '2026-10-25T10:00:00.000Z', '24 hours over the other change'],
    ['2026-03-28T01:30:00Z', 'P1D', '2026-03-29T01:30:00.000Z', '02:30, which there is not: 03:30'],
    ['2026-10-24T00:30:00Z', 'P1D', '2026-10-25T00:30:00.000Z', '02:30, which comes twice: the first'],
    ['2026-12-31T22:59:00Z', 'P1D', '2027-01-01T22:59:00.000Z', 'over the year'],
    [
      '2026-12-31T23:30:00Z',
      '1 working day',
      '2027-01-03T23:30:00.000Z',
      'from the first of January in Norway',
    ],
    ['2026-04-01T22:30:00Z', '1 working day', '2026-04-06T22:30:00.000Z', 'from Maundy Thursday in Norway'],
    ['2026-03-27T11:00:00Z', '1 working day', '2026-03-30T10:00:00.000Z', 'the same time on the clock'],
    [
      '2026-10-23T10:00:00Z',
      '1 working day',
      '2026-10-26T11:00:00.000Z',
      'the same time on the clock, in autumn',
    ],
    ['2026-12-23T11:00:00Z', '3 working days', '2026-12-29T11:00:00.000Z', 'over Christmas'],
  ])('%s and %s is %s: %s', (from, text, expected) => {
    expect(addWait(from, wait(text)).toISOString()).toBe(expected);
  });

  it('is on a working day, at the same time on the clock, with so many working days passed', () => {
    fc.assert(
      fc.property(instants(), fc.integer({ min: 1, max: 60 }), (from, workingDays) => {
        const [a, b] = [inOslo(from), inOslo(addWait(from, { workingDays }).toISOString())];
        expect(dayOff(b.toPlainDate())).toBeUndefined();
        // But for an hour that a change leaves out.
        if (b.toPlainDate().month !== 3) expect(b.toPlainTime().equals(a.toPlainTime())).toBe(true);
        let passed = 0;
        for (let day = a.toPlainDate(); !day.equals(b.toPlainDate()); ) {
          day = day.add({ days: 1 });
          if (!dayOff(day)) passed++;
        }
        expect(passed).toBe(workingDays);
      }),
    );
  });

  it('is later for a longer wait of one form', () => {
    fc.assert(
      fc.property(instants(), fc.boolean(), fc.nat(100), fc.nat(20), (from, isIso, count, more) => {
        const of = (number: number) =>
          addWait(from, isIso ? { iso: `P${number}D` } : { workingDays: number });
        expect(of(count + more).getTime()).toBeGreaterThanOrEqual(of(count).getTime());
      }),
    );
  });
});

describe('stepTime', () => {
  it.each<[string, string, string, QuietHours, string]>([
    ['by day', '2026-11-20T12:00:00Z', 'PT0S', night, '2026-11-20T13:00:00+01:00'],
    ['at its very beginning', '2026-11-19T19:00:00Z', 'PT0S', night, '2026-11-20T07:00:00+01:00'],
    ['at its very end', '2026-11-20T06:00:00Z', 'PT0S', night, '2026-11-20T07:00:00+01:00'],
    ['before dawn', '2026-11-20T05:59:59Z', 'PT0S', night, '2026-11-20T07:00:00+01:00'],
    ['on Friday night', '2026-11-20T20:00:00Z', 'PT0S', night, '2026-11-23T07:00:00+01:00'],
    ['on Saturday', '2026-11-21T12:00:00Z', 'PT0S', night, '2026-11-23T07:00:00+01:00'],
    ['on Saturday, which is as good', '2026-11-21T12:00:00Z', 'PT0S', nightly, '2026-11-21T13:00:00+01:00'],
    [
      'on Friday night, Saturday being as good',
      '2026-11-20T20:00:00Z',
      'PT0S',
      nightly,
      '2026-11-21T07:00:00+01:00',
    ],
    ['before Easter', '2026-04-01T18:30:00Z', 'PT0S', night, '2026-04-07T07:00:00+02:00'],
    ['before 1 May', '2026-04-30T18:30:00Z', 'PT0S', night, '2026-05-04T07:00:00+02:00'],
    ['before 17 May', '2027-05-14T18:30:00Z', 'PT0S', night, '2027-05-18T07:00:00+02:00'],
    ['before Ascension Day', '2026-05-13T18:30:00Z', 'PT0S', night, '2026-05-15T07:00:00+02:00'],
    ['before Whitsun', '2026-05-22T18:30:00Z', 'PT0S', night, '2026-05-26T07:00:00+02:00'],
    ['on Christmas Eve', '2026-12-24T19:30:00Z', 'PT0S', night, '2026-12-28T07:00:00+01:00'],
    ["on New Year's Eve", '2026-12-31T19:30:00Z', 'PT0S', night, '2027-01-04T07:00:00+01:00'],
    ['at noon', '2026-11-20T10:30:00Z', 'PT0S', lunch, '2026-11-20T12:15:00+01:00'],
    ['after noon', '2026-11-20T11:15:00Z', 'PT0S', lunch, '2026-11-20T12:15:00+01:00'],
    ['at night', '2026-11-20T22:15:00Z', 'PT0S', lunch, '2026-11-20T23:15:00+01:00'],
    [
      'to midnight',
      '2026-11-20T22:30:00Z',
      'PT0S',
      { ...lunch, from: '22:00', to: '00:00' },
      '2026-11-21T00:00:00+01:00',
    ],
    [
      'from midnight',
      '2026-11-20T01:30:00Z',
      'PT0S',
      { ...lunch, from: '00:00', to: '06:00' },
      '2026-11-20T06:00:00+01:00',
    ],
    [
      'to a time that there is not',
      '2026-03-28T22:00:00Z',
      'PT0S',
      { ...nightly, to: '02:30' },
      '2026-03-29T03:30:00+02:00',
    ],
    [
      'to the first of two',
      '2026-10-25T00:10:00Z',
      'PT0S',
      { ...nightly, to: '02:30' },
      '2026-10-25T02:30:00+02:00',
    ],
    [
      'to the second of two',
      '2026-10-25T01:10:00Z',
      'PT0S',
      { ...nightly, to: '02:30' },
      '2026-10-25T02:30:00+01:00',
    ],
    ['a day later, on Saturday night', '2026-11-20T20:00:00Z', 'P1D', night, '2026-11-23T07:00:00+01:00'],
    [
      'a working day later, at night',
      '2026-11-20T20:00:00Z',
      '1 working day',
      night,
      '2026-11-24T07:00:00+01:00',
    ],
  ])('%s: from %s, %s', (_why, factAt, after, quietHours, expected) => {
    expect(oslo(stepTime(factAt, step(after), quietHours)).slice(0, 19)).toBe(expected.slice(0, 19));
    expect(stepTime(factAt, step(after), quietHours).getTime()).toBe(Date.parse(expected));
  });

  it('is the time itself without quiet hours, and for a step at any time', () => {
    const at = '2026-11-21T23:00:00.000Z';
    expect(stepTime(at, step('PT0S'), undefined).toISOString()).toBe(at);
    expect(stepTime(at, step('PT0S', true), night).toISOString()).toBe(at);
  });

  it('is never quiet, never too early, and the first time that is neither', () => {
    fc.assert(
      fc.property(instants(), quiet(), (factAt, quietHours) => {
        const earliest = Date.parse(factAt);
        const at = stepTime(factAt, step('PT0S'), quietHours).getTime();
        const isQuiet = (time: number) =>
          quietBecause(inOslo(new Date(time).toISOString()).toPlainDateTime(), quietHours);
        expect(at).toBeGreaterThanOrEqual(earliest);
        expect(isQuiet(at)).toBeUndefined();
        // An end that the clocks leave out is an hour late.
        const isLeftOut = quietHours.to.startsWith('02') && inOslo(new Date(at).toISOString()).hour === 3;
        const last = isLeftOut ? at - 3_600_000 : at;
        for (let time = last - 1; time > earliest; time -= 10 * 60_000) {
          // Quiet hours that begin in the hour that comes twice go on when it comes again.
          if (!isInTwofoldHour(time)) expect(isQuiet(time)).toBeDefined();
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    );
  });
});

/** Whether it is in the second of the two hours from two to three of the night when the clocks are set back. */
function isInTwofoldHour(time: number): boolean {
  const [before, now] = [time - 3_600_000, time].map((ms) => inOslo(new Date(ms).toISOString()));
  return before?.hour === now?.hour;
}

/** Times around what is odd, and any other. */
function instants(): fc.Arbitrary<string> {
  const around = (time: string) =>
    fc.integer({ min: -2_880, max: 2_880 }).map((minutes) => Date.parse(time) + minutes * 60_000);
  const odd = [
    '2026-03-29T01:00Z',
    '2026-10-25T01:00Z',
    '2026-12-31T23:00Z',
    '2026-04-02T10:00Z',
    '2027-05-16T10:00Z',
  ];
  const any = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2040-01-01') });
  return fc.oneof(any, ...odd.map(around)).map((ms) => new Date(ms).toISOString());
}

function quiet(): fc.Arbitrary<QuietHours> {
  const clock = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  return fc
    .record({ from: clock, to: clock, onlyWorkingDays: fc.boolean() })
    .filter(({ from, to }) => from !== to);
}
