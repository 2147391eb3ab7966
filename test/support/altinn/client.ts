import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { SignJWT } from 'jose';
import type { AltinnSettings } from '../../../shared/settings/altinn.ts';
import { readAltinnSettings } from '../../../shared/settings/altinn.ts';
import type { Reply, Seen } from './server.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The key of a client, made for this run of the tests. */
export const clientKey = {
  kid: 'test-key',
  publicKey: pair.publicKey,
  privateJwk: { ...pair.privateKey.export({ format: 'jwk' }), kid: 'test-key' } as Record<string, string>,
  publicJwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: 'test-key' } as Record<string, string>,
  pkcs8: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  pkcs1: pair.privateKey.export({ format: 'pem', type: 'pkcs1' }) as string,
};

/** Pieces of the private key that no output may hold. */
export const keyPieces: readonly string[] = [
  ...['d', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => clientKey.privateJwk[name] as string),
  ...[clientKey.pkcs8, clientKey.pkcs1].map((pem) => pem.split('\n')[4] as string),
];

export const writeScopes = 'altinn:events.subscribe altinn:serviceowner altinn:correspondence.write';

/** Settings for the servers at a base URL. */
export function settingsFor(base: string, more: Record<string, string> = {}): AltinnSettings {
  return readAltinnSettings({
    ALTINN_ENVIRONMENT: base,
    MASKINPORTEN_URL: `${base}/maskinporten/`,
    MASKINPORTEN_CLIENT_ID: 'test-client',
    MASKINPORTEN_KEY: JSON.stringify(clientKey.privateJwk),
    ...more,
  }) as AltinnSettings;
}

/** An Altinn token as Altinn makes them, with a signature that nobody checks here. */
export function altinnToken(scope: string, lifetime = 1_800, now = Date.now()): Promise<string> {
  return new SignJWT({ scope, 'urn:altinn:org': 'ttd', jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(now / 1_000) + lifetime)
    .sign(new Uint8Array(32));
}

/** Answers for Maskinporten and the exchange, and leaves the rest to `platform`. */
export function withTokens(
  platform: (request: Seen) => Reply | undefined | Promise<Reply | undefined>,
  scope = writeScopes,
) {
  return async (request: Seen): Promise<Reply | undefined> => {
    if (request.path === '/maskinporten/token') {
      return { body: { access_token: 'opaque-maskinporten-token', expires_in: 119, scope } };
    }
    if (request.path.startsWith('/authentication/')) return { body: await altinnToken(scope) };
    return platform(request);
  };
}

/** Every way in which a value may end up in a log. */
export function printed(value: unknown): string {
  const error = value as { stack?: string; message?: string; cause?: unknown };
  return [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
    JSON.stringify(value) ?? '',
    String(value),
    error?.stack ?? '',
  ].join('\n');
}
