import { SignJWT } from 'jose';
import { guid } from '../chance.ts';
import { type Answer, type Call, json, type Route } from '../http/answer.ts';
import { checkAssertion, type Grant, OAuthError } from './assertion.ts';
import type { Clients } from './clients.ts';
import type { IssuerKey, IssuerKeys } from './issuer-key.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Seconds. */
const life = 120;
const authority = 'iso6523-actorid-upis';

interface Issuer {
  readonly url: string;
  readonly clients: Clients;
  readonly keys: IssuerKeys;
  /** By what tokens live: milliseconds since 1970. */
  readonly now: () => number;
}

/** Maskinporten's token endpoint, metadata and keys, under `/maskinporten/`. */
export function maskinportenRoutes({ url, clients, keys, now }: Issuer): Route[] {
  const issuer = `${url}/maskinporten/`;
  const used = new Set<string>();
  const metadata = {
    issuer,
    token_endpoint: `${issuer}token`,
    jwks_uri: `${issuer}jwk`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    grant_types_supported: [grantType],
    token_endpoint_auth_signing_alg_values_supported: ['RS256'],
    authorization_details_types_supported: ['urn:altinn:systemuser'],
  };

  async function token({ body }: Call): Promise<Answer> {
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== grantType) return json(400, { error: 'unsupported_grant_type' });
    try {
      const assertion = form.get('assertion');
      if (!assertion) throw new OAuthError('invalid_request', 'Missing assertion.');
      const grant = await checkAssertion(assertion, { issuer, clients, used, now });
      return json(200, {
        access_token: await accessToken(grant, {
          issuer,
          key: keys.maskinporten,
          issuedAt: Math.floor(now() / 1000),
        }),
        token_type: 'Bearer',
        expires_in: life - 1,
        scope: grant.scope,
      });
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return json(error.code === 'invalid_client' ? 401 : 400, {
        error: error.code,
        error_description: error.message,
      });
    }
  }

  return [
    { api: 'token', method: 'POST', path: '/maskinporten/token', handle: token },
    {
      api: 'token',
      method: 'GET',
      path: '/maskinporten/\\.well-known/oauth-authorization-server',
      handle: () => json(200, metadata),
    },
    {
      api: 'token',
      method: 'GET',
      path: '/maskinporten/jwk',
      handle: () => json(200, { keys: [keys.maskinporten.publicJwk] }),
    },
  ];
}

function accessToken(
  { client, scope, systemUser }: Grant,
  { issuer, key, issuedAt }: { issuer: string; key: IssuerKey; issuedAt: number },
): Promise<string> {
  return new SignJWT({
    scope,
    client_id: client.clientId,
    client_amr: 'private_key_jwt',
    token_type: 'Bearer',
    consumer: { authority, ID: `0192:${client.organization}` },
    ...(systemUser && {
      authorization_details: [
        {
          type: 'urn:altinn:systemuser',
          systemuser_id: [guid('system user', client.clientId, systemUser)],
          systemuser_org: { authority, ID: `0192:${systemUser}` },
          system_id: client.clientId,
        },
      ],
    }),
  })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .setIssuer(issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + life)
    .setJti(crypto.randomUUID())
    .sign(key.privateKey);
}
