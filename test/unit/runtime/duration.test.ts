import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../shared/runtime/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['PT5M', 300],
    ['PT0S', 0],
    ['P0D', 0],
    ['PT90S', 90],
    ['PT1H', 3_600],
    ['P1D', 86_400],
    ['P2W', 1_209_600],
    ['P1DT12H', 129_600],
    ['P1W2DT3H4M5S', 788_645],
    ['PT007M', 420],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    '5M',
    'P5M',
    'P1Y',
    'P1M',
    'PT1.5H',
    'PT0,5S',
    'PT5S3M',
    'P1D2W',
    '-PT5M',
    'PT-5M',
    'pt5m',
    ' PT5M',
    'PT5M ',
    'PT5M\n',
    '300',
    'P1W1',
    'PT٥M',
  ])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('adds up its parts, any of which may be left out', () => {
    const part = fc.option(fc.nat(9_999), { nil: undefined });
    fc.assert(
      fc.property(part, part, part, part, part, (w, d, h, m, s) => {
        const write = (value: number | undefined, unit: string) =>
          value === undefined ? '' : `${value}${unit}`;
        const time = write(h, 'H') + write(m, 'M') + write(s, 'S');
        const text = `P${write(w, 'W')}${write(d, 'D')}${time && `T${time}`}`;
        const seconds = (w ?? 0) * 604_800 + (d ?? 0) * 86_400 + (h ?? 0) * 3_600 + (m ?? 0) * 60 + (s ?? 0);
        expect(parseDuration(text)).toBe(text === 'P' ? undefined : seconds);
      }),
    );
  });
});
