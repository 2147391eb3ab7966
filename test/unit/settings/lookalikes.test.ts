import { describe, expect, it } from 'vitest';
import { allSettings } from '../../../shared/settings/declared.ts';
import { lookalikes } from '../../../shared/settings/lookalikes.ts';

describe('lookalikes', () => {
  it.each([
    ['FOLLOWUP_GRACE', 'FOLLOW_UP_GRACE'],
    ['FOLLOW-UP-GRACE', 'FOLLOW_UP_GRACE'],
    ['follow_up_grace', 'FOLLOW_UP_GRACE'],
    ['FOLLOW_UP_WEBHOOK_ADDRESS', 'FOLLOW_UP_WEBHOOK_URL'],
    ['FOLLOW_UP_WEBHOOK_SECERT', 'FOLLOW_UP_WEBHOOK_SECRET'],
    ['FOLLOW_UP_SECRET', 'FOLLOW_UP_SCHEDULE'],
    ['ALTINN_RESOURCE', 'ALTINN_RESOURCES'],
    ['ALTINN_ENV', 'ALTINN_ENVIRONMENT'],
    ['ALTINN_ENVIRONMENT_NAME', 'ALTINN_ENVIRONMENT'],
    ['ALTIN_SOURCE', 'ALTINN_SOURCE'],
    ['MASKINPORTEN_CLIENTID', 'MASKINPORTEN_CLIENT_ID'],
    ['MASKINPORTEN_KEYFILE', 'MASKINPORTEN_KEY_FILE'],
    ['RECONCILE_CRON', 'RECONCILE_SCHEDULE'],
    ['RECIEVER_URL', 'RECEIVER_URL'],
    ['azurewebjobsstorage', 'AzureWebJobsStorage'],
    ['AzureWebJobsStorage__queueServiceURI', 'AzureWebJobsStorage__queueServiceUri'],
    ['AzureWebJobsStorage_tableServiceUri', 'AzureWebJobsStorage__tableServiceUri'],
  ])('%s is warned of', (name, right) => {
    expect(lookalikes({ [name]: 'x' })).toEqual([
      `${name} is set, and nothing reads it. Did you mean ${right}?`,
    ]);
  });

  it('never is a value in it', () => {
    expect(lookalikes({ MASKINPORTEN_KEYS: 'hunter2' }).join()).not.toContain('hunter2');
  });

  it.each([
    ...allSettings.map(({ name }) => name),
    'AzureWebJobsStorage__blobServiceUri',
    'AzureWebJobsStorage__fileServiceUri',
    'AzureWebJobsStorage__accountName',
    'AzureWebJobsStorage__credential',
    'AzureWebJobsDashboard',
    'AzureWebJobsSecretStorageType',
    'AzureWebJobsFeatureFlags',
    'AzureWebJobs.follow-up.Disabled',
    'AzureWebJobs.reconcile-events.Disabled',
    'AzureFunctionsJobHost__logging__logLevel__default',
    'AZURE_CLIENT_ID',
    'AZURE_FUNCTIONS_ENVIRONMENT',
    'WEBSITE_HOSTNAME',
    'WEBSITE_RUN_FROM_PACKAGE',
    'WEBSITE_SITE_NAME',
    'WEBSITES_PORT',
    'HTTP_PORT',
    'APPLICATIONINSIGHTS_CONNECTION_STRING',
    'APPINSIGHTS_INSTRUMENTATIONKEY',
    'FUNCTIONS_WORKER_RUNTIME',
    'FUNCTIONS_EXTENSION_VERSION',
    'DEPLOYMENT_STORAGE_CONNECTION_STRING',
    'npm_config_local_prefix',
    'npm_lifecycle_event',
    'NODE_OPTIONS',
    'PATH',
    'PWD',
    'HOME',
    'SHELL',
    'LOCALAPPDATA',
    'LOCAL_RANK',
    'Port',
  ])('%s is not warned of: it is one of ours or of the platform’s, or like none', (name) => {
    expect(lookalikes({ [name]: 'x' })).toEqual([]);
  });

  it('an empty one counts as absent', () => {
    expect(lookalikes({ FOLLOWUP_GRACE: ' ', ALTINN_ENV: undefined })).toEqual([]);
  });

  it('a name in other letters is the right one where names have no case', () => {
    const windows = new Proxy({ follow_up_grace: 'PT1H' } as Record<string, string>, {
      get: (target, name) => target[String(name).toLowerCase()],
    });
    expect(lookalikes(windows)).toEqual([]);
  });
});
