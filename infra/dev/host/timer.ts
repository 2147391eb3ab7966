import { setTimeout } from 'node:timers';
import { Cron } from 'croner';
import { resolveSettings, timeSpan } from './config.ts';
import type { App, RegisteredFunction } from './core.ts';
import { invoke, triggerOf } from './invoke.ts';
import type { Listener } from './queue.ts';

/** The longest delay that `setTimeout` keeps; a later run is waited for in steps. */
const maxDelayMs = 2 ** 31 - 1;
const never = '0001-01-01T00:00:00';

/**
 * A listener for one timer trigger, after TimerListener.cs of the timers extension: one run at a time, a run
 * that is due while the last one goes on follows it at once. Schedules are in UTC, as on Azure.
 * Throws on a schedule that is neither NCRONTAB nor a time span.
 */
export function listenToTimer(app: App, fn: RegisteredFunction): Listener {
  const { schedule, runOnStartup, useMonitor } = triggerOf(fn).options;
  const text = resolveSettings(String(schedule));
  const nextAfter = parseSchedule(fn.name, text);
  const first = nextAfter(new Date());
  const monitored = useMonitor !== false && nextAfter(first).getTime() - first.getTime() >= 60_000;
  let last = { Last: never, Next: first.toISOString(), LastUpdated: never };
  let due = runOnStartup ? new Date() : first;
  let timeout: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  function wait(): void {
    const milliseconds = Math.max(0, due.getTime() - Date.now());
    timeout = setTimeout(
      () => {
        if (milliseconds > maxDelayMs) return wait();
        running = run();
      },
      Math.min(milliseconds, maxDelayMs),
    );
  }

  async function run(): Promise<void> {
    // A timeout may end a little early: counting from the due time keeps the run from being due twice.
    const at = new Date(Math.max(Date.now(), due.getTime()));
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: monitored ? last : null,
      IsPastDue: false,
    };
    await invoke(app, fn, { input: { json: JSON.stringify(info) } });
    due = nextAfter(at);
    last = { Last: at.toISOString(), Next: due.toISOString(), LastUpdated: at.toISOString() };
    if (!stopped) wait();
  }

  return {
    title: `timer ${text}`,
    start: wait,
    async drain() {
      stopped = true;
      clearTimeout(timeout);
      await running;
    },
  };
}

function parseSchedule(functionName: string, text: string): (after: Date) => Date {
  if (/^[\d.]+:\d+:[\d.]+$/.test(text)) {
    const interval = timeSpan(text);
    return (after) => new Date(after.getTime() + interval);
  }
  try {
    if (!/^(\S+\s+){4,5}\S+$/.test(text.trim())) throw new Error('it needs 5 or 6 fields');
    // NCRONTAB wants the day of the month and the day of the week both to fit, and takes a step after a number.
    const cron = new Cron(text, { timezone: 'UTC', domAndDow: true, sloppyRanges: true });
    return (after) => cron.nextRun(after) ?? new Date(8.64e15);
  } catch (error) {
    throw new Error(
      `Function "${functionName}": the schedule "${text}" is wrong: ${(error as Error).message}`,
    );
  }
}
