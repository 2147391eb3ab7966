import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importJWK, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { altinnToken } from '../../support/simulator.ts';

const script = join(process.cwd(), 'infra/simulator/start.ts');
const tsx = pathToFileURL(createRequire(script).resolve('tsx')).href;

let directory: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'altinn-local-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function run(...args: string[]) {
  const { PORT: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', tsx, script, ...args], { cwd: directory, env });
  running.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return {
    child,
    output: () => output,
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found;
        if (child.exitCode !== null) throw new Error(`It ended: ${output}`);
        await once(child.stdout, 'data');
      }
    },
    async ended(): Promise<number | null> {
      if (child.exitCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}

const setting = (output: string, name: string) => new RegExp(`${name}=(\\S+)`).exec(output)?.[1] as string;

describe('npm run altinn:local', () => {
  it('says what to set, and the key that it names gets a token; Ctrl-C ends it', async () => {
    const { child, output, until, ended } = run('--port', '0', '--time-scale', '3600');
    await until(/Ctrl-C stops it/);
    const url = setting(output(), 'ALTINN_ENVIRONMENT');
    const maskinportenUrl = setting(output(), 'MASKINPORTEN_URL');
    expect(maskinportenUrl).toBe(`${url}/maskinporten/`);
    const path = join(directory, setting(output(), 'MASKINPORTEN_KEY_FILE'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as JWK;
    const privateKey = (await importJWK(jwk, 'RS256')) as Parameters<typeof altinnToken>[1]['privateKey'];
    const clientId = setting(output(), 'MASKINPORTEN_CLIENT_ID');
    const token = await altinnToken(
      { url, maskinportenUrl } as never,
      { clientId, publicJwk: jwk, privateKey } as never,
    );
    expect(token).toMatch(/^eyJ/);
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const)
      expect(output()).not.toContain(jwk[secret]);
    expect(output()).not.toContain('eyJ');
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended()).toBe(0);
  });

  it('keeps the key from start to start', async () => {
    const keys = [];
    for (let count = 0; count < 2; count += 1) {
      const { child, until, ended } = run('--port', '0');
      await until(/Ctrl-C stops it/);
      child.kill('SIGTERM');
      await ended();
      keys.push(readFileSync(join(directory, '.local/altinn/maskinporten-key.json'), 'utf8'));
    }
    expect(keys[1]).toBe(keys[0]);
  });

  it('says in one line that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { output, ended } = run('--port', String(port));
    expect(await ended()).toBe(1);
    expect(output()).toBe(
      `Port ${port} is taken. Choose another, such as: npm run altinn:local -- --port 7081\n`,
    );
    server.close();
  });

  it('waits for a subscription before it plays a story', async () => {
    const path = join(directory, 'story.json');
    writeFileSync(path, '{"letters":5,"seed":1}');
    const { until } = run('--port', '0', '--story', path);
    await until(/The story begins when a subscription is validated/);
  });

  it.each([
    [['--port', 'x'], /must be a number from 0 to 65535/],
    [['--story', 'missing.json'], /missing\.json/],
  ])('refuses %j in a line', async (args, words) => {
    const { output, ended } = run(...args);
    expect(await ended()).toBe(1);
    expect(output()).toMatch(words);
  });
});
