import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What keeps `npm start` from starting; its message is one line that says what to do. */
export class StartError extends Error {}

export interface StartSettings {
  /** 0 picks a free one. */
  readonly port: number;
  readonly functionKey: string;
  /** Seconds that a message stays hidden after the host that had it was killed. */
  readonly lockSeconds: number;
}

/**
 * Reads the settings of `npm start` from the environment, after putting the `Values` of a local.settings.json
 * in `directory` into it as `func start` does: what is set in the environment wins, and
 * `AzureWebJobsStorage=UseDevelopmentStorage=true` in the file means the Azurite that we start ourselves.
 * Throws a StartError on a file that cannot be read and on a PORT that is none.
 */
export function readStartSettings(directory: string): StartSettings {
  for (const [name, value] of Object.entries(readLocalSettings(directory))) {
    const isOwnAzurite = name === 'AzureWebJobsStorage' && value === 'UseDevelopmentStorage=true';
    if (!isOwnAzurite) process.env[name] ??= String(value);
  }
  const { PORT = '7071', LOCAL_FUNCTION_KEY, LOCAL_QUEUE_LOCK = '30' } = process.env;
  if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65535) {
    throw new StartError(`PORT is "${PORT}": it must be a whole number from 0 to 65535, such as PORT=7071.`);
  }
  if (!/^[1-9]\d{0,2}$/.test(LOCAL_QUEUE_LOCK)) {
    throw new StartError(
      `LOCAL_QUEUE_LOCK is "${LOCAL_QUEUE_LOCK}": it must be 1 to 999 whole seconds, such as LOCAL_QUEUE_LOCK=30.`,
    );
  }
  return {
    port: Number(PORT),
    functionKey: LOCAL_FUNCTION_KEY || 'local',
    lockSeconds: Number(LOCAL_QUEUE_LOCK),
  };
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
