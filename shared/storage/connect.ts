import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { QueueClient } from '@azure/storage-queue';
import { MessageQueue } from './message-queue.ts';
import { Table } from './table.ts';

/** How to reach storage: by connection string, or by managed identity (Azure's names for the settings). */
export type StorageSettings =
  | { readonly connectionString: string }
  | {
      readonly queueServiceUri: string;
      readonly tableServiceUri: string;
      readonly clientId: string | undefined;
    };

export interface Storage {
  queue(name: string): MessageQueue;
  table(name: string): Table;
}

/** Few and quick tries: whoever waits for the answer has his own, slower ones. */
const queueOptions = {
  retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1_000, tryTimeoutInMs: 5_000 },
};

/**
 * No tries by the library: when the answer to an insert is lost, its second try answers "exists already", and a
 * new event would pass for a repeated one. A failed operation is tried again by its message coming back.
 */
const tableOptions = { retryOptions: { maxRetries: 0 } };

/** Makes the clients; nothing is sent until one is used. */
export function connectStorage(settings: StorageSettings): Storage {
  if ('connectionString' in settings) {
    const { connectionString } = settings;
    return {
      queue: (name) => new MessageQueue(new QueueClient(connectionString, name, queueOptions)),
      table: (name) =>
        new Table(
          TableClient.fromConnectionString(connectionString, name, {
            ...tableOptions,
            allowInsecureConnection: /^UseDevelopmentStorage=true|=http:/i.test(connectionString),
          }),
        ),
    };
  }
  const credential = managedIdentity(settings.clientId);
  const withoutSlash = (uri: string) => uri.replace(/\/+$/, '');
  return {
    queue: (name) =>
      new MessageQueue(
        new QueueClient(`${withoutSlash(settings.queueServiceUri)}/${name}`, credential, queueOptions),
      ),
    table: (name) =>
      new Table(new TableClient(withoutSlash(settings.tableServiceUri), name, credential, tableOptions)),
  };
}

/** `@azure/identity` is loaded with the first token, and so never where there is a connection string. */
function managedIdentity(clientId: string | undefined): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  const load = async () => {
    const { ManagedIdentityCredential } = await import('@azure/identity');
    return clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
  };
  return {
    async getToken(scopes, options) {
      credential ??= load();
      return (await credential).getToken(scopes, options);
    },
  };
}
