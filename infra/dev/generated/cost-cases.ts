import { readFileSync } from 'node:fs';
import { parseDuration } from '../../../shared/runtime/duration.ts';
import { queueNames } from '../../../shared/storage/stores.ts';
import { costOf, freeOf } from '../../azure/cost/bill.ts';
import { eventsPerLetter } from '../../azure/cost/figures.ts';
import type { Prices, Usage } from '../../azure/cost/price.ts';
import { usageOfLetters, usageOfTime, type Workload } from '../../azure/cost/usage.ts';
import { alerts } from './alerts.ts';

/** The one file that a reader changes to have his own prices. */
export const { currency, prices } = JSON.parse(readFileSync('infra/azure/prices.json', 'utf8')) as {
  currency: string;
  prices: Prices;
};

type Case = Pick<Workload, 'letters' | 'executions'>;

/** Letters come all day long, seconds apart. */
export const municipality: Case = { letters: 10_000, executions: 'alone' };
/** Many events a second. */
export const agency: Case = { letters: 10_000_000, executions: 'together' };
export const millionEvents = (executions: Case['executions']): Case => ({
  letters: 1_000_000 / eventsPerLetter,
  executions,
});

/** A case on instances of some memory, with the queues and alerts that there are. */
export function workload(of: Case, memoryMb: 512 | 2048): Workload {
  const rules = alerts();
  const isMetric = (rule: (typeof rules)[number]) => 'metric' in rule;
  const minutes = (every: string) => (parseDuration(every) ?? Number.NaN) / 60;
  return {
    ...of,
    memoryGb: memoryMb / 1_024,
    queues: 2 * Object.keys(queueNames).length,
    alerts: {
      logMinutes: rules.filter((rule) => !isMetric(rule)).map(({ every }) => minutes(every)),
      metrics: rules.filter(isMetric).length,
    },
  };
}

/** Each line of a bill, and its sum. */
export interface Bill {
  readonly lines: Readonly<Record<string, number>>;
  readonly sum: number;
}

/** A month of a case, what is free taken off. */
export function monthOf(of: Workload): Bill {
  const usages = { ...usageOfLetters(of), ...usageOfTime(of) };
  return billOf(usages, freeOf(Object.values(usages), prices));
}

/** What letters cost beside what is paid anyway. */
export const lettersOf = (of: Workload): Bill => billOf(usageOfLetters(of), 0);

function billOf(usages: Record<string, Usage>, free: number): Bill {
  const costs = Object.entries(usages).map(([line, usage]) => [line, costOf(usage, prices)] as const);
  const lines = { ...Object.fromEntries(costs), ...(free > 0 && { 'Free of charge': -free }) };
  return { lines, sum: Object.values(lines).reduce((sum, cost) => sum + cost, 0) };
}
