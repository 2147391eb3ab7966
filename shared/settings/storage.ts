import type { StorageSettings } from '../storage/connect.ts';
import { declared } from './declared.ts';
import { type Environment, Reading } from './reading.ts';

const { connectionString, queueServiceUri, tableServiceUri } = declared.storage.settings;

/** Reads how to reach storage. @throws ConfigurationError */
export function readStorage(environment: Environment): StorageSettings {
  const reading = new Reading(environment, ['storage']);
  const storage = storageOf(reading);
  reading.done();
  return storage;
}

/** How to reach storage; notes where that is not said. */
export function storageOf(reading: Reading<'storage'>): StorageSettings {
  const { storage } = reading.values;
  const byIdentity = reading.has(queueServiceUri) && reading.has(tableServiceUri);
  if (!reading.has(connectionString) && !byIdentity) {
    const addresses = [queueServiceUri, tableServiceUri].map(
      ({ name, example }) => `${name} (Example: ${example})`,
    );
    reading.problems.push(
      `${connectionString.name} is missing. Set it to the connection string of a storage account; or, for a managed identity, set both ${addresses.join(' and ')}`,
    );
  }
  return storage.connectionString
    ? { connectionString: storage.connectionString }
    : {
        queueServiceUri: storage.queueServiceUri as string,
        tableServiceUri: storage.tableServiceUri as string,
        clientId: storage.clientId,
      };
}
