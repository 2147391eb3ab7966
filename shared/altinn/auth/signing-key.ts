import { createPrivateKey, type KeyObject } from 'node:crypto';
import { InvalidValue } from '../../runtime/invalid-value.ts';

/** The key that signs for a client of Maskinporten. A `KeyObject` shows nothing of the key when it is printed. */
export interface SigningKey {
  /** The `kid` under which the public half is registered at Maskinporten. */
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Reads an RSA private key.
 * @param text a JWK, or PEM (PKCS #8 or PKCS #1) whose line breaks may be written as `\n`
 * @param id the key's id; a JWK may bring its own as `kid`
 * @throws InvalidValue, which repeats nothing of the text
 *
 * Source: Digdir's docs, "JWT grant": RS256, RS384 and RS512 are supported, and `kid` must be there.
 */
export function readSigningKey(text: string, id: string | undefined): SigningKey {
  const jwk = text.trimStart().startsWith('{') ? readJwk(text) : undefined;
  const kid = id ?? (typeof jwk?.kid === 'string' && jwk.kid ? jwk.kid : undefined);
  const key = jwk ? keyOf({ key: jwk, format: 'jwk' }) : keyOf(readPem(text));
  if (key.asymmetricKeyType !== 'rsa')
    throw new InvalidValue('is no RSA key, and Maskinporten takes no other');
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw new InvalidValue('is shorter than 2048 bits');
  if (!kid) throw new InvalidValue(jwk ? 'has no kid' : 'is PEM, which holds no key id');
  return { id: kid, key };
}

function readJwk(text: string): Record<string, unknown> {
  let jwk: Record<string, unknown>;
  try {
    jwk = JSON.parse(text);
  } catch {
    throw new InvalidValue('is no valid JSON, and starts as a JWK does');
  }
  if ('keys' in jwk) throw new InvalidValue('is a set of keys: take the one key out of it');
  if (!('d' in jwk)) throw new InvalidValue('is the public half of a key: the private one is needed');
  return jwk;
}

function readPem(text: string): string {
  const pem = text.replaceAll('\\n', '\n');
  if (/ENCRYPTED/.test(pem)) throw new InvalidValue('is encrypted: take the password off');
  if (/BEGIN (PUBLIC KEY|CERTIFICATE)/.test(pem)) {
    throw new InvalidValue('is the public half of a key: the private one is needed');
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) throw new InvalidValue('is neither a JWK nor PEM');
  return pem;
}

function keyOf(input: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(input);
  } catch {
    throw new InvalidValue('is damaged: no key could be read from it');
  }
}
