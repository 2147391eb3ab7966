import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readLocalSettings } from './start-settings.ts';

/** The product as a newcomer runs it: `npm start`, in a process that can be killed. */
export interface AppProcess {
  /** `http://localhost:<port>` */
  readonly url: string;
  readonly process: ChildProcess;
  /** All it has printed so far. */
  output(): string;
  /** The last thing it ever did was before this. */
  kill(): Promise<void>;
  /** Stops it as Ctrl-C does, and gives its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts the app that was built, on a free port unless there is a PORT; it ends when this process does.
 * Rejects, with the last of what it printed, when it ends before it is ready.
 * @param settings all that it gets: none comes from this environment or from local.settings.json
 * @param log the file that all it prints is added to
 * @param app the folder that is deployed
 */
export async function startAppProcess(
  settings: Record<string, string>,
  log: string,
  app = 'dist',
): Promise<AppProcess> {
  const { PATH, HOME, TMPDIR, TEMP, SystemRoot } = process.env;
  const child = spawn(process.execPath, ['dist-dev/start.cjs', app], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH, HOME, TMPDIR, TEMP, SystemRoot },
      ...Object.fromEntries(Object.keys(readLocalSettings(process.cwd())).map((name) => [name, ''])),
      PORT: '0',
      LOCAL_QUEUE_LOCK: '2',
      // What npm sets makes it end when its parent does.
      npm_lifecycle_event: 'start',
      ...settings,
    },
  });
  const file = createWriteStream(log, { flags: 'a' });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    let isReady = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        file.write(chunk);
        if (isReady) return;
        const [, address] = /^Ready\. The webhook: (http:\/\/localhost:\d+)/m.exec(output) ?? [];
        if (address) resolve(address);
        isReady = address !== undefined;
      });
    }
    child.once('close', (code, signal) => {
      file.end();
      reject(new Error(`The app ended (${signal ?? code}) as it started:\n${output.slice(-2000)}`));
    });
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    url,
    process: child,
    output: () => output,
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL');
    },
  };
}
