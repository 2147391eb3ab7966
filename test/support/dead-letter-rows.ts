import { TableClient } from '@azure/data-tables';

interface DeadLetterRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly reason: string;
  readonly raw: string;
}

/** What is dead-lettered, in the storage of a connection string; nothing before the first. */
export async function deadLetterRows(connectionString: string): Promise<DeadLetterRow[]> {
  const table = TableClient.fromConnectionString(connectionString, 'deadletters', {
    allowInsecureConnection: true,
  });
  const rows: DeadLetterRow[] = [];
  try {
    for await (const row of table.listEntities<DeadLetterRow>()) rows.push(row as DeadLetterRow);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return rows;
}
