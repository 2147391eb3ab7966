import type { TokenCredential } from '@azure/identity';
import { NoAnswer, parseJson, type Runtime, send } from '../../../shared/runtime/http.ts';
import { AzureError, noToken, refused } from './azure-error.ts';

/** One of Azure's own services. */
export interface Service {
  /** In errors. */
  readonly name: string;
  readonly base: string;
  /** Whom its tokens are for. */
  readonly scope: string;
}

/**
 * Asks a service of Azure's: again after 429, 5xx or no answer, a few times.
 * @returns the answer's JSON @throws AzureError
 */
export type Ask = (service: Service, method: string, path: string, body?: object) => Promise<unknown>;

/** Makes the way to Azure's services, as whoever the credential is. */
export function makeAsk(credential: TokenCredential, runtime: Runtime = {}): Ask {
  return async (service, method, path, body) => {
    const request = async () => ({
      method,
      headers: {
        authorization: `Bearer ${await tokenFor(service, credential)}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { status, text } = await send(service.base + path, request, runtime).catch((error: unknown) => {
      throw error instanceof NoAnswer ? new AzureError(service.name, { code: error.message }) : error;
    });
    const value = parseJson(text);
    if (status >= 200 && status < 300) return value;
    throw refused(service.name, status, value, body !== undefined);
  };
}

async function tokenFor({ scope }: Service, credential: TokenCredential): Promise<string> {
  const token = await credential.getToken(scope);
  if (!token) throw noToken(new Error('no token was given'));
  return token.token;
}
