import type { PriceName, Prices, Usage } from './price.ts';

/** What a usage costs in a month, nothing of it free. */
export function costOf(usage: Usage, prices: Prices): number {
  return entries(usage).reduce(
    (sum, [name, units]) => sum + (units / prices[name].per) * prices[name].amount,
    0,
  );
}

/** What is free of some usages together: a grant is of the month and the subscription, not of a line. */
export function freeOf(usages: readonly Usage[], prices: Prices): number {
  const total: Usage = {};
  for (const [name, units] of usages.flatMap(entries)) total[name] = (total[name] ?? 0) + units;
  const free = entries(total).map(([name, units]) => [name, Math.min(units, prices[name].free ?? 0)]);
  return costOf(Object.fromEntries(free), prices);
}

const entries = (usage: Usage) => Object.entries(usage) as [PriceName, number][];
