import * as z from 'zod/mini';
import { type Answer, isTransient, parseJson } from '../../runtime/http.ts';
import { sanitize } from '../../runtime/sanitize.ts';
import type { KeyedSettings } from './client-settings.ts';
import { TokenError, type TokenFault } from './token-error.ts';

const oauthError = z.object({
  error: z._default(z.string(), ''),
  error_description: z._default(z.string(), ''),
  error_uri: z._default(z.string(), ''),
});

/**
 * Which fault a refusal tells of: the first that matches. The order matters, since a description of any of them may
 * start with "Invalid assertion. Client authentication failed."
 *
 * Source: Digdir's docs, "Feilsøking i Maskinporten".
 */
const signs: readonly (readonly [TokenFault, RegExp])[] = [
  ['system-user', /MP-30\d|authorization.?details|system.?user/i],
  ['scope', /MP-2\d\d|invalid_scope|\bscopes?\b/i],
  ['key', /MP-12\d|expired key|key identifier|\bkid\b|signature|certificate|\bjwk/i],
  ['clock', /MP-130|issue time|in the future|expired|\biat\b|\bexp\b|lifetime/i],
  ['audience', /MP-110|claim aud|audience/i],
  ['unknown-client', /MP-100|client|issuer|\biss\b/i],
];

/** The error for an answer of Maskinporten that is no 200: what was wrong, what to do, and Maskinporten's own words. */
export function explainRefusal(answer: Answer, settings: KeyedSettings, now: number): TokenError {
  const parsed = oauthError.safeParse(parseJson(answer.text));
  const { error, error_description: description, error_uri: uri } = parsed.data ?? oauthError.parse({});
  const words = sanitize(`${error} ${description}`.trim() || `status ${answer.status}`);
  const said = `(Maskinporten: ${words}${uri ? `, see ${sanitize(uri)}` : ''})`;
  if (isTransient(answer.status)) {
    return new TokenError(
      'unreachable',
      `Maskinporten is out of order or overloaded ${said}. Try again later`,
    );
  }
  const fault = signs.find(([, sign]) => sign.test(`${error} ${description} ${uri}`))?.[0] ?? 'refused';
  return new TokenError(fault, `${advice(fault, description, answer, settings, now)} ${said}`);
}

function advice(
  fault: TokenFault,
  description: string,
  answer: Answer,
  { clientId, key, scopes, systemUserOrg, environment }: KeyedSettings,
  now: number,
): string {
  const named = scopes.filter((scope) => description.split(/[\s,'"[\]]+/).includes(scope));
  switch (fault) {
    case 'unknown-client':
      return `Maskinporten at ${environment.maskinporten} does not know the client ${clientId}. Check MASKINPORTEN_CLIENT_ID, and that the client was made in this environment`;
    case 'scope':
      return `The client may not have the scope ${(named.length > 0 ? named : scopes).join(' ')}. Order it from Digdir, add it to the client, or set MASKINPORTEN_SCOPES`;
    case 'key':
      return `The key ${key.id} is not the client's, or has expired. Register its public half on the client under that id, or fix MASKINPORTEN_KEY and MASKINPORTEN_KEY_ID`;
    case 'clock':
      return `Maskinporten finds the grant's time wrong${skew(answer, now)}. Set this machine's clock`;
    case 'audience':
      return `${environment.maskinporten} is not this Maskinporten's own name. Fix MASKINPORTEN_URL or ALTINN_ENVIRONMENT`;
    case 'system-user':
      return `There is no system user of ${systemUserOrg ?? 'that organization'} for this client. Have the organization approve one, or fix ALTINN_SYSTEM_USER_ORG`;
    default:
      return 'Maskinporten gave no token';
  }
}

function skew({ headers }: Answer, now: number): string {
  const seconds = Math.round((now - Date.parse(headers.get('date') ?? '')) / 1_000);
  if (!seconds) return '';
  return `: the clock here is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} its`;
}
