export const subscription = '11111111-2222-4333-8444-555555555555';
export const workspaceId = '77777777-8888-4777-8666-555555555555';
export const resourceGroup = 'rg-letters';
export const app = 'func-letters';
export const vault = 'kv-letters';
export const endpoint = `https://${app}.azurewebsites.net/api/events`;
/** The app's identity. */
export const clientId = 'cccccccc-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const principal = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const groupId = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
export const idOf = (type: string, name: string) => `${groupId}/providers/${type}/${name}`;

/** Source: "Azure built-in roles" at learn.microsoft.com. */
export const blobOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b';
export const queueContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88';
export const tableContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3';
export const metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb';
export const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6';

export const storage = 'Microsoft.Storage/storageAccounts';

const functionNames = [
  'health',
  'receive-events',
  'track-events',
  'due-follow-ups',
  'measure-queues',
  'follow-up',
  'react',
  'list-follow-ups',
  'read-follow-up',
  'close-follow-up',
  'snooze-follow-up',
  'reopen-follow-up',
  'read-status',
  'read-status-of-attachment',
  'read-status-of-notification-order',
  'send-condition',
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
    /** Secrets that were deleted and can be recovered. */
    deletedSecrets: new Set<string>(),
    secrets: new Map<string, { value: string; tags?: Record<string, string> }[]>(),
    settings: {
      AzureWebJobsStorage__queueServiceUri: 'https://sthost.queue.core.windows.net',
      AzureWebJobsStorage__tableServiceUri: 'https://sthost.table.core.windows.net',
      AzureWebJobsStorage__blobServiceUri: 'https://sthost.blob.core.windows.net',
      AzureWebJobsStorage__credential: 'managedidentity',
      AzureWebJobsStorage__clientId: clientId,
      APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=secret-of-the-settings',
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${clientId};Authorization=AAD`,
    } as Record<string, string>,
    /** What became of references to Key Vault, by setting. */
    references: {} as Record<string, { status: string; details?: string }>,
    resources: [
      ['Microsoft.Web/sites', app],
      ['Microsoft.KeyVault/vaults', vault],
      [storage, 'sthost'],
      [storage, 'stdata'],
      ['Microsoft.OperationalInsights/workspaces', 'log-letters'],
      ['Microsoft.Insights/components', 'appi-letters'],
    ] as [type: string, name: string][],
    /** The roles of the app's identity: the role's id, and the scope it is assigned at. */
    roles: [
      [blobOwner, idOf(storage, 'sthost')],
      [queueContributor, idOf(storage, 'sthost')],
      [tableContributor, idOf(storage, 'sthost')],
      [secretsUser, idOf('Microsoft.KeyVault/vaults', vault)],
      [metricsPublisher, idOf('Microsoft.Insights/components', 'appi-letters')],
    ] as [role: string, scope: string][],
    /** Whether the app is on Flex Consumption. */
    flex: true,
    /** What the log query answers; `denied` refuses it. */
    lastMeasured: new Date().toISOString() as string | null | 'denied',
  };
}

export type Deployed = ReturnType<typeof deployed>;
