import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { makeApp } from '../../support/host.ts';
import { until } from '../../support/until.ts';

const script = join(process.cwd(), 'dist-dev/start.cjs');
const started: ChildProcess[] = [];
afterAll(() => {
  for (const each of started) each.kill('SIGKILL');
});

/** Runs the start command in a directory of its own. */
function runStart(env: NodeJS.ProcessEnv = {}, files: Record<string, string> = {}, inShell = false) {
  const directory = makeApp();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const { AzureWebJobsStorage: _, ...inherited } = process.env;
  const command = [process.execPath, script, '.'];
  const [file, ...args] = inShell ? ['sh', '-c', `${command.join(' ')}; exit $?`] : command;
  const child = spawn(file as string, args, {
    cwd: directory,
    env: { ...inherited, PORT: '0', ...env },
  });
  started.push(child);
  const output = { all: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    output.all += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.all += chunk;
    output.errors += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    output,
    ended,
    /** The address, once it says that it is ready. */
    ready: () => until(() => /Ready\. The webhook: (http:\/\/localhost:\d+)/.exec(output.all)?.[1], 'Ready'),
    azuritePid: () =>
      Number(readFileSync(join(directory, '.local/azurite/azurite.pid'), 'utf8').split(' ')[0]),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// Slow on purpose: each starts an Azurite of its own, all at once.
describe.concurrent('npm start', () => {
  it('starts Azurite and the app, says what to do, and stops both on Ctrl-C after the work in hand', async () => {
    const { child, output, ended, ready, azuritePid } = runStart({
      HOST_QUEUE: 'some-queue',
      HOST_APP_ANNOUNCE: '1',
      LOCAL_FUNCTION_KEY: 'a key',
    });
    const url = await ready();
    expect(output.all).toMatch(/^Embedded Azure Functions host, for development and tests only\.\n/);
    expect(output.all).toContain(`${url}/api/events?code=a%20key`);
    expect(output.all).toContain('npm run send -- --all');
    expect(output.all).toContain(`${url}/api/health`);
    const [, data, id] =
      /-H "Content-Type: application\/json" -d '(.*)'\n[\s\S]*\/api\/correspondences\/(\S+)\?code=a%20key/.exec(
        output.all,
      ) ?? [];
    expect(JSON.parse(data as string)).toMatchObject({ specversion: '1.0', resourceinstance: id });

    const pid = azuritePid();
    const slow = fetch(`${url}/api/slow?ms=700`).then((answer) => answer.text());
    await until(async () => (await fetch(`${url}/api/by-name?code=a%20key`)).status === 202);
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await slow).toBe('done');
    expect(await ended).toBe(0);
    expect(output.all).toContain('Stopping: ');
    expect(output.all).toContain('the app says good-bye');
    expect(output.errors).toBe('');
    expect(isAlive(pid)).toBe(false);
  });

  it('stops on SIGTERM too, and reads local.settings.json, the environment first', async () => {
    const Values = {
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      LOCAL_FUNCTION_KEY: 'from the file',
      PORT: '1',
    };
    const { child, ended, ready } = runStart({}, { 'local.settings.json': JSON.stringify({ Values }) });
    const url = await ready();
    expect(
      (await fetch(`${url}/api/by-name`, { headers: { 'x-functions-key': 'from the file' } })).status,
    ).toBe(202);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('ends at once on a second Ctrl-C', async () => {
    const { child, ended, ready, azuritePid, output } = runStart();
    const url = await ready();
    const pid = azuritePid();
    const slow = fetch(`${url}/api/slow?ms=20000`).catch(() => 'cut');
    await delay(300);
    child.kill('SIGINT');
    await until(() => output.all.includes('Stopping:'));
    await delay(700);
    const pressed = Date.now();
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(Date.now() - pressed).toBeLessThan(1000);
    expect(await slow).toBe('cut');
    await until(() => !isAlive(pid));
  });

  it('stops with the shell that npm ran it in, to which alone npm passes a signal on', async () => {
    const { child, ended, ready, azuritePid } = runStart({ npm_lifecycle_event: 'start' }, {}, true);
    await ready();
    const pid = azuritePid();
    child.kill('SIGTERM');
    expect(await ended).toBeNull();
    expect(isAlive(pid)).toBe(false);
  });

  it('leaves no Azurite behind when it is killed', async () => {
    const { child, ended, ready, azuritePid } = runStart();
    await ready();
    const pid = azuritePid();
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await ended;
    await until(() => !isAlive(pid));
  });
});

const nowhere =
  'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;QueueEndpoint=http://127.0.0.1:1/a;';

describe.concurrent('npm start fails with one line and exit code 1', () => {
  it.each([
    ['a PORT that is none', { PORT: 'http' }, {}, /^PORT is no whole number from 0 to 65535\. Example: \d+$/],
    ['a PORT that is too large', { PORT: '65536' }, {}, /^PORT is no whole number from 0 to 65535/],
    [
      'an app that was not built',
      {},
      { 'package.json': '{"main":"dist/index.js"}' },
      /^dist\/index.js is missing.*npm run build/,
    ],
    [
      'a wrong local.settings.json',
      {},
      { 'local.settings.json': '{' },
      /^local.settings.json is not valid JSON/,
    ],
    [
      'a storage that is not there',
      { AzureWebJobsStorage: nowhere },
      {},
      /^The storage of AzureWebJobsStorage cannot be used: .*ECONNREFUSED.*unset it to use a local Azurite/,
    ],
    [
      'a connection string that is none',
      { AzureWebJobsStorage: 'secret' },
      {},
      /^AzureWebJobsStorage is no storage connection string/,
    ],
    [
      'a setting that the app refuses',
      { HOST_APP: 'throws' },
      {},
      /^FOLLOW_UP_GRACE is "soon": it must be an ISO 8601 duration, such as PT5M$/,
    ],
    ['an app without functions', { HOST_APP: 'registers nothing' }, {}, /registered no functions$/],
  ])('for %s', async (_, env, files, message) => {
    const { output, ended } = runStart(env, files);
    expect(await ended).toBe(1);
    expect(output.errors.trimEnd()).toMatch(message);
    expect(output.errors.trimEnd()).not.toContain('\n');
    expect(output.errors).not.toContain('secret');
  });

  it('for a taken port, before anything is started', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await until(() => other.listening);
    const { port } = other.address() as AddressInfo;
    const { output, ended } = runStart({ PORT: String(port) });
    expect(await ended).toBe(1);
    other.close();
    expect(output.errors).toBe(`Port ${port} is taken. Choose another, such as: PORT=7072 npm start\n`);
    expect(output.all).not.toContain('Azurite');
  });
});
