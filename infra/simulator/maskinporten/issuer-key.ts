import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';

export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** The keys that sign at this moment. */
export interface IssuerKeys {
  maskinporten: IssuerKey;
  readonly platform: IssuerKey;
}

const made = new Map<string, Promise<IssuerKey>>();

/** The key that signs for an issuer: RS256, made once in a process since it takes a while. */
export function issuerKey(kid: string): Promise<IssuerKey> {
  const known = made.get(kid);
  if (known) return known;
  const key = generateKeyPair('RS256').then(async ({ privateKey, publicKey }) => ({
    kid,
    privateKey,
    publicKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' },
  }));
  made.set(kid, key);
  return key;
}
