export const subscription = '11111111-2222-4333-8444-555555555555';
export const workspaceId = '77777777-8888-4777-8666-555555555555';
export const resourceGroup = 'rg-letters';
export const app = 'func-letters';
export const vault = 'kv-letters';
export const endpoint = `https://${app}.azurewebsites.net/api/events`;
/** The principal id of the app's identity. */
export const principal = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const groupId = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
export const idOf = (type: string, name: string) => `${groupId}/providers/${type}/${name}`;

export const storage = 'Microsoft.Storage/storageAccounts';

const functionNames = [
  'health',
  'receive-events',
  'track-events',
  'due-follow-ups',
  'follow-up',
  'react',
  'read-status',
  'read-status-of-attachment',
  'read-status-of-notification-order',
];

/** An environment in Azure as it is after a deployment; tests put wrong what they are about. */
export function deployed() {
  return {
    /** The functions of the app, each with its keys. */
    functions: new Map<string, Record<string, string>>(
      functionNames.map((name) => [name, { default: `default-key-of-${name}` }]),
    ),
    /** How many more questions about functions are answered as if there were none. */
    notIndexed: 0,
    /** How many more questions about keys the Functions host is not there for. */
    hostAway: 0,
    /** How many more requests of any kind are throttled. */
    throttled: 0,
    /** What the signed-in user may not do in Azure Resource Manager. */
    denied: new Set<string>(),
    /** Why Key Vault refuses, and how many more times. */
    vaultRefuses: { why: 'ForbiddenByRbac', times: 0 },
    secrets: new Map<string, { value: string; tags?: Record<string, string> }[]>(),
    settings: {
      AzureWebJobsStorage__queueServiceUri: 'https://sthost.queue.core.windows.net',
      AzureWebJobsStorage__tableServiceUri: 'https://sthost.table.core.windows.net',
      AzureWebJobsStorage__blobServiceUri: 'https://sthost.blob.core.windows.net',
      AzureWebJobsStorage__credential: 'managedidentity',
      AzureWebJobsStorage__clientId: 'cccccccc-bbbb-4ccc-8ddd-eeeeeeeeeeee',
      APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=secret-of-the-settings',
    } as Record<string, string>,
    /** What became of references to Key Vault, by setting. */
    references: {} as Record<string, { status: string; details?: string }>,
    resources: [
      ['Microsoft.Web/sites', app],
      ['Microsoft.KeyVault/vaults', vault],
      [storage, 'sthost'],
      [storage, 'stdata'],
      ['Microsoft.OperationalInsights/workspaces', 'log-letters'],
    ] as [type: string, name: string][],
    /** The roles of the app's identity: the role's id, and the scope it is assigned at. */
    roles: [] as [role: string, scope: string][],
    /** What the log query answers; `denied` refuses it. */
    lastMeasured: new Date().toISOString() as string | null | 'denied',
  };
}

export type Deployed = ReturnType<typeof deployed>;
