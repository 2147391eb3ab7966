import * as z from 'zod/mini';
import { type Ask, makeAsk } from '../../../azure/client/ask.ts';
import { type FunctionApp, functionApp } from '../../../azure/client/function-app.ts';
import { resourceManager } from '../../../azure/client/services.ts';
import type { Cli } from '../../cli.ts';
import { exit, Failure } from '../../exit.ts';

const resourceSchema = z.object({ id: z.string(), name: z.string(), type: z.string() });
const resourcesSchema = z.object({ value: z.array(resourceSchema) });
const identitySchema = z.object({ principalId: z.optional(z.string()), clientId: z.optional(z.string()) });
const siteSchema = z.object({
  identity: z.nullish(
    z.object({
      principalId: z.nullish(z.string()),
      userAssignedIdentities: z.nullish(z.record(z.string(), identitySchema)),
    }),
  ),
  properties: z.object({
    state: z.string(),
    keyVaultReferenceIdentity: z.nullish(z.string()),
    functionAppConfig: z.nullish(z.unknown()),
  }),
});

export type Resource = z.infer<typeof resourceSchema>;

/** The installation in Azure, as far as it is asked once. */
export interface Installation {
  readonly ask: Ask;
  readonly app: FunctionApp;
  readonly name: string;
  readonly site: z.infer<typeof siteSchema>;
  /** What else is in the resource group. */
  readonly resources: readonly Resource[];
}

/** Which resource group to look at. */
export interface AzureOptions {
  readonly azure?: string;
  readonly subscription?: string;
}

/** Finds the function app of a resource group. @throws Failure, AzureError */
export async function findInstallation(options: AzureOptions, cli: Cli): Promise<Installation> {
  const subscription = options.subscription ?? cli.azure.subscription;
  if (!subscription)
    throw new Failure('--subscription is missing, and AZURE_SUBSCRIPTION_ID too', exit.usage);
  const group = `/subscriptions/${encodeURIComponent(subscription)}/resourceGroups/${encodeURIComponent(options.azure ?? '')}`;
  const ask = makeAsk(cli.user);
  const answer = await ask(resourceManager, 'GET', `${group}/resources?api-version=2021-04-01`);
  const resources = resourcesSchema.parse(answer).value;
  const { id, name } = theApp(ofType(resources, 'Microsoft.Web/sites'), cli.azure.functionApp);
  const app = functionApp(ask, id);
  return { ask, app, name, site: siteSchema.parse(await app.describe()), resources };
}

/** Azure writes the names of types in any case. */
export function ofType(resources: readonly Resource[], wanted: string): readonly Resource[] {
  return resources.filter(({ type }) => type.toLowerCase() === wanted.toLowerCase());
}

function theApp(apps: readonly Resource[], wanted: string | undefined): Resource {
  const fitting = wanted ? apps.filter(({ name }) => name === wanted) : apps;
  const [first, ...others] = fitting;
  if (first && others.length === 0) return first;
  throw new Failure(
    first
      ? `There are several apps in the resource group (${apps.map(({ name }) => name).join(', ')}): set AZURE_FUNCTION_APP_NAME to one`
      : `There is no function app${wanted ? ` ${wanted} (AZURE_FUNCTION_APP_NAME)` : ''} in the resource group`,
  );
}
