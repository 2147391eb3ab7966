import { InvalidValue } from '../runtime/invalid-value.ts';
import { connectStorage } from '../storage/connect.ts';
import type { Type } from './setting.ts';

/** What both of storage's clients can be made of, which sends nothing. */
export const connectionString: Type<string> = {
  is: 'connection string',
  parse(connectionString) {
    try {
      connectStorage({ connectionString });
      return connectionString;
    } catch {
      throw new InvalidValue('is no connection string of a storage account');
    }
  },
};
