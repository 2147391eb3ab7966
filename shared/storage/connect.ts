import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { QueueClient } from '@azure/storage-queue';
import { MessageQueue } from './message-queue.ts';
import { poisonOf, queueNames, tableNames } from './stores.ts';
import { Table } from './table.ts';

/** How to reach storage: by connection string, or by its addresses (Azure's names for the settings). */
export type StorageSettings =
  | { readonly connectionString: string }
  | {
      readonly queueServiceUri: string;
      readonly tableServiceUri: string;
      /** The managed identity's. */
      readonly clientId: string | undefined;
    };

/** Every store there is. */
export interface Storage {
  readonly queues: Readonly<Record<keyof typeof queueNames, MessageQueue>>;
  /** The host's queue of what it gave up on, for each of them. */
  readonly poison: Readonly<Record<keyof typeof queueNames, MessageQueue>>;
  readonly tables: Readonly<Record<keyof typeof tableNames, Table>>;
}

/** Few and quick tries: whoever waits for the answer has slower ones of their own. */
const queueOptions = {
  retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1_000, tryTimeoutInMs: 5_000 },
};

/**
 * No tries by the library: when the answer to an insert is lost, its second try answers "exists already", and a
 * new event would pass for a repeated one. A failed operation is tried again by its message coming back.
 */
const tableOptions = { retryOptions: { maxRetries: 0 } };

/**
 * Makes the clients of every store; nothing is sent until one is used.
 * @param user who is to be let in where there is no connection string; the managed identity, if nobody is named
 * @throws what the clients throw of a connection string that is none
 */
export function connectStorage(settings: StorageSettings, user?: TokenCredential): Storage {
  const { queue, table } = 'connectionString' in settings ? byKey(settings) : byIdentity(settings, user);
  return {
    queues: mapValues(queueNames, (name) => new MessageQueue(queue(name))),
    poison: mapValues(queueNames, (name) => new MessageQueue(queue(poisonOf(name)))),
    tables: mapValues(tableNames, (name) => new Table(table(name))),
  };
}

/** A storage account as its queues are reached alone. */
export type QueueAccount =
  | { readonly connectionString: string }
  | { readonly queueServiceUri: string; readonly clientId: string | undefined };

/**
 * Makes the client of one queue, whoever's it is; nothing is sent until it is used.
 * @param user as for `connectStorage`
 */
export function connectQueue(account: QueueAccount, name: string, user?: TokenCredential): QueueClient {
  if ('connectionString' in account) return new QueueClient(account.connectionString, name, queueOptions);
  const { queueServiceUri, clientId } = account;
  const credential = user ?? managedIdentity(clientId);
  return new QueueClient(`${withoutSlash(queueServiceUri)}/${name}`, credential, queueOptions);
}

const withoutSlash = (uri: string) => uri.replace(/\/+$/, '');

interface Clients {
  queue(name: string): QueueClient;
  table(name: string): TableClient;
}

function byKey({ connectionString }: { connectionString: string }): Clients {
  const allowInsecureConnection = /^UseDevelopmentStorage=true|=http:/i.test(connectionString);
  const options = { ...tableOptions, allowInsecureConnection };
  return {
    queue: (name) => new QueueClient(connectionString, name, queueOptions),
    table: (name) => TableClient.fromConnectionString(connectionString, name, options),
  };
}

function byIdentity(
  settings: Exclude<StorageSettings, { connectionString: string }>,
  credential: TokenCredential = managedIdentity(settings.clientId),
): Clients {
  const [queues, tables] = [settings.queueServiceUri, settings.tableServiceUri].map(withoutSlash);
  return {
    queue: (name) => new QueueClient(`${queues}/${name}`, credential, queueOptions),
    table: (name) => new TableClient(tables as string, name, credential, tableOptions),
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

function mapValues<K extends string, T>(names: Readonly<Record<K, string>>, make: (name: string) => T) {
  const made = Object.entries<string>(names).map(([key, name]) => [key, make(name)]);
  return Object.fromEntries(made) as Record<K, T>;
}
