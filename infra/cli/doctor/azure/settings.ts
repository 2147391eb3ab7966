import * as z from 'zod/mini';
import { ConfigurationError } from '../../../../shared/runtime/configuration-error.ts';
import { sanitize } from '../../../../shared/runtime/sanitize.ts';
import { readConfiguration } from '../../../../shared/settings/configuration.ts';
import { allSettings } from '../../../../shared/settings/declared.ts';
import { lookalikes } from '../../../../shared/settings/lookalikes.ts';
import { notOnFlex } from '../../../azure/client/flex-settings.ts';
import type { FunctionApp } from '../../../azure/client/function-app.ts';
import { fail, type Outcome, ok, warn } from '../check.ts';
import { azureCheck } from './azure-check.ts';

export type AppSettings = Readonly<Record<string, string>>;

const schema = z.object({ properties: z.record(z.string(), z.string()) });
/** What Azure and the Functions host read themselves. */
const platforms =
  /^(AzureWebJobs|AzureFunctions|APPLICATIONINSIGHTS_|APPINSIGHTS_|WEBSITE_|FUNCTIONS_|SCM_|OTEL_|AZURE_|DEPLOYMENT_|SCALE_|NODE_|languageWorkers)/i;

/** The application settings. Their values are shown nowhere. @throws AzureError */
export async function settingsOf(app: FunctionApp): Promise<AppSettings> {
  return schema.parse(await app.settings()).properties;
}

/** Whether a setting's value is kept in Key Vault. */
export const isReference = (value: string | undefined) => /^@Microsoft\.KeyVault\(/i.test(value ?? '');

export const settingsAreRight = azureCheck('settings', async ({ app, site }) => {
  const settings = await settingsOf(app);
  const wrong = problemsOf(settings);
  if (wrong.length > 0)
    return fail(wrong.join('; '), 'Set them right in the app; docs/settings.md tells of each');
  const flex = Boolean(site.properties.functionAppConfig);
  return (
    unwanted(flex, settings) ?? lookalike(settings) ?? ok(`all that is needed is set${others(settings)}`)
  );
});

/** What the app itself would say of its settings; nothing of those whose values are in Key Vault. */
function problemsOf(settings: AppSettings): string[] {
  const elsewhere = Object.keys(settings).filter((name) => isReference(settings[name]));
  try {
    readConfiguration(settings);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const lines = error.message
      .split('\n')
      .filter((line) => !elsewhere.some((name) => line.startsWith(`${name} `)));
    return lines.map(sanitize);
  }
  return [];
}

function unwanted(flex: boolean, settings: AppSettings): Outcome | undefined {
  const set = flex ? Object.keys(settings).filter((name) => notOnFlex.includes(name.toUpperCase())) : [];
  if (set.length === 0) return undefined;
  return warn(
    `${set.join(', ')}: not for Flex Consumption, which ignores it or refuses the next deployment`,
    'Remove it from the application settings',
  );
}

function lookalike(settings: AppSettings): Outcome | undefined {
  const found = lookalikes(settings);
  return found.length > 0 ? warn(found.join('; '), 'Correct the names, or remove them') : undefined;
}

/** Those that reactions of the owner's may read. */
function others(settings: AppSettings): string {
  const ours = new Set(allSettings.map(({ name }) => name));
  const names = Object.keys(settings).filter((name) => !ours.has(name) && !platforms.test(name));
  return names.length > 0 ? `; none of ours: ${names.join(', ')}` : '';
}
