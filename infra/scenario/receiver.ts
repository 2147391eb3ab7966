import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AppProcess, startAppProcess } from '../dev/app-process.ts';
import type { StoryClock } from './story-clock.ts';

export type Receiver = ReturnType<typeof makeReceiver>;

/** The receiver as `npm start` runs it, which can be killed, and started again at the same address. */
export function makeReceiver(
  log: string,
  { now, clock }: { now: () => number; clock: StoryClock },
  settings: Record<string, string>,
) {
  mkdirSync(dirname(log), { recursive: true });
  rmSync(log, { force: true });
  const runs: AppProcess[] = [];
  let running: AppProcess | undefined;
  let isStarting = false;
  const url = () => new URL(runs[0]?.url ?? 'http://localhost:0');
  return {
    /** When it was killed, in simulated milliseconds. */
    kills: [] as number[],
    get isStarting() {
      return isStarting;
    },
    get isRunning() {
      return running !== undefined;
    },
    /** The webhook, with its key. */
    get endpoint() {
      return `${url().origin}/api/events?code=local`;
    },
    /** All it has printed, from its first start on. */
    output: () => runs.map((run) => run.output()).join(''),
    /** Rejects, with the last of what it printed, when it ends before it is ready. */
    async start(): Promise<void> {
      isStarting = true;
      clock.letGo();
      running = await startAppProcess({ ...settings, PORT: url().port }, log).finally(() => {
        isStarting = false;
      });
      runs.push(running);
    },
    async kill(): Promise<void> {
      this.kills.push(now());
      await running?.kill();
      running = undefined;
    },
  };
}
