import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import { type Client, type Clients, publicKey } from './clients.ts';

/** How far a client's clock may be off, in seconds. */
const clockSkew = 10;
const maxLifetime = 120;

export type OAuthCode = 'invalid_grant' | 'invalid_client' | 'invalid_scope' | 'invalid_request';

/** An answer of Maskinporten that is no token: 401 for a client it does not know, else 400. */
export class OAuthError extends Error {
  readonly code: OAuthCode;

  constructor(code: OAuthCode, description: string) {
    super(description);
    this.code = code;
  }
}

export interface Grant {
  readonly client: Client;
  readonly scope: string;
  /** The organisation whose system user the token is for. */
  readonly systemUser?: string;
}

interface Issuer {
  readonly issuer: string;
  readonly clients: Clients;
  /** The assertions taken so far, by `jti`. */
  readonly used: Set<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Checks a JWT grant: signature by key id, algorithm, audience, life, `jti` and scopes.
 * Throws an {@link OAuthError}.
 *
 * Source: Digdir's docs, "Maskinporten: JWT grants", and RFC 7523 section 3.
 */
export async function checkAssertion(
  assertion: string,
  { issuer, clients, used, now }: Issuer,
): Promise<Grant> {
  const { header, claims } = decode(assertion);
  if (header.alg !== 'RS256') throw refused('The algorithm must be RS256.');
  const client = clients.get(String(claims.iss));
  if (!client) throw new OAuthError('invalid_client', 'Client authentication failed. Unknown client in iss.');
  if (header.kid !== client.publicJwk.kid) throw refused('Unknown key identifier (kid).');
  await compactVerify(assertion, await publicKey(client)).catch(() => {
    throw refused('Client authentication failed. Invalid JWT signature.');
  });
  if (claims.aud !== issuer) throw refused(`Invalid audience (aud). Expected ${issuer}`);
  checkTimes(claims, now() / 1000);
  const jti = claims.jti ? `${client.clientId} ${claims.jti}` : undefined;
  if (jti === undefined) throw refused('Missing jti.');
  if (used.has(jti)) throw refused('The jti has been used before.');
  used.add(jti);
  return { client, scope: checkScope(claims.scope, client), ...systemUserOf(claims, client) };
}

function refused(why: string): OAuthError {
  return new OAuthError('invalid_grant', `Invalid assertion. ${why}`);
}

function decode(assertion: string) {
  try {
    return { header: decodeProtectedHeader(assertion), claims: decodeJwt(assertion) };
  } catch {
    throw refused('It is no JWT.');
  }
}

function checkTimes({ iat, exp }: { iat?: number; exp?: number }, now: number): void {
  if (typeof iat !== 'number' || typeof exp !== 'number') throw refused('Missing iat or exp.');
  if (iat > now + clockSkew) throw refused('The iat is in the future: check the clock.');
  if (exp < now - clockSkew) throw refused('The assertion has expired (exp): check the clock.');
  if (exp - iat > maxLifetime) throw refused('The time from iat to exp must not exceed 120 seconds.');
}

function checkScope(scope: unknown, client: Client): string {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  if (scopes.length === 0) throw new OAuthError('invalid_scope', 'Missing scope.');
  const denied = scopes.filter((name) => !client.scopes.includes(name));
  if (denied.length === 0) return scopes.join(' ');
  throw new OAuthError('invalid_scope', `The client does not have the scope ${denied.join(' ')}.`);
}

function systemUserOf(claims: Record<string, unknown>, client: Client): { systemUser?: string } {
  if (claims.authorization_details === undefined) return {};
  const [detail] = claims.authorization_details as { type?: string; systemuser_org?: { ID?: string } }[];
  const systemUser = /^0192:(\d{9})$/.exec(String(detail?.systemuser_org?.ID))?.[1];
  if (detail?.type !== 'urn:altinn:systemuser' || !systemUser)
    throw refused('Unknown authorization_details.');
  if (client.systemUsers && !client.systemUsers.includes(systemUser))
    throw refused('The system user does not exist or has not been accepted.');
  return { systemUser };
}
