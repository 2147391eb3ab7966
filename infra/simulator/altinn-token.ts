import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { type Answer, type Call, empty, json, type Route, text } from './http/answer.ts';
import type { Clients } from './maskinporten/clients.ts';
import type { IssuerKey, IssuerKeys } from './maskinporten/issuer-key.ts';

/** Whom an Altinn token speaks for. */
export interface Caller {
  readonly scopes: readonly string[];
  /** Whose client it is, nine digits. */
  readonly organization: string;
  /** The service owner's code, in a token with the scope `altinn:serviceowner` or one below it. */
  readonly org?: string;
  readonly systemUser?: { readonly id: string; readonly organization: string };
}

/** Seconds. */
const life = 30 * 60;

interface Exchange {
  readonly url: string;
  readonly clients: Clients;
  readonly keys: IssuerKeys;
  readonly now: () => number;
}

interface Reader {
  readonly url: string;
  readonly key: IssuerKey;
  readonly now: () => number;
}

/**
 * `GET /authentication/api/v1/exchange/maskinporten`: an access token of Maskinporten becomes an Altinn token, as
 * a bare string, or in JSON when the caller accepts that.
 */
export function exchangeRoutes({ url, clients, keys, now }: Exchange): Route[] {
  async function exchange({ headers }: Call): Promise<Answer> {
    const issuer = `${url}/maskinporten/`;
    const claims = await verify(headers.authorization, { key: keys.maskinporten, issuer, now });
    if (!claims) return empty(401);
    const { exp: _, iss: __, iat: ___, ...carried } = claims;
    const client = clients.get(String(claims.client_id));
    const isServiceOwner = String(claims.scope)
      .split(' ')
      .some((scope) => /^altinn:serviceowner(\/|$)/.test(scope));
    const issuedAt = Math.floor(now() / 1000);
    const token = await new SignJWT({
      ...carried,
      ...(isServiceOwner && client?.serviceOwner && { 'urn:altinn:org': client.serviceOwner }),
      'urn:altinn:orgNumber': client?.organization,
      'urn:altinn:authenticatemethod': 'maskinporten',
    })
      .setProtectedHeader({ alg: 'RS256', kid: keys.platform.kid })
      .setIssuer(platformIssuer(url))
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + life)
      .sign(keys.platform.privateKey);
    return headers.accept?.includes('application/json') ? json(200, token) : text(200, token);
  }
  return [
    {
      api: 'exchange',
      method: 'GET',
      path: '/authentication/api/v1/exchange/maskinporten',
      handle: exchange,
    },
  ];
}

const platformIssuer = (url: string) => `${url}/authentication/api/v1/openid/`;

/** Reads the caller off a request's bearer token; `undefined` when there is none that is Altinn's and good. */
export async function readCaller({ url, key, now }: Reader, { headers }: Call): Promise<Caller | undefined> {
  const claims = await verify(headers.authorization, { key, issuer: platformIssuer(url), now });
  if (!claims) return undefined;
  const [detail] = (claims.authorization_details ?? []) as {
    systemuser_id: [string];
    systemuser_org: { ID: string };
  }[];
  const org = claims['urn:altinn:org'];
  return {
    scopes: String(claims.scope).split(' '),
    organization: String(claims['urn:altinn:orgNumber']),
    ...(typeof org === 'string' && { org }),
    ...(detail && {
      systemUser: {
        id: detail.systemuser_id[0],
        organization: detail.systemuser_org.ID.slice('0192:'.length),
      },
    }),
  };
}

async function verify(
  authorization: string | undefined,
  { key, issuer, now }: { key: IssuerKey; issuer: string; now: () => number },
): Promise<JWTPayload | undefined> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) return undefined;
  const currentDate = new Date(now());
  const options = { issuer, algorithms: ['RS256'], currentDate };
  const verified = await jwtVerify(token, key.publicKey, options).catch(() => undefined);
  return verified?.payload;
}
