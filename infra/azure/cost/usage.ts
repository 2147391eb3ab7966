import {
  eventsOfLetter,
  eventsPerLetter,
  figures,
  operationsOfMessage,
  rowsOf,
  secondsInMonth,
  shareOf,
  timers,
} from './figures.ts';
import type { Usage } from './price.ts';

export interface Workload {
  /** Letters a month. */
  readonly letters: number;
  /** Memory of an instance. */
  readonly memoryGb: number;
  /**
   * Whether executions come one by one, so that each is billed the shortest second, or so close that an instance is
   * never idle, and what is billed is the processor's time.
   */
  readonly executions: 'alone' | 'together';
  /** Queues, with those of poison messages. */
  readonly queues: number;
  /** The frequency of each alert on the log, in minutes, and the number of those on metrics. */
  readonly alerts: { readonly logMinutes: readonly number[]; readonly metrics: number };
}

/** The share of letters that open a follow-up. */
const opened = shareOf('never read');

/** What grows with the letters. */
export function usageOfLetters({ letters, memoryGb, executions }: Workload): Record<string, Usage> {
  const events = letters * eventsPerLetter;
  const looks = letters * opened * figures.looks.value;
  // A pull puts what opens a follow-up on the queue once more.
  const tracked = events + letters * opened;
  const runs = events + tracked + looks;
  const gbSecondsOfRun =
    executions === 'alone'
      ? figures.shortestSeconds.value * memoryGb
      : (figures.processorMs.value / 1_000) * figures.gbPerCore.value;
  const listed = events + letters * figures.auditedTimes.value;
  return {
    'Functions: events': { executions: runs, executionTime: runs * gbSecondsOfRun },
    'Functions: pull and audit': { executionTime: (listed * figures.pullMs.value * memoryGb) / 1_000 },
    'Storage: messages': { queueOperations: (tracked + looks) * operationsOfMessage },
    'Storage: tables': { tableOperations: letters * tableOperationsOfLetter() },
    'Storage: events of a year': {
      tableDataZrs: gigabytes(events * figures.storedBytes.value * figures.storedMonths.value),
    },
    Log: {
      logs: logGigabytes(events * rowsOf.receive + tracked * rowsOf.track + looks * rowsOf.look),
    },
  };
}

/** What is used whether letters come or not; the polling ends at what a month has. */
export function usageOfTime({ letters, memoryGb, queues, alerts }: Workload): Record<string, Usage> {
  const of = (what: 'tableOperations' | 'queueOperations' | 'rows') =>
    Object.values(timers).reduce((sum, timer) => sum + timer.runs * timer[what], 0);
  const runs = Object.values(timers).reduce((sum, timer) => sum + timer.runs, 0);
  const events = letters * eventsPerLetter;
  const alive = (messages: number) => Math.min(messages * figures.aliveSeconds.value, secondsInMonth);
  const polled = alive(events) + alive(letters * opened * figures.looks.value);
  const isQuick = (minutes: number) => minutes < 15;
  return {
    'Functions: timers': {
      executions: runs,
      executionTime: runs * figures.shortestSeconds.value * memoryGb,
    },
    'Storage: timers': {
      tableOperations: of('tableOperations'),
      queueOperations: of('queueOperations'),
      // The host notes each run in a blob.
      blobWrites: runs,
    },
    'Storage: polling': {
      queueOperations:
        polled / figures.pollSeconds.value + (queues * secondsInMonth) / figures.scaleSeconds.value,
    },
    'Log of the timers': { logs: logGigabytes(of('rows')) },
    Alerts: {
      logAlert5: alerts.logMinutes.filter(isQuick).length,
      logAlert15: alerts.logMinutes.filter((minutes) => !isQuick(minutes)).length,
      metricAlert: alerts.metrics,
    },
  };
}

/** Tracking, the pull, the follow-ups, the audits: docs/benchmarks.md, and the code where it does not say. */
function tableOperationsOfLetter(): number {
  const tracking = eventsOfLetter.reduce(
    (sum, { share, tableOperations }) => sum + share * tableOperations,
    0,
  );
  const pulled = eventsPerLetter;
  const verified = 2 * shareOf('read', 'confirmed');
  const trackedAgain = 9 * opened;
  const released = 4;
  const lookedAt = 6.5;
  const followUps = opened * figures.looks.value * (released + lookedAt);
  return tracking + pulled + verified + trackedAgain + followUps + figures.auditedTimes.value;
}

const gigabytes = (bytes: number) => bytes / 1e9;
const logGigabytes = (rows: number) => gigabytes(rows * figures.rowBytes.value);
