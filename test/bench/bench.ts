import { cpus } from 'node:os';
import { startAzurite } from '../../infra/dev/azurite.ts';
import { benchAcknowledging } from './acknowledging.ts';
import { benchStarting } from './starting.ts';
import { benchStorageOperations } from './storage-operations.ts';

async function main(): Promise<void> {
  const [cpu] = cpus();
  console.log(
    `npm run bench, on ${cpus().length} × ${cpu?.model.trim()}, Node.js ${process.version}, ${process.platform}; about three minutes.`,
  );
  const azurite = await startAzurite();
  try {
    await benchStarting(azurite.connectionString());
    await benchAcknowledging(azurite.connectionString());
    await benchStorageOperations(azurite.connectionString());
  } finally {
    await azurite.stop();
  }
}

void main();
