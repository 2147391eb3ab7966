import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AppProcess, startAppProcess } from '../dev/app-process.ts';
import type { StoryClock } from './story-clock.ts';

export type Receiver = ReturnType<typeof makeReceiver>;

/** The receiver as `npm start` runs it, which can be killed, and started again at the same address. */
export function makeReceiver(
  log: string,
  { now, clock }: { now: () => number; clock: StoryClock },
  first: Record<string, string>,
) {
  mkdirSync(dirname(log), { recursive: true });
  rmSync(log, { force: true });
  const runs: AppProcess[] = [];
  let running: AppProcess | undefined;
  let isStarting = false;
  let settings = first;
  const origin = () => new URL(runs[0]?.url ?? 'http://localhost:0').origin;
  return {
    /** When it was killed, in simulated milliseconds. */
    kills: [] as number[],
    /** When it was started, in simulated milliseconds. */
    starts: [] as number[],
    get isStarting() {
      return isStarting;
    },
    get isRunning() {
      return running !== undefined;
    },
    /** The webhook, with its key. */
    get endpoint() {
      return `${origin()}/api/events?code=local`;
    },
    /** Asks it as a person with a key does. @returns the JSON of its answer; `undefined` where it is no 200 */
    async ask(path: string): Promise<unknown> {
      const response = await fetch(`${origin()}/api/${path}?code=local`);
      return response.ok ? response.json() : undefined;
    },
    /** All it has printed, from its first start on. */
    output: () => runs.map((run) => run.output()).join(''),
    /**
     * Rejects, with the last of what it printed, when it ends before it is ready.
     * @param changed settings that are others from now on
     */
    async start(changed: Record<string, string> = {}): Promise<void> {
      isStarting = true;
      settings = { ...settings, ...changed };
      clock.letGo();
      running = await startAppProcess(settings, log).finally(() => {
        isStarting = false;
      });
      runs.push(running);
      this.starts.push(now());
    },
    async kill(): Promise<void> {
      this.kills.push(now());
      await running?.kill();
      running = undefined;
    },
  };
}
