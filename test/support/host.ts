import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, vi } from 'vitest';
import { type Host, type HostOptions, startHost } from '../../infra/dev/host/host.ts';

/** What the fixture app remembers of one call or hook. */
export interface Call {
  fn?: string;
  category?: string;
  hook?: string;
  message?: unknown;
  metadata?: Record<string, unknown>;
  timer?: { isPastDue: boolean; schedule: { adjustForDST: boolean }; scheduleStatus: unknown };
  at: number;
  ended?: number;
  seen?: boolean;
  failed?: boolean;
}

/** The calls of the app that runs in this process, of one function or hook alone if it is named. */
export function calls(of?: string): Call[] {
  const all = (globalThis as unknown as { hostAppCalls?: Call[] }).hostAppCalls ?? [];
  return of ? all.filter(({ fn, hook }) => (hook ?? fn) === of) : all;
}

const directories: string[] = [];
afterAll(() => {
  for (const each of directories) rmSync(each, { recursive: true, force: true });
});

/** An empty directory that is removed when the test file is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'host-test-'));
  directories.push(directory);
  return directory;
}

/** A copy of the fixture app, with other queue options if they are given. */
export function makeApp(queues: object = {}): string {
  const directory = temporaryDirectory();
  cpSync('test/fixtures/host-app', directory, { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'), 'junction');
  const hostJson = JSON.parse(readFileSync(join(directory, 'host.json'), 'utf8'));
  Object.assign(hostJson.extensions.queues, queues);
  writeFileSync(join(directory, 'host.json'), JSON.stringify(hostJson));
  return directory;
}

let host: Host | undefined;
afterEach(async () => {
  await host?.stop();
  vi.unstubAllEnvs();
});

/** Starts a host that is stopped after the test, with what it logs. */
export async function runHost(options: Partial<HostOptions> & { queues?: object } = {}) {
  const { queues, ...rest } = options;
  const logged: string[] = [];
  const log: HostOptions['log'] = (level, source, message) => logged.push(`${level} ${source} ${message}`);
  host = await startHost({ directory: makeApp(queues), port: 0, functionKey: 'the key', log, ...rest });
  return { ...host, logged };
}
