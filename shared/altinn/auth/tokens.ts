import { type Answer, isTransient, NoAnswer, type Runtime, send } from '../../runtime/http.ts';
import { sanitize } from '../../runtime/sanitize.ts';
import { AltinnToken } from './altinn-token.ts';
import type { ClientSettings } from './client-settings.ts';
import { type MaskinportenToken, requestMaskinportenToken, unreachable } from './maskinporten.ts';
import { TokenError } from './token-error.ts';

/** The token of one client, fetched when it is first needed and again shortly before it expires. */
export interface Tokens {
  /** A token that is good for a while. @throws TokenError */
  current(): Promise<AltinnToken>;
  /** Another token than the one that the platform refused. @throws TokenError */
  renew(refused: AltinnToken): Promise<AltinnToken>;
}

/** Milliseconds before its end that a token counts as expired. */
const margin = { altinn: 60_000, maskinporten: 10_000 };

/**
 * Makes the source of a client's Altinn tokens: a JWT grant to Maskinporten, and the exchange of what it gives.
 * Both tokens are kept in memory; callers at the same time share one refresh.
 *
 * Source: Altinn's docs, "Authentication: exchange of Maskinporten tokens".
 */
export function makeTokens(settings: ClientSettings, runtime: Runtime = {}): Tokens {
  const { now = Date.now } = runtime;
  let maskinporten: MaskinportenToken | undefined;
  let altinn: AltinnToken | undefined;
  let refresh: Promise<AltinnToken> | undefined;

  const fetchToken = async () => {
    if (!maskinporten || maskinporten.expiresAt - margin.maskinporten <= now()) {
      maskinporten = await requestMaskinportenToken(settings, runtime);
    }
    const { value, scopes } = maskinporten;
    try {
      return new AltinnToken(await exchange(value, settings, runtime), scopes, now());
    } catch (error) {
      maskinporten = undefined;
      throw error;
    }
  };
  const current = async () => {
    if (altinn && altinn.expiresAt - margin.altinn > now()) return altinn;
    refresh ??= fetchToken().finally(() => {
      refresh = undefined;
    });
    altinn = await refresh;
    return altinn;
  };
  return {
    current,
    async renew(refused) {
      if (altinn === refused) {
        altinn = undefined;
        maskinporten = undefined;
      }
      return current();
    },
  };
}

async function exchange(token: string, { environment }: ClientSettings, runtime: Runtime): Promise<string> {
  const url = `${environment.platform}/authentication/api/v1/exchange/maskinporten`;
  const request = async () => ({ headers: { authorization: `Bearer ${token}` } });
  const answer = await send(url, request, runtime).catch((error) => {
    throw error instanceof NoAnswer ? unreachable(url, error.message) : error;
  });
  const value = answer.text.trim().replace(/^"(.*)"$/s, '$1');
  if (answer.status === 200 && /^[\w.~+/=-]+$/.test(value)) return value;
  throw explain(answer, environment.name);
}

function explain({ status, text }: Answer, environment: string): TokenError {
  const said = `(the exchange answered ${status}${text ? `: ${sanitize(text)}` : ''})`;
  if (isTransient(status)) {
    return new TokenError('unreachable', `Altinn is out of order or overloaded ${said}. Try again later`);
  }
  const advice = `Altinn ${environment} does not take Maskinporten's token. Is it from the Maskinporten of that environment, and is the organization known there?`;
  return new TokenError('refused', `${advice} ${said}`);
}
