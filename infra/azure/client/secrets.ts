import * as z from 'zod/mini';
import type { Ask } from './ask.ts';
import { AzureError } from './azure-error.ts';
import { keyVault } from './services.ts';

/** The keys of the webhook and of the status, as they are named in Key Vault. */
export const secretNames = { receiveEvents: 'receive-events-key', readStatus: 'read-status-key' } as const;

const schema = z.object({
  value: z.string(),
  tags: z.optional(z.object({ endpoint: z.optional(z.string()) })),
});

/** A function key, and the address that it opens. */
export interface KeySecret {
  readonly value: string;
  readonly endpoint?: string | undefined;
}

/** Reads and writes the secrets of a vault that are function keys. Source: Key Vault's REST API, version 7.4. */
export function keySecrets(ask: Ask, vault: string) {
  const service = keyVault(vault);
  const path = (name: string) => `/secrets/${name}?api-version=7.4`;
  return {
    /** @throws AzureError */
    async read(name: string): Promise<KeySecret> {
      const { value, tags } = schema.parse(await ask(service, 'GET', path(name)));
      return { value, endpoint: tags?.endpoint };
    },

    /** @returns `undefined` where there is none @throws AzureError */
    async find(name: string): Promise<KeySecret | undefined> {
      return this.read(name).catch((error: unknown) => {
        if (error instanceof AzureError && error.status === 404) return undefined;
        throw error;
      });
    },

    /** Adds a version. @throws AzureError */
    async write(name: string, { value, endpoint }: KeySecret): Promise<void> {
      const tags = endpoint ? { endpoint } : {};
      await ask(service, 'PUT', path(name), { value, contentType: 'Azure Functions key', tags });
    },
  };
}

export type KeySecrets = ReturnType<typeof keySecrets>;
