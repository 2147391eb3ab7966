import { Cron } from 'croner';
import { describe, expect, it } from 'vitest';
import { InvalidValue } from '../../../shared/runtime/invalid-value.ts';
import { ncrontab } from '../../../shared/settings/ncrontab.ts';

describe('ncrontab', () => {
  it.each([
    '0 7 * * * *',
    '*/2 * * * * *',
    '0 */15 * * * *',
    '0/15 * * * * *',
    '0,30 1-5 1-10/3 * * *',
    '*,5 * * * * *',
    '0 0 8 * * MON-FRI',
    '0 0 8 * jan,Jul sun',
    '0 0 0 * JAN-MAR/2 *',
    '59 59 23 31 12 6',
    '0 0 0 1 1 0',
    '0 0 0 29 2 *',
    '0 0 0 31 1,2 *',
    '00 07 * * * *',
    '0   7 * *\t* *',
  ])('takes %s, as the embedded host does', (text) => {
    expect(ncrontab.parse(text)).toBe(text);
    const next = new Cron(text, { timezone: 'UTC', domAndDow: true, sloppyRanges: true }).nextRun();
    expect(next).toBeInstanceOf(Date);
  });

  it.each([
    ['99 * * * * *', 'its seconds must be *, or of 0 to 59'],
    ['0 60 * * * *', 'its minutes must be'],
    ['0 0 24 * * *', 'its hours must be'],
    ['0 0 0 0 * *', 'its day of the month must be *, or of 1 to 31'],
    ['0 0 0 32 * *', 'its day of the month'],
    ['0 0 0 * 13 *', 'its month must be *, or of 1 to 12 (JAN to DEC)'],
    ['0 0 0 * 0 *', 'its month'],
    ['0 0 0 * * 7', 'its day of the week must be *, or of 0 to 6 (SUN to SAT)'],
    ['0 0 0 * MON *', 'its month'],
    ['0 0 0 * * MONDAY', 'its day of the week'],
    ['0 0 22-2 * * *', 'its hours'],
    ['0 0 0 * * FRI-MON', 'its day of the week'],
    ['*/0 * * * * *', 'its seconds'],
    ['*/70 * * * * *', 'its seconds'],
    ['-1 * * * * *', 'its seconds'],
    ['1, * * * * *', 'its seconds'],
    ['1- * * * * *', 'its seconds'],
    ['1/ * * * * *', 'its seconds'],
    ['1-2-3 * * * * *', 'its seconds'],
    ['*-5 * * * * *', 'its seconds'],
    ['1.5 * * * * *', 'its seconds'],
    ['0 0 0 ? * *', 'its day of the month'],
    ['0 0 0 L * *', 'its day of the month'],
    ['0 0 0 * * MON#1', 'its day of the week'],
    ['* * * * *', 'six fields'],
    ['* * * * * * *', 'six fields'],
    ['hourly', 'six fields'],
    ['@hourly', 'six fields'],
    ['00:05:00', 'time span, which a timer takes on an App Service plan alone'],
    ['1.00:00:00', 'time span'],
    ['0 0 0 31 2 *', 'never comes'],
    ['0 0 0 31 FEB,APR *', 'never comes'],
  ])('does not take %s', (text, problem) => {
    expect(() => ncrontab.parse(text)).toThrow(InvalidValue);
    expect(() => ncrontab.parse(text)).toThrow(problem);
  });
});
