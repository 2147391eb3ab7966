import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { TokenCredential } from '@azure/identity';
import { onTestFinished } from 'vitest';
import type { SimulatedAzure } from './azure.ts';

/** Somebody who is signed in, within this process. */
export const signedIn: TokenCredential = {
  getToken: async (scopes) => ({
    token: tokenFor(String(scopes)),
    expiresOnTimestamp: Date.now() + 3_600_000,
  }),
};

function tokenFor(scope: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ aud: scope.replace('/.default', '') })}.none`;
}

/**
 * An environment for a process in which azd is on the path and somebody is signed in, and that takes the simulated
 * Azure for the real one.
 */
export function signedInBy(azure: SimulatedAzure): Record<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'azd-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const azd = join(directory, 'azd');
  writeFileSync(azd, fakeAzd);
  chmodSync(azd, 0o755);
  return {
    PATH: `${directory}${delimiter}${process.env.PATH}`,
    NODE_OPTIONS: `--require ${JSON.stringify(resolve('test/support/azure/redirect.cjs'))}`,
    SIMULATED_AZURE: azure.url,
  };
}

/** `azd auth token`, as @azure/identity calls it. */
const fakeAzd = `#!/usr/bin/env node
const scope = process.argv[process.argv.indexOf('--scope') + 1];
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = [part({ alg: 'none' }), part({ aud: scope.replace('/.default', '') }), 'none'].join('.');
console.log(JSON.stringify({ token, expiresOn: new Date(Date.now() + 3600000).toISOString() }));
`;
