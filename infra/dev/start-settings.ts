import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Values } from '../../shared/settings/declared.ts';
import { readGroup } from '../../shared/settings/reading.ts';

/** What keeps `npm start` from starting; its message is one line that says what to do. */
export class StartError extends Error {}

export type StartSettings = Values<'local'>['local'];

/**
 * Reads the settings of `npm start` from the environment, after putting the `Values` of a local.settings.json
 * in `directory` into it as `func start` does: what is set in the environment wins, and
 * `AzureWebJobsStorage=UseDevelopmentStorage=true` in the file means the Azurite that we start ourselves.
 * @throws StartError when the file cannot be read
 * @throws ConfigurationError naming the settings of our own that are wrong; those of the app are the app's to read
 */
export function readStartSettings(directory: string): StartSettings {
  for (const [name, value] of Object.entries(readLocalSettings(directory))) {
    const isOwnAzurite = name === 'AzureWebJobsStorage' && value === 'UseDevelopmentStorage=true';
    if (!isOwnAzurite) process.env[name] ??= String(value);
  }
  return readGroup(process.env, 'local');
}

/** The `Values` of a local.settings.json in `directory`, none without one. @throws StartError on a file that cannot be read */
export function readLocalSettings(directory: string): Record<string, unknown> {
  const path = join(directory, 'local.settings.json');
  if (!existsSync(path)) return {};
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { Values?: Record<string, unknown> }).Values ?? {};
  } catch (error) {
    throw new StartError(`local.settings.json is not valid JSON: ${(error as Error).message}`);
  }
}
