import { rowsOf } from '../../infra/scenario/stored.ts';
import { tableNames } from '../../shared/storage/stores.ts';

interface DeadLetterRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly reason: string;
  readonly raw: string;
}

/** The dead letters in the storage of a connection string; none before the first. */
export async function deadLetterRows(connectionString: string): Promise<DeadLetterRow[]> {
  return (await rowsOf(connectionString, tableNames.deadLetters)) as unknown as DeadLetterRow[];
}
