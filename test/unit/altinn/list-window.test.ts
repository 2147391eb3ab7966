import { describe, expect, it } from 'vitest';
import { boundsOf, divide, published } from '../../../shared/altinn/api/list-window.ts';
import { dayBack } from '../../../shared/reconcile/audit/begin.ts';

describe('a window', () => {
  it('is a day that lies so many days back, and six hours more: publication may come later than asked for', () => {
    const now = new Date('2026-11-21T02:23:00Z');
    expect(dayBack(1, now)).toEqual({ from: '2026-11-19T18:00:00.000Z', to: '2026-11-21T00:00:00.000Z' });
    expect(dayBack(90, now)).toEqual({ from: '2026-08-22T18:00:00.000Z', to: '2026-08-24T00:00:00.000Z' });
  });

  it('is divided in the middle without a gap or an overlap, down to a millisecond', () => {
    const begin = Date.parse('2026-11-20T00:00:00Z');
    let windows = [{ ...published(begin, begin + 37), from: new Date(begin).toISOString() }];
    for (let round = 0; round < 8; round++) windows = windows.flatMap((window) => divide(window) ?? [window]);
    expect(windows).toHaveLength(37);
    expect(windows.map(({ from }) => Date.parse(from) - begin)).toEqual([...Array(37).keys()]);
    expect(windows.map(({ to }) => Date.parse(to) - begin)).toEqual([...Array(37).keys()].map((n) => n + 1));
  });

  it('is asked for from a microsecond earlier on, for the bounds are not included', () => {
    expect(boundsOf({ from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' })).toEqual({
      from: '2026-11-19T23:59:59.999999Z',
      to: '2026-11-21T00:00:00.000Z',
    });
  });

  it.each([
    [0.5, 1],
    [36.9, 36],
    [36.2, 36],
    [10, 11],
    [37, 18],
    [-5, 18],
  ])('is divided where a page ends, %d ms from its beginning: after %d', (at, after) => {
    const begin = Date.parse('2026-11-20T00:00:00Z');
    const [from, to] = [begin, begin + 37].map((ms) => new Date(ms).toISOString()) as [string, string];
    const [older, newer] = divide({ from, to }, begin + at) ?? [];
    expect(Date.parse(older?.to ?? '') - begin).toBe(after);
    expect(newer).toEqual({ from: older?.to, to });
  });
});
