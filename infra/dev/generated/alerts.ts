import { readFileSync } from 'node:fs';

interface Common {
  readonly name: string;
  readonly title: string;
  /** 0 critical, 1 error, 2 warning, 3 informational, 4 verbose. */
  readonly severity: 0 | 1 | 2 | 3 | 4;
  readonly every: string;
  readonly over: string;
  readonly threshold: number;
  /** What the threshold counts. */
  readonly counts: string;
}

/** On what the query of the same name finds: the number of its rows, or `measure` of one of their columns. */
export interface LogAlert extends Common {
  readonly operator: 'GreaterThan' | 'LessThan';
  readonly measure?: {
    readonly column: string;
    readonly aggregation: 'Maximum' | 'Total';
  };
}

/** On a number that Azure itself keeps of the app: fires above its threshold. */
export interface MetricAlert extends Common {
  readonly metric: string;
}

/** Every alert, as infra/azure/alerts.json declares it. */
export function alerts(): readonly (LogAlert | MetricAlert)[] {
  return JSON.parse(readFileSync('infra/azure/alerts.json', 'utf8'));
}

/** Signals that warn and have no alert, and why. */
export function withoutAlert(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync('infra/azure/without-alert.json', 'utf8'));
}
