import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientKey } from '../../support/altinn/client.ts';

const bundle = 'dist-cli/altinn.cjs';
const alone = mkdtempSync(join(tmpdir(), 'altinn-cli-'));
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['altinn.cjs', ...args], { cwd: alone, env, encoding: 'utf8' });

/** What `npm run altinn` runs. */
const npmRunAltinn = () => execFileSync(process.execPath, ['infra/dev/altinn.mjs', '--help']);

const settings = {
  ALTINN_ENVIRONMENT: 'tt02',
  MASKINPORTEN_CLIENT_ID: 'us',
  MASKINPORTEN_KEY: JSON.stringify(clientKey.privateJwk),
};

beforeAll(() => {
  npmRunAltinn();
  copyFileSync(bundle, join(alone, 'altinn.cjs'));
});
afterAll(() => rmSync(alone, { recursive: true }));

describe('the command line in one file, alone in a directory', () => {
  it('runs', () => {
    expect(run(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Exit codes'),
      stderr: '',
    });
  });

  it.each<[string, number, string[], object, string]>([
    ['wrong usage', 2, ['status', 'no-guid'], {}, 'It is a GUID'],
    [
      'missing settings',
      2,
      ['reconcile', '--resource', 'my-letters'],
      {},
      'Example: ALTINN_ENVIRONMENT=tt02',
    ],
    [
      'a refusal',
      1,
      ['subscription', 'ensure', '--resource', 'My-Letters', '--endpoint', 'https://app.invalid/'],
      settings,
      'Not sent to Altinn',
    ],
  ])('passes on the exit code of %s', (_, status, args, env, stderr) => {
    expect(run(args, { ...env })).toMatchObject({
      status,
      stdout: '',
      stderr: expect.stringContaining(stderr),
    });
  });

  it('loads the clients of storage, too, where they are needed', () => {
    expect(run(['reconcile', '--resource', 'my-letters'], settings)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('AzureWebJobsStorage is missing'),
    });
  });

  it.skipIf(process.platform === 'win32')('can be started by its name', () => {
    expect(execFileSync(join(process.cwd(), bundle), ['--help'], { encoding: 'utf8' })).toContain('Usage');
  });
});

describe('npm run altinn', () => {
  it('builds when a source is newer, and only then', () => {
    const built = () => statSync(bundle).mtimeMs;
    const before = built();
    npmRunAltinn();
    expect(built()).toBe(before);
    utimesSync(bundle, 0, 0);
    npmRunAltinn();
    expect(built()).toBeGreaterThan(before);
  });

  it('looks at all that the bundle is made from', () => {
    const { sources } = JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as { sources: string[] };
    const known =
      /^\.\.\/(infra\/cli|infra\/azure\/client|infra\/azure\/role-ids\.json|shared|node_modules)\b/;
    expect(sources.filter((source) => !known.test(source))).toEqual([]);
  });
});
