import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBicep } from './file.ts';

const directory = 'infra/azure';

/** Every Bicep file of the product, by its path. */
export const bicepFiles = new Map(
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bicep'))
    .sort()
    .map((name) => [join(directory, name), readBicep(join(directory, name))] as const),
);

export const main = bicepFiles.get('infra/azure/main.bicep') as NonNullable<
  ReturnType<typeof bicepFiles.get>
>;
