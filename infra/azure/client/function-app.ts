import * as z from 'zod/mini';
import type { Ask } from './ask.ts';
import { resourceManager } from './services.ts';

const named = z.object({ value: z.array(z.object({ name: z.string() })) });
const keys = z.record(z.string(), z.string());
/** As the specification has it; the service itself leaves the wrapping out. */
const wrappedKeys = z.pipe(
  z.object({ properties: keys }),
  z.transform(({ properties }) => properties),
);

/** A function app's place in Azure Resource Manager. */
export const functionAppId = (subscription: string, resourceGroup: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Web/sites/${name}`;

/** Asks Azure Resource Manager about a function app. Source: its REST API, Microsoft.Web 2024-11-01. */
export function functionApp(ask: Ask, id: string) {
  const call = (method: string, path: string, body?: object) =>
    ask(resourceManager, method, `${id}${path}?api-version=2024-11-01`, body);
  return {
    /** @throws AzureError */
    describe: () => call('GET', ''),

    /** The functions that Azure knows it to have: none for a while after a deployment. @throws AzureError */
    async functions(): Promise<string[]> {
      const { value } = named.parse(await call('GET', '/functions'));
      return value.map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
    },

    /** A function's keys by their names. @throws AzureError */
    keys: async (of: string): Promise<Readonly<Record<string, string>>> =>
      z.union([wrappedKeys, keys]).parse(await call('POST', `/functions/${of}/listkeys`)),

    /** Gives a function a key; without a value the Functions host makes one up. @throws AzureError */
    async setKey(of: string, name: string, value?: string): Promise<void> {
      await call('PUT', `/functions/${of}/keys/${name}`, { properties: value ? { name, value } : {} });
    },

    /** @throws AzureError */
    settings: () => call('POST', '/config/appsettings/list'),

    /** What became of the settings that refer to Key Vault. @throws AzureError */
    references: () => call('GET', '/config/configreferences/appsettings'),
  };
}

export type FunctionApp = ReturnType<typeof functionApp>;
