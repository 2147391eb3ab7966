import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import { expect, it } from 'vitest';
import { type AzuriteOptions, startAzurite } from '../../../infra/dev/azurite.ts';
import { temporaryDirectory } from '../../support/host.ts';

const queueOf = (connectionString: string) =>
  QueueServiceClient.fromConnectionString(connectionString).getQueueClient('some-queue');
const portOf = (connectionString: string, service: string) =>
  Number(new RegExp(`${service}Endpoint=http://127.0.0.1:(\\d+)`).exec(connectionString)?.[1]);

/** Runs with an Azurite that is stopped whatever happens. */
async function withAzurite<T>(
  options: AzuriteOptions,
  use: (connection: (account?: string) => string) => Promise<T>,
) {
  const azurite = await startAzurite(options);
  try {
    return await use((account) => azurite.connectionString(account));
  } finally {
    await azurite.stop();
    expect(() => process.kill(azurite.pid, 0)).toThrow('ESRCH');
  }
}

it('keeps queues and tables in its directory over a stop and a start', async () => {
  const directory = temporaryDirectory();
  await withAzurite({ directory }, async (connection) => {
    await queueOf(connection()).create();
    await queueOf(connection()).sendMessage('kept');
    const table = TableClient.fromConnectionString(connection(), 'kept', { allowInsecureConnection: true });
    await table.createTable();
    await table.createEntity({ partitionKey: 'a', rowKey: 'b', value: 'kept' });
  });
  await withAzurite({ directory }, async (connection) => {
    const { peekedMessageItems } = await queueOf(connection()).peekMessages();
    expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual(['kept']);
    const table = TableClient.fromConnectionString(connection(), 'kept', { allowInsecureConnection: true });
    expect(await table.getEntity('a', 'b')).toMatchObject({ value: 'kept' });
  });
});

it('gives each account its own data', async () => {
  await withAzurite({ accounts: ['one', 'two'] }, async (connection) => {
    await queueOf(connection('one')).create();
    expect(await queueOf(connection('one')).exists()).toBe(true);
    expect(await queueOf(connection('two')).exists()).toBe(false);
    expect(await queueOf(connection()).exists()).toBe(false);
  });
});

it('says which port is taken, and which process has the directory', { timeout: 20_000 }, async () => {
  const directory = temporaryDirectory();
  await withAzurite({ directory }, async (connection) => {
    for (const [option, service] of [
      ['queuePort', 'Queue'],
      ['tablePort', 'Table'],
    ] as const) {
      const port = portOf(connection(), service);
      await expect(startAzurite({ [option]: port })).rejects.toMatchObject({
        code: 'EADDRINUSE',
        message: `Azurite's port ${port} is taken`,
      });
    }
    await expect(startAzurite({ directory })).rejects.toThrow(/is in use by another Azurite, process \d+/);
  });
});
