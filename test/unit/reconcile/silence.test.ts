import { describe, expect, it } from 'vitest';
import { hasStopped, listen, type Pulled } from '../../../shared/reconcile/silence.ts';

const now = new Date('2026-08-20T06:00:00Z');
const at = (minute: number, via?: Pulled['via']): Pulled => ({
  time: `2026-08-20T05:${String(minute).padStart(2, '0')}:00Z`,
  via,
});
const times = (count: number, one: Pulled) => Array.from({ length: count }, () => one);

describe('silence', () => {
  it.each<[string, Pulled[], boolean]>([
    ['a handful that the push did not bring', times(7, at(0)), false],
    ['more than that', times(8, at(0)), true],
    [
      'more that were pulled or asked for before',
      [...times(4, at(0, 'pull')), ...times(4, at(1, 'asked'))],
      true,
    ],
    ['one of them pushed, at the end', [...times(20, at(0)), at(1, 'push')], false],
    ['one of them pushed, before the silence', [at(0, 'push'), ...times(8, at(1))], true],
    ['young ones', times(20, at(50)), false],
    ['one young one that was pushed', [...times(20, at(0)), at(59, 'push')], false],
    ['some without a time', times(20, { time: undefined, via: undefined }), false],
    ['none', [], false],
  ])('%s: %#', (_, pulled, stopped) => {
    expect(hasStopped(listen(undefined, pulled, now))).toBe(stopped);
  });

  it('begins with the first event that the push did not bring', () => {
    expect(listen(undefined, [at(1, 'push'), at(2), at(3)], now)).toEqual({
      events: 2,
      since: '2026-08-20T05:02:00Z',
    });
  });

  it('goes on from run to run, and is the same where nothing was heard', () => {
    const before = { events: 7, since: '2026-08-19T00:00:00Z' };
    expect(listen(before, [at(2)], now)).toEqual({ events: 8, since: before.since });
    expect(listen(before, [at(55)], now)).toBe(before);
    expect(listen(before, [at(2, 'push')], now)).toBeUndefined();
  });
});
