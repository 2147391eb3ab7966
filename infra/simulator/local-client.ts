import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { ClientRegistration } from './maskinporten/clients.ts';
import { defaultOwner } from './simulator.ts';

export const localClientId = 'altinn-local-client';

/** Where the private key is, from the package's root. */
export const keyFile = join('.local', 'altinn', 'maskinporten-key.json');

/**
 * The client that the receiver on this machine uses. Its private key is made once and kept in {@link keyFile} as a
 * JWK that only its owner may read, so that the receiver's settings stay the same from start to start.
 */
export async function localClient(directory: string): Promise<ClientRegistration> {
  const path = join(directory, keyFile);
  const { kty, kid, n, e } = readKey(path) ?? (await makeKey(path));
  return {
    clientId: localClientId,
    publicJwk: { kty: kty as 'RSA', kid: kid as string, n: n as string, e: e as string },
    scopes: [
      'altinn:events.subscribe',
      'altinn:serviceowner',
      'altinn:serviceowner/notifications.create',
      'altinn:correspondence.write',
      'altinn:correspondence.read',
    ],
    organization: defaultOwner,
    serviceOwner: 'ttd',
  };
}

/** The receiver's settings with which it is that client, at a simulated Altinn. */
export function localSettings(
  { url, maskinportenUrl }: { readonly url: string; readonly maskinportenUrl: string },
  resources: readonly string[],
): Record<string, string> {
  return {
    ALTINN_ENVIRONMENT: url,
    MASKINPORTEN_URL: maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: localClientId,
    MASKINPORTEN_KEY_FILE: keyFile,
    ALTINN_RESOURCES: resources.join(','),
  };
}

function readKey(path: string): JWK | undefined {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as JWK;
    return jwk.kty === 'RSA' && jwk.kid ? jwk : undefined;
  } catch {
    return undefined;
  }
}

async function makeKey(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: `local-${Date.now()}`, alg: 'RS256', use: 'sig' };
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${JSON.stringify(jwk, null, 2)}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return jwk;
}
