import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startAzurite } from '../../infra/dev/azurite.ts';
import { letterMark } from '../../infra/simulator/correspondence/text.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection strings by account, all of one Azurite in memory. */
    storage: Record<string, string>;
    /** Where the apps under test leave all they print. */
    outputDirectory: string;
  }
}

/** One account for each test file that needs storage, so that no file sees another's queues. */
const accounts = [
  'answers',
  'tracking',
  'followups',
  'storage',
  'boundaries',
  'randomkill',
  'fuzz',
  'start',
  'spare',
  'reconcile',
  'guard',
  'sendcondition',
  'callers',
  'reactions',
  'deadletters',
  'audit',
  'pace',
  'recipient',
  'package',
  'measure',
  'restore',
  'telemetry',
  'people',
  'peoplecli',
  'policy',
  'channels',
  'digests',
];

/**
 * Builds the command line where its source is newer, and starts an Azurite for the project's files. After them, no
 * output of any app may hold a national identity number.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(process.execPath, ['infra/dev/altinn.mjs', '--help']);
  const azurite = await startAzurite({ accounts });
  const outputDirectory = mkdtempSync(join(tmpdir(), 'altinn-output-'));
  project.provide(
    'storage',
    Object.fromEntries(accounts.map((name) => [name, azurite.connectionString(name)])),
  );
  project.provide('outputDirectory', outputDirectory);
  return async () => {
    await azurite.stop();
    const leaks = readdirSync(outputDirectory).flatMap((name) =>
      readFileSync(join(outputDirectory, name), 'utf8')
        .split('\n')
        .filter((line) => /(?<![\da-f])\d{11}(?![\da-f])/i.test(line) || line.includes(letterMark))
        .map((line) => `${name}: ${line}`),
    );
    rmSync(outputDirectory, { recursive: true });
    if (leaks.length > 0)
      throw new Error(
        `An app printed what may be a national identity number, or a letter’s text:\n${leaks.join('\n')}`,
      );
  };
}
