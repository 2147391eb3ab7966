import { readStorage } from '../../shared/settings/storage.ts';
import { connectStorage, type Storage } from '../../shared/storage/connect.ts';
import type { Cli } from './cli.ts';

/**
 * The receiver's storage, by the receiver's own settings; by its addresses it lets the signed-in user in, since there
 * is no managed identity here.
 * @throws ConfigurationError
 */
export function openStorage({ environment, user }: Cli): Storage {
  return connectStorage(readStorage(environment), user);
}
