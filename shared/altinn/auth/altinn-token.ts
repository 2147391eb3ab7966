import { decodeJwt } from 'jose';
import { splitScopes } from './scopes.ts';

/** Milliseconds that an Altinn token is good for, where it does not say so itself. */
const lifetime = 30 * 60_000;

/** A token for Altinn's platform. Printing it, or writing it as JSON, does not show the token itself. */
export class AltinnToken {
  readonly #value: string;
  /** What its bearer may do; empty when that cannot be known. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;

  /**
   * @param value as the exchange gave it: a JWT, whose `exp` and `scope` count, or an opaque text
   * @param granted the scopes that Maskinporten granted, for a token that names none itself
   * @param now milliseconds since 1970
   */
  constructor(value: string, granted: readonly string[] | undefined, now: number) {
    const { exp, scope } = claimsOf(value);
    this.#value = value;
    this.scopes = typeof scope === 'string' ? splitScopes(scope) : (granted ?? []);
    this.expiresAt = typeof exp === 'number' ? exp * 1_000 : now + lifetime;
  }

  /** The value of the `Authorization` header. */
  authorization(): string {
    return `Bearer ${this.#value}`;
  }
}

function claimsOf(token: string): { exp?: unknown; scope?: unknown } {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
