import { ConfigurationError } from '../../../shared/runtime/configuration-error.ts';

/** What azd hands to a hook: its environment's values, among them the outputs of main.bicep. */
export interface AzdEnvironment {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly app: string;
  readonly vault: string;
  /** The webhook's address without a key. */
  readonly endpoint: string;
  readonly tenant: string | undefined;
  /** The name that the webhook's key is changed to; without it the key stays as it is. */
  readonly keyName: string | undefined;
}

const required = {
  subscription: 'AZURE_SUBSCRIPTION_ID',
  resourceGroup: 'AZURE_RESOURCE_GROUP',
  app: 'AZURE_FUNCTION_APP_NAME',
  vault: 'AZURE_KEY_VAULT_NAME',
  endpoint: 'RECEIVER_ENDPOINT',
} as const;

/** @throws ConfigurationError naming all that is missing */
export function readAzdEnvironment(environment: NodeJS.ProcessEnv): AzdEnvironment {
  const missing = Object.values(required).filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new ConfigurationError(
      `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing. azd sets them after \`azd provision\`: run this by \`azd up\` or \`azd hooks run postdeploy\`.`,
    );
  }
  const given = Object.entries(required).map(([key, name]) => [key, environment[name]]);
  if (!URL.canParse(environment.RECEIVER_ENDPOINT ?? '')) {
    throw new ConfigurationError(
      'RECEIVER_ENDPOINT is no address. Example: https://my-app.azurewebsites.net/api/events',
    );
  }
  const keyName = environment.RECEIVE_EVENTS_KEY_NAME || undefined;
  if (keyName && !/^altinn[a-z0-9-]{0,50}$/.test(keyName)) {
    throw new ConfigurationError(
      'RECEIVE_EVENTS_KEY_NAME begins with altinn, and has small letters, digits and hyphens. Example: altinn-2027',
    );
  }
  return { ...Object.fromEntries(given), tenant: environment.AZURE_TENANT_ID || undefined, keyName };
}
