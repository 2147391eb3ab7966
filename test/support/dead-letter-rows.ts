import { TableClient } from '@azure/data-tables';

interface ParkedRow {
  readonly partitionKey: string;
  readonly reason: string;
  readonly raw: string;
}

/** What is parked, in the storage of a connection string; nothing before the first. */
export async function deadLetterRows(connectionString: string): Promise<ParkedRow[]> {
  const table = TableClient.fromConnectionString(connectionString, 'deadletters', {
    allowInsecureConnection: true,
  });
  const rows: ParkedRow[] = [];
  try {
    for await (const row of table.listEntities<ParkedRow>()) rows.push(row as ParkedRow);
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return rows;
}
