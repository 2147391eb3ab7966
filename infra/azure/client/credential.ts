import type { AccessToken, TokenCredential } from '@azure/identity';
import { noToken } from './azure-error.ts';

/** Milliseconds that azd and az may take to give a token. */
const processTimeoutInMs = 60_000;
/** Milliseconds before its end from which on a token is not used. */
const margin = 5 * 60_000;

/** Whoever is signed in by azd. */
export function azdUser(tenantId: string | undefined): TokenCredential {
  return remembering(async () => {
    const { AzureDeveloperCliCredential } = await import('@azure/identity');
    return new AzureDeveloperCliCredential(optionsOf(tenantId));
  });
}

/** Whoever is signed in on this machine: by azd, or else by az. */
export function signedInUser(tenantId: string | undefined): TokenCredential {
  return remembering(async () => {
    const { AzureCliCredential, AzureDeveloperCliCredential, ChainedTokenCredential } = await import(
      '@azure/identity'
    );
    const options = optionsOf(tenantId);
    return new ChainedTokenCredential(
      new AzureDeveloperCliCredential(options),
      new AzureCliCredential(options),
    );
  });
}

const optionsOf = (tenantId: string | undefined) => ({ processTimeoutInMs, ...(tenantId && { tenantId }) });

/**
 * Loads a credential with the first token, and asks for each token once: each is a process of a second. What it
 * throws is an AzureError.
 */
export function remembering(load: () => Promise<TokenCredential>): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  const tokens = new Map<string, Promise<AccessToken | null>>();
  return {
    async getToken(scopes, options) {
      const key = String(scopes);
      const known = await tokens.get(key)?.catch(() => null);
      if (known && !options?.claims && known.expiresOnTimestamp - Date.now() > margin) return known;
      credential ??= load();
      const asked = credential
        .then((loaded) => loaded.getToken(scopes, options))
        .catch((error: unknown) => {
          throw noToken(error);
        });
      tokens.set(key, asked);
      return asked;
    },
  };
}
