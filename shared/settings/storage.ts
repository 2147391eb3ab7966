import type { StorageSettings } from '../storage/connect.ts';
import { declared } from './declared.ts';
import { type Environment, Reading } from './reading.ts';

const groups = ['hostStorage', 'dataStorage'] as const;

/** How to reach the storage of our queues and tables, and the name that a trigger knows it by. */
export interface DataStorage {
  readonly storage: StorageSettings;
  readonly connection: 'AzureWebJobsStorage' | 'DATA_STORAGE';
}

/** Reads how to reach storage. @throws ConfigurationError */
export function readStorage(environment: Environment): StorageSettings {
  const reading = new Reading(environment, groups);
  const { storage } = storageOf(reading);
  reading.done();
  return storage;
}

/** How to reach storage, an account of the data's own where one is set; notes where that is not said. */
export function storageOf(reading: Reading<(typeof groups)[number]>): DataStorage {
  const isApart = Object.values(declared.dataStorage.settings).some((setting) => reading.has(setting));
  const group = isApart ? 'dataStorage' : 'hostStorage';
  const { connectionString, queueServiceUri, tableServiceUri } = declared[group].settings;
  const values = reading.values[group];
  if (reading.unresolved.includes(connectionString.name)) {
    reading.wrong(connectionString, 'is a Key Vault reference that Azure has not resolved');
  }
  const byIdentity = reading.has(queueServiceUri) && reading.has(tableServiceUri);
  if (!reading.has(connectionString) && !byIdentity) {
    const addresses = [queueServiceUri, tableServiceUri].map(
      ({ name, example }) => `${name} (Example: ${example})`,
    );
    reading.problems.push(
      `${connectionString.name} is missing. Set it to the connection string of a storage account; or, for a managed identity, set both ${addresses.join(' and ')}`,
    );
  }
  return {
    connection: connectionString.name,
    storage: values.connectionString
      ? { connectionString: values.connectionString }
      : {
          queueServiceUri: values.queueServiceUri as string,
          tableServiceUri: values.tableServiceUri as string,
          clientId: values.clientId,
        },
  };
}
