import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Altinn } from '../../../infra/simulator/altinn.ts';
import { clientKey, keyPieces } from './client.ts';

/** The key in every endpoint of these tests: no output may hold it. */
export const endpointKey = 'k3y-of-the-endpoint';
export const newKey = 'n3w-key-of-the-endpoint';
export const organization = '991825827';

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line that was built, and checks that its output holds no secret. */
export async function cli(
  args: readonly string[],
  settings: Record<string, string> = {},
  { secretsAsked = false }: { secretsAsked?: boolean } = {},
): Promise<Run> {
  const child = spawn(process.execPath, ['dist-cli/altinn.cjs', ...args], {
    env: { PATH: process.env.PATH, ALTINN_TIME_SCALE: '1000', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const run = { code: await ended, stdout, stderr };
  const output = stdout + stderr;
  for (const piece of keyPieces) expect(output).not.toContain(piece);
  expect(output).not.toMatch(/eyJ[\w-]+\.|\bat .*\.ts:\d/);
  if (!secretsAsked) expect(output).not.toMatch(new RegExp(`${endpointKey}|${newKey}`));
  return run;
}

/** The settings with which the command line is a client of that Altinn; the client is registered there. */
export function settingsOf(
  { url, maskinportenUrl, simulator }: Altinn,
  {
    clientId = 'owner',
    scopes = ['altinn:events.subscribe', 'altinn:serviceowner', 'altinn:correspondence.write'],
    ...more
  }: { clientId?: string; scopes?: readonly string[]; organization?: string; serviceOwner?: string } = {},
): Record<string, string> {
  const { kty, kid, n, e } = clientKey.publicJwk as { kty: 'RSA'; kid: string; n: string; e: string };
  simulator.clients.register({
    clientId,
    publicJwk: { kty, kid, n, e },
    scopes: [...scopes],
    organization,
    serviceOwner: 'ttd',
    ...more,
  });
  return {
    ALTINN_ENVIRONMENT: url,
    MASKINPORTEN_URL: maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: clientId,
    MASKINPORTEN_KEY: JSON.stringify(clientKey.privateJwk),
    MASKINPORTEN_SCOPES: scopes.join(' '),
  };
}
