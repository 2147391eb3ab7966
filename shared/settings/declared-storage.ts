import { connectionString } from './connection-string.ts';
import { address, isHttps, text } from './types.ts';

const httpsAlone = address('https address', isHttps, 'is no https address');

/**
 * The settings of one connection to storage, by the names that Azure Functions gives them.
 * Source: Microsoft Learn, "Guidance for developing Azure Functions", Connections.
 */
function connection<const N extends string>(name: N, description: string, local: string | false) {
  return {
    connectionString: {
      name,
      type: connectionString,
      description,
      example:
        'DefaultEndpointsProtocol=https;AccountName=myaccount;AccountKey=…;EndpointSuffix=core.windows.net',
      secret: true,
      usedBy: ['app', 'command line', 'local start'],
      local,
    },
    queueServiceUri: {
      name: `${name}__queueServiceUri`,
      type: httpsAlone,
      description: 'The address of its queues, for a managed identity.',
      example: 'https://myaccount.queue.core.windows.net',
      usedBy: ['app', 'command line'],
      local: false,
    },
    tableServiceUri: {
      name: `${name}__tableServiceUri`,
      type: httpsAlone,
      description: 'The address of its tables, for a managed identity.',
      example: 'https://myaccount.table.core.windows.net',
      usedBy: ['app', 'command line'],
      local: false,
    },
    clientId: {
      name: `${name}__clientId`,
      type: text('client id'),
      description: 'The client id of a user-assigned identity; without it the system-assigned one is used.',
      example: '5b0a9c11-8e1c-4bd0-9f51-3f8d2a7a0f3e',
      usedBy: ['app'],
      local: false,
    },
  } as const;
}

/** What the Functions host keeps its own things in, and we ours where there is no other. */
export const hostStorage = {
  title: 'Storage',
  about:
    'The storage account, by its connection string or, for a managed identity, by both of its addresses. ' +
    'With a managed identity the Functions host needs `AzureWebJobsStorage__blobServiceUri` too, and for a ' +
    'user-assigned one `AzureWebJobsStorage__credential=managedidentity`.',
  settings: connection(
    'AzureWebJobsStorage',
    'The storage account by connection string; `npm start` starts an Azurite where there is none.',
    'UseDevelopmentStorage=true',
  ),
} as const;

/** What our queues and tables are in, where that is an account of its own. */
export const dataStorage = {
  title: 'Storage of the data',
  about:
    "The storage account of the queues and tables, where it is another than the host's: in the same two forms. " +
    'Without any of these it is that of `AzureWebJobsStorage`. For a user-assigned identity set ' +
    '`DATA_STORAGE__credential=managedidentity` too.',
  settings: connection('DATA_STORAGE', 'The storage account of the data by connection string.', false),
} as const;
