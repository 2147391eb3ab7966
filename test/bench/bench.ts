import { cpus } from 'node:os';
import { startAzurite } from '../../infra/dev/azurite.ts';
import { benchAcknowledging } from './acknowledging.ts';
import { benchStarting } from './starting.ts';
import { benchSteps } from './steps.ts';
import { benchStorageOperations } from './storage-operations.ts';

const parts = {
  starting: benchStarting,
  acknowledging: benchAcknowledging,
  steps: benchSteps,
  'storage-operations': benchStorageOperations,
};

/** Runs the parts that are named on the command line, or all. */
async function main(): Promise<void> {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    throw new Error(`there is no part ${unknown.join(', ')}: name some of ${Object.keys(parts).join(', ')}`);
  }
  const [cpu] = cpus();
  console.log(
    `npm run bench, on ${cpus().length} × ${cpu?.model.trim()}, Node.js ${process.version}, ${process.platform}; about ten minutes for all.`,
  );
  const azurite = await startAzurite();
  try {
    for (const [name, bench] of Object.entries(parts)) {
      if (named.length === 0 || named.includes(name)) await bench(azurite.connectionString());
    }
  } finally {
    await azurite.stop();
  }
}

void main();
