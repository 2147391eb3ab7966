import { errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import type { Runtime } from '../../runtime/http.ts';
import { messageOf } from '../../runtime/message-of.ts';
import { makeIssuerKeys } from './issuer-keys.ts';
import { splitScopes } from './scopes.ts';

/** What a token turned out to be. A reason is for the log alone, and holds nothing of the token. */
export type Verdict =
  | { readonly is: 'genuine' }
  | { readonly is: 'refused'; readonly why: string }
  /** It cannot be told, since the issuer's keys cannot be had. */
  | { readonly is: 'unknown'; readonly why: string };

export type VerifyToken = (authorization: string | null) => Promise<Verdict>;

/** The scope with which Altinn Notifications asks whether to send. */
const conditionScope = 'altinn:system/notifications.condition.check';
/** The organization that runs Altinn Notifications: Digdir. */
const consumerId = '0192:991825827';
const authority = 'iso6523-actorid-upis';
/** Seconds that clocks may differ. */
const clockTolerance = 10;

const claims = z.object({
  scope: z.string(),
  consumer: z.object({ ID: z.literal(consumerId), authority: z.optional(z.literal(authority)) }),
});

/**
 * Makes what tells whether a request comes from Altinn Notifications: it brings an access token of Maskinporten's, as it
 * was given to Digdir for this one purpose.
 * @param issuer Maskinporten's URL with its trailing slash
 *
 * Source: Altinn/altinn-notifications, `ServiceCollectionExtensions` and `appsettings.json`; Digdir's docs,
 * "Maskinporten: access tokens".
 */
export function makeVerifyConditionToken(issuer: string, runtime: Runtime = {}): VerifyToken {
  const { now = Date.now } = runtime;
  const keys = makeIssuerKeys(issuer, runtime);
  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) return { is: 'refused', why: 'there is no token' };
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        algorithms: ['RS256'],
        clockTolerance,
        requiredClaims: ['exp'],
        currentDate: new Date(now()),
      });
      const why = whyNotTheirs(payload);
      return why ? { is: 'refused', why } : { is: 'genuine' };
    } catch (error) {
      if (error instanceof errors.JOSEError) return { is: 'refused', why: reasonOf(error) };
      return { is: 'unknown', why: messageOf(error) };
    }
  };
}

function whyNotTheirs(payload: JWTPayload): string | undefined {
  const { data } = claims.safeParse(payload);
  if (!data) return 'it is not of the organization that runs Altinn Notifications';
  return splitScopes(data.scope).includes(conditionScope) ? undefined : 'it is for another purpose';
}

/** The library's messages name claims, and no value of them. */
function reasonOf(error: errors.JOSEError): string {
  const { claim } = error as { claim?: unknown };
  return typeof claim === 'string' ? `${error.code} (${claim})` : error.code;
}
