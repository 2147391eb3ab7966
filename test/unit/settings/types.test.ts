import { describe, expect, it } from 'vitest';
import { InvalidValue } from '../../../shared/runtime/invalid-value.ts';
import { duration, flag, oneOf, wholeNumber } from '../../../shared/settings/types.ts';

describe('a duration', () => {
  const { parse } = duration('P30D');

  it.each([
    ['PT0S', 0],
    ['PT5M', 300_000],
    ['P1DT12H', 129_600_000],
    ['P30D', 2_592_000_000],
  ])('%s is in milliseconds', (text, milliseconds) => {
    expect(parse(text)).toBe(milliseconds);
  });

  it.each([
    ['P1M', /M before T means months\. Did you mean PT1M or P30D\?$/],
    ['P6M', /Did you mean PT6M or P180D\?$/],
    ['P1Y', /years or months, .*Did you mean P365D\?$/],
    ['P1Y6M', /years or months/],
    ['P1M2DT3H', /years or months/],
    ['P31D', /^is longer than P30D$/],
    ['P99999999999W', /^is longer than P30D$/],
    ['30', /^is no ISO 8601 duration in weeks, days, hours, minutes and seconds, of P30D at most$/],
    ['pt5m', /^is no ISO 8601 duration/],
  ])('%s is none', (text, problem) => {
    expect(() => parse(text)).toThrow(InvalidValue);
    expect(() => parse(text)).toThrow(problem);
  });
});

describe('the others', () => {
  it('are read in any case, within their limits', () => {
    expect([flag.parse('TRUE'), flag.parse('false')]).toEqual([true, false]);
    expect(oneOf('off', 'report').parse('Report')).toBe('report');
    expect([wholeNumber(0, 10).parse('0'), wholeNumber(0, 10).parse('10')]).toEqual([0, 10]);
  });

  it.each([
    [flag, 'yes', 'is neither true nor false'],
    [oneOf('off', 'report', 'enforce'), 'on', 'is none of off, report and enforce'],
    [wholeNumber(1, 10), '0', 'is no whole number from 1 to 10'],
    [wholeNumber(1, 10), '11', 'is no whole number'],
    [wholeNumber(0, 10), '1.5', 'is no whole number'],
    [wholeNumber(0, 10), '-1', 'is no whole number'],
    [wholeNumber(0, 10), '1e1', 'is no whole number'],
  ])('are refused beyond: %# %s', (type, text, problem) => {
    expect(() => type.parse(text)).toThrow(problem);
  });
});
