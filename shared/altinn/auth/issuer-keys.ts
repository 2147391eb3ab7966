import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import { parseJson, type Runtime, send } from '../../runtime/http.ts';
import { messageOf } from '../../runtime/message-of.ts';

/** The issuer's keys could not be had, so nothing can be said of a token. */
export class NoKeys extends Error {
  override name = 'NoKeys';
}

/** Milliseconds for which keys are good, and for which they are still used where the issuer does not answer. */
const [freshMs, usableMs] = [10 * 60_000, 24 * 60 * 60_000];
/** Milliseconds between two fetches for the sake of a key that is not known, and after one that failed. */
const [unknownKeyMs, faultMs] = [60_000, 10_000];
/** Milliseconds that both requests of a fetch have together. */
const timeoutMs = 1_500;

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * Makes the look-up of an issuer's signing keys. They are kept for ten minutes. A token that names an unknown key has
 * them fetched anew, once a minute at the most, whoever sends such tokens.
 * @param issuer its URL with a trailing slash
 * @returns what `jose` finds a key by; it throws NoKeys where they cannot be had, and jose's error for a key that is not there
 *
 * Source: RFC 8414; Digdir's docs, "Maskinporten: well-known endpoints".
 */
export function makeIssuerKeys(issuer: string, runtime: Runtime = {}): JWTVerifyGetKey {
  const { now = Date.now } = runtime;
  let keys: JWTVerifyGetKey | undefined;
  let fault: string | undefined;
  let fetching: Promise<void> | undefined;
  let [fetchedAt, triedAt, forcedAt] = Array(3).fill(Number.NEGATIVE_INFINITY) as [number, number, number];

  const fetchOnce = async () => {
    triedAt = now();
    try {
      keys = createLocalJWKSet(await fetchKeys(issuer, runtime));
      fetchedAt = now();
      fault = undefined;
    } catch (error) {
      fault = messageOf(error);
    }
  };
  const refresh = () => {
    fetching ??= fetchOnce().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  const known = () => {
    if (keys && now() - fetchedAt <= usableMs) return keys;
    throw new NoKeys(`the keys of ${issuer} cannot be had (${fault})`);
  };

  return async (header, token) => {
    const isResting = fault !== undefined && now() - triedAt < faultMs;
    if (fetching || (now() - fetchedAt > freshMs && !isResting)) await refresh();
    try {
      return await known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const mayForce = now() - forcedAt >= unknownKeyMs;
      if (mayForce) forcedAt = now();
      if (mayForce || fetching) await refresh();
      // Whether there is such a key is not known where they could not be fetched.
      if (fault !== undefined) throw new NoKeys(`the keys of ${issuer} cannot be had (${fault})`);
      return known()(header, token);
    }
  };
}

async function fetchKeys(issuer: string, runtime: Runtime): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(timeoutMs);
  const get = async <T extends z.ZodMiniType>(url: string, type: T): Promise<z.infer<T>> => {
    const request = async () => ({ headers: { accept: 'application/json' } });
    const answer = await send(url, request, runtime, { maxTries: 1, signal });
    const parsed = type.safeParse(parseJson(answer.text));
    if (answer.status === 200 && parsed.success) return parsed.data;
    throw new Error(`${url} answered ${answer.status}${answer.status === 200 ? ' with something else' : ''}`);
  };
  const said = await get(`${issuer}.well-known/oauth-authorization-server`, metadata);
  if (said.issuer !== issuer) throw new Error(`${issuer} says that it is another issuer`);
  // Keys that came in the clear would be anybody's.
  if (new URL(said.jwks_uri).protocol !== new URL(issuer).protocol) {
    throw new Error(`${issuer} names keys that are not reached as safely as itself`);
  }
  return (await get(said.jwks_uri, keySet)) as JSONWebKeySet;
}
