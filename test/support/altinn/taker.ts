import type { Pace, Slots } from '../../../shared/altinn/pace.ts';

/** A pace that has these turns to give, and gives none of what is not wanted. */
export function takerOf(slotsFor: (max: number) => Slots): Pace['take'] {
  return async (max, { atLeast = 1, withinMs = Number.POSITIVE_INFINITY } = {}) => {
    const slots = slotsFor(max);
    return slots.count < atLeast || slots.firstMs > withinMs ? { ...slots, count: 0 } : slots;
  };
}
