import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from './azurite.ts';
import { reasonOf } from './host/log.ts';
import { StartError } from './start-settings.ts';

const usualPorts = { blobPort: 10000, queuePort: 10001, tablePort: 10002 };

/**
 * Checks the storage that `DATA_STORAGE` or else `AzureWebJobsStorage` names; where neither names one, starts an Azurite that keeps its
 * data under `.local/azurite` of `directory`, names that one in the environment and gives it back.
 * Rejects with a StartError when there is no storage to work with.
 */
export async function openStorage(directory: string): Promise<Azurite | undefined> {
  for (const name of ['DATA_STORAGE', 'AzureWebJobsStorage']) {
    const given = process.env[name];
    if (!given) continue;
    console.log(`Checking the storage of ${name} …`);
    await checkStorage(name, given);
    return undefined;
  }
  const data = join('.local', 'azurite');
  console.log(`Starting Azurite, data under ${data} …`);
  const azurite = await startAzuriteOnUsualPorts(join(directory, data));
  process.env.AzureWebJobsStorage = azurite.connectionString();
  return azurite;
}

async function startAzuriteOnUsualPorts(directory: string): Promise<Azurite> {
  try {
    return await startAzurite({ directory, ...usualPorts });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw new StartError(reasonOf(error));
    console.log('Ports 10000 to 10002 are not free: Azurite gets others.');
    return await startAzurite({ directory });
  }
}

async function checkStorage(setting: string, connectionString: string): Promise<void> {
  let service: QueueServiceClient;
  try {
    service = QueueServiceClient.fromConnectionString(connectionString, { retryOptions: { maxTries: 2 } });
  } catch (error) {
    throw new StartError(
      `${setting} is no storage connection string: ${reasonOf(error)}. Unset it to use a local Azurite.`,
    );
  }
  try {
    await service.getProperties({ abortSignal: AbortSignal.timeout(10_000) });
  } catch (error) {
    const { code, statusCode, name } = error as { code?: string; statusCode?: number; name?: string };
    // A shared access signature may well not reach the properties, and do for the queues.
    if (statusCode === 403 && code !== 'AuthenticationFailed') return;
    const reason = name === 'AbortError' ? 'no answer within 10 s' : reasonOf(error);
    throw new StartError(
      `The storage of ${setting} cannot be used: ${reason}. Check the setting, or unset it to use a local Azurite.`,
    );
  }
}
