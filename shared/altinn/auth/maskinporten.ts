import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import * as z from 'zod/mini';
import { type Answer, NoAnswer, parseJson, type Runtime, send } from '../../runtime/http.ts';
import type { ClientSettings, KeyedSettings } from './client-settings.ts';
import { splitScopes } from './scopes.ts';
import { TokenError } from './token-error.ts';
import { explainRefusal } from './token-refusal.ts';

export interface MaskinportenToken {
  readonly value: string;
  /** Those that were granted; absent when Maskinporten does not say. */
  readonly scopes: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Seconds that a grant is good for; Maskinporten takes at most 120. */
const grantLifetime = 100;

const granted = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number(),
  scope: z.optional(z.string()),
});

/**
 * Asks Maskinporten for a token by a JWT grant, a new one for each try since a grant is good only once.
 * @throws TokenError
 *
 * Source: RFC 7523, section 2.1; Digdir's docs, "JWT grant" and "/token endpoint"; for the system user Altinn's
 * docs, "System user".
 */
export async function requestMaskinportenToken(
  client: ClientSettings,
  runtime: Runtime,
): Promise<MaskinportenToken> {
  const settings = withKey(client);
  const { now = Date.now } = runtime;
  const { maskinporten } = settings.environment;
  const request = async () => ({
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await signGrant(settings, now()),
    }),
  });
  const answer = await send(`${maskinporten}token`, request, runtime).catch((error) => {
    throw error instanceof NoAnswer ? unreachable(maskinporten, error.message) : error;
  });
  if (answer.status !== 200) throw explainRefusal(answer, settings, now());
  return readGranted(answer, settings, now());
}

/** @throws TokenError where there is no key */
function withKey({ key, ...client }: ClientSettings): KeyedSettings {
  if (key) return { ...client, key };
  throw new TokenError(
    'key',
    "MASKINPORTEN_KEY is a Key Vault reference that Azure has not resolved. Is the secret there and enabled, does the vault let the app's network in, and has its identity the role Key Vault Secrets User?",
  );
}

function readGranted(answer: Answer, settings: ClientSettings, now: number): MaskinportenToken {
  const parsed = granted.safeParse(parseJson(answer.text));
  if (!parsed.success) {
    throw new TokenError(
      'refused',
      `${settings.environment.maskinporten}token answered 200 with no token. Is MASKINPORTEN_URL Maskinporten's?`,
    );
  }
  const { access_token: value, expires_in: lifetime, scope } = parsed.data;
  const scopes = scope === undefined ? undefined : splitScopes(scope);
  const missing = scopes ? settings.scopes.filter((wanted) => !scopes.includes(wanted)) : [];
  if (missing.length > 0) {
    throw new TokenError(
      'scope',
      `Maskinporten gave a token without the scope ${missing.join(' ')}. Add it to the client, or leave it out of MASKINPORTEN_SCOPES`,
    );
  }
  return { value, scopes, expiresAt: now + lifetime * 1_000 };
}

async function signGrant(settings: KeyedSettings, now: number): Promise<string> {
  const { clientId, key, scopes, systemUserOrg, environment } = settings;
  const issuedAt = Math.floor(now / 1_000);
  const systemUser = {
    type: 'urn:altinn:systemuser',
    systemuser_org: { authority: 'iso6523-actorid-upis', ID: `0192:${systemUserOrg}` },
  };
  return new SignJWT({
    scope: scopes.join(' '),
    ...(systemUserOrg && { authorization_details: [systemUser] }),
  })
    .setProtectedHeader({ alg: 'RS256', kid: key.id })
    .setIssuer(clientId)
    .setAudience(environment.maskinporten)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + grantLifetime)
    .setJti(randomUUID())
    .sign(key.key);
}

export function unreachable(url: string, reason: string): TokenError {
  return new TokenError(
    'unreachable',
    `${url} could not be reached (${reason}). Check the network, and that outgoing traffic to it is allowed`,
  );
}
