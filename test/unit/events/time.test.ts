import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTimes, utc } from '../../../shared/events/time.ts';

describe('utc', () => {
  it.each([
    ['2026-02-01T12:00:00Z', '2026-02-01T12:00:00Z'],
    ['2026-02-01T12:00:00.1Z', '2026-02-01T12:00:00.1Z'],
    ['2026-02-01T12:00:00.12Z', '2026-02-01T12:00:00.12Z'],
    ['2026-02-01T12:00:00.123Z', '2026-02-01T12:00:00.123Z'],
    ['2026-02-01T12:00:00.1234Z', '2026-02-01T12:00:00.1234Z'],
    ['2026-02-01T12:00:00.12345Z', '2026-02-01T12:00:00.12345Z'],
    ['2026-02-01T12:00:00.123456Z', '2026-02-01T12:00:00.123456Z'],
    ['2026-02-01T12:00:00.1234567Z', '2026-02-01T12:00:00.1234567Z'],
    ['2026-02-01T13:00:00.1234567+01:00', '2026-02-01T12:00:00.1234567Z'],
    ['2026-02-01T00:30:00.5+01:00', '2026-01-31T23:30:00.5Z'],
    ['2025-12-31T23:30:00-02:30', '2026-01-01T02:00:00Z'],
    ['2026-02-01T12:00:00+00:00', '2026-02-01T12:00:00Z'],
    ['2026-02-01T12:00:00-00:00', '2026-02-01T12:00:00Z'],
    ['2026-02-01t12:00:00.5z', '2026-02-01T12:00:00.5Z'],
    ['2026-02-01 12:00:00Z', '2026-02-01T12:00:00Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00Z'],
  ])('reads %s', (text, expected) => {
    expect(utc(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-02-01',
    '2026-02-01T12:00Z',
    '2026-02-01T12:00:00',
    '2026-02-01T12:00:00.Z',
    '2026-02-01T12:00:00,5Z',
    '2026-02-30T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-02-01T25:00:00Z',
    '2026-02-01T12:60:00Z',
    '2026-02-01T12:00:61Z',
    '2026-02-01T12:00:00+24:00',
    '2026-02-01T12:00:00+01:60',
    '2026-02-01T12:00:00+0100',
    ' 2026-02-01T12:00:00Z',
    '2026-02-01T12:00:00Z\n',
    '+002026-02-01T12:00:00Z',
    '1785931200',
    '٢٠٢٦-02-01T12:00:00Z',
  ])('does not take %j for a time', (text) => {
    expect(utc(text)).toBeUndefined();
  });

  // `Date` has no leap seconds, so what Altinn would write in one counts as no time: the time of reception stands
  // in for it, as for any other event without a time.
  it.each(['2016-12-31T23:59:60Z', '2016-12-31T23:59:60.5Z'])('does not read the leap second %s', (text) => {
    expect(utc(text)).toBeUndefined();
  });

  // RFC 3339 ends the day at 23:59:59; ISO 8601 has 24:00:00 as well, and it is the same moment.
  it('reads 24:00:00 as the next day', () => {
    expect(utc('2026-02-01T24:00:00Z')).toBe('2026-02-02T00:00:00Z');
  });

  it.each(['9999-12-31T23:59:59-01:00', '0000-01-01T00:00:00+01:00'])(
    'gives RFC 3339 or nothing for %s, which leaves the years 0000 to 9999',
    (text) => {
      const time = utc(text);
      expect(time === undefined || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time)).toBe(true);
    },
  );

  it('is the moment that Date reads, for any time and offset', () => {
    fc.assert(
      fc.property(moments, offsets, fractions, (milliseconds, minutes, fraction) => {
        const whole = Math.floor(milliseconds / 1000) * 1000;
        const read = utc(write(whole, minutes, fraction));
        expect(Date.parse(`${read?.slice(0, 19)}Z`)).toBe(whole);
        expect(read?.slice(19)).toBe(fraction ? `.${fraction}Z` : 'Z');
      }),
    );
  });

  it('is itself once it is in UTC', () => {
    fc.assert(
      fc.property(moments, offsets, fractions, (milliseconds, minutes, fraction) => {
        const once = utc(write(milliseconds, minutes, fraction)) as string;
        expect(utc(once)).toBe(once);
      }),
    );
  });
});

describe('compareTimes', () => {
  it.each([
    ['2026-02-01T12:00:00Z', '2026-02-01T12:00:00.0000001Z'],
    ['2026-02-01T12:00:00.9999999Z', '2026-02-01T12:00:01Z'],
    ['2026-02-01T12:00:00.1234567Z', '2026-02-01T12:00:00.1234568Z'],
    ['2026-02-01T12:00:00.09Z', '2026-02-01T12:00:00.1Z'],
    ['2026-02-01T12:00:00.1Z', '2026-02-01T12:00:00.10000001Z'],
  ])('puts %s before %s', (earlier, later) => {
    expect(compareTimes(earlier, later)).toBeLessThan(0);
    expect(compareTimes(later, earlier)).toBeGreaterThan(0);
  });

  it.each([
    ['2026-02-01T12:00:00Z', '2026-02-01T12:00:00.000Z'],
    ['2026-02-01T12:00:00.5Z', '2026-02-01T12:00:00.5000000Z'],
    ['2026-02-01T12:00:00.1234567Z', '2026-02-01T12:00:00.1234567Z'],
  ])('takes %s and %s for the same moment', (a, b) => {
    expect(compareTimes(a, b)).toBe(0);
    expect(compareTimes(b, a)).toBe(0);
  });

  it('orders as the moments are, to the last digit', () => {
    const near = fc.record({ seconds: fc.integer({ min: 0, max: 3 }), offset: offsets, fraction: fractions });
    const nanos = (fraction: string) => BigInt(fraction.padEnd(9, '0'));
    fc.assert(
      fc.property(near, near, (a, b) => {
        const start = Date.parse('2026-02-01T12:00:00Z');
        const [x, y] = [a, b].map(
          (t) => utc(write(start + t.seconds * 1000, t.offset, t.fraction)) as string,
        );
        const [m, n] = [a, b].map((t) => BigInt(t.seconds) * 1_000_000_000n + nanos(t.fraction)) as [
          bigint,
          bigint,
        ];
        expect(Math.sign(compareTimes(x as string, y as string))).toBe(m < n ? -1 : m > n ? 1 : 0);
      }),
    );
  });

  it('takes milliseconds for a fraction as long as a body can be, of which utc leaves nine digits', () => {
    const long = `2026-02-01T12:00:00.${'0'.repeat(32_000)}1Z`;
    const start = performance.now();
    const time = utc(long) ?? '';
    expect(time).toBe('2026-02-01T12:00:00.000000000Z');
    expect(compareTimes(time, '2026-02-01T12:00:00.5Z')).toBeLessThan(0);
    expect(performance.now() - start).toBeLessThan(50);
  });
});

const moments = fc.integer({
  min: Date.parse('0001-01-02T00:00:00Z'),
  max: Date.parse('9999-12-30T00:00:00Z'),
});
const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
const fractions = fc.stringMatching(/^\d{0,7}$/);

/** A moment as it is written at an offset of so many minutes. */
function write(milliseconds: number, minutes: number, fraction: string): string {
  const local = new Date(milliseconds + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.abs(minutes) / 60, Math.abs(minutes) % 60];
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const offset = `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
  return `${local}${fraction ? `.${fraction}` : ''}${offset}`;
}
