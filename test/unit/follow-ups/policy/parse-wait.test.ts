import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isShorter } from '../../../../shared/follow-ups/policy/parse-wait.ts';
import type { Wait } from '../../../../shared/follow-ups/policy/policy.ts';
import { addWait } from '../../../../shared/follow-ups/policy/step-time.ts';

it('calls no wait shorter that is ever longer, whatever holidays there are', () => {
  const wait: fc.Arbitrary<Wait> = fc.oneof(
    fc.integer({ min: 1, max: 250 }).map((workingDays) => ({ workingDays })),
    fc.integer({ min: 1, max: 365 }).map((days) => ({ iso: `P${days}D` })),
  );
  const day = fc.integer({ min: 0, max: 365 * 30 }).map((days) => Date.UTC(2024, 0, 1 + days, 10));
  fc.assert(
    fc.property(day, wait, wait, (from, a, b) => {
      fc.pre(isShorter(a, b));
      const [first, second] = [a, b].map((each) => addWait(new Date(from).toISOString(), each).getTime());
      expect(first).toBeLessThan(second as number);
    }),
    { numRuns: 100 },
  );
});
