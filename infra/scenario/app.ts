import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { mayNamePerson } from './persons.ts';

const functionKey = 'demo';

/** Settings that a developer may have in the environment or in local.settings.json, and that are not ours. */
const notOurs = [
  'ALTINN_SOURCE',
  'ALTINN_SOURCE_POLICY',
  'ALTINN_SYSTEM_USER_ORG',
  'FOLLOW_UP_INCLUDE_PERSONS',
  'MASKINPORTEN_KEY_FILE',
  'MASKINPORTEN_KEY_ID',
  'MASKINPORTEN_SCOPES',
];

export interface AppOptions {
  readonly settings: Readonly<Record<string, string>>;
  /** The file that gets all it prints. */
  readonly output: string;
}

/** The receiver as `npm start` runs it: a process that can be killed, and started again at the same address. */
export class App {
  /** When it was killed, in milliseconds since 1970. */
  readonly kills: number[] = [];
  /** How many of the lines it printed may name a person. */
  leaks = 0;
  readonly #options: AppOptions & { readonly port: number };
  #process: ChildProcess | undefined;

  private constructor(options: AppOptions & { readonly port: number }) {
    this.#options = options;
  }

  static async make(options: AppOptions): Promise<App> {
    mkdirSync(dirname(options.output), { recursive: true });
    return new App({ ...options, port: await freePort() });
  }

  /** The webhook, with its key. */
  get endpoint(): string {
    return `http://localhost:${this.#options.port}/api/events?code=${functionKey}`;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Resolves when it is ready; rejects, with the last of what it printed, when it ends before. */
  async start(): Promise<void> {
    const { settings, output, port } = this.#options;
    const child = spawn(process.execPath, ['--import', 'tsx', 'infra/dev/start.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...Object.fromEntries(notOurs.map((name) => [name, ''])),
        ...settings,
        PORT: String(port),
        LOCAL_FUNCTION_KEY: functionKey,
        LOCAL_QUEUE_LOCK: '2',
        // It then ends when this process does, however that happens.
        npm_lifecycle_event: 'demo',
      },
    });
    this.#process = child;
    const file = createWriteStream(output, { flags: 'a' });
    child.once('close', () => file.end());
    const last: string[] = [];
    await new Promise<void>((ready, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          file.write(`${line}\n`);
          if (mayNamePerson(line)) this.leaks += 1;
          last.push(line);
          if (last.length > 5) last.shift();
          if (line.startsWith('Ready.')) ready();
        });
      }
      child.once('error', reject);
      child.once('close', (code, signal) =>
        reject(new Error(`The receiver ended (${signal ?? code}) as it started:\n${last.join('\n')}`)),
      );
    });
  }

  /** The last thing it ever did was before this; nothing when it does not run. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.kills.push(Date.now());
    child.kill('SIGKILL');
    await ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((closed) => server.close(() => closed()));
  return port;
}
