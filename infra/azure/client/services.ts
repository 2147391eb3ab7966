import type { Service } from './ask.ts';

/** Azure Resource Manager, of the public cloud. */
export const resourceManager: Service = {
  name: 'Azure Resource Manager',
  base: 'https://management.azure.com',
  scope: 'https://management.azure.com/.default',
};

/** The queries of Log Analytics. */
export const logAnalytics: Service = {
  name: 'Log Analytics',
  base: 'https://api.loganalytics.azure.com',
  scope: 'https://api.loganalytics.io/.default',
};

/** The secrets of one vault. */
export const keyVault = (name: string): Service => ({
  name: `Key Vault ${name}`,
  base: `https://${name}.vault.azure.net`,
  scope: 'https://vault.azure.net/.default',
});
