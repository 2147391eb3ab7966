import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The absolute path of the app's entry point. Throws when there is no package.json, or it names none that is there. */
export function findEntryPoint(directory: string): string {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) throw new Error(`${path} is missing: build the app first, npm run build`);
  const { main } = JSON.parse(readFileSync(path, 'utf8')) as { main?: string };
  if (!main) throw new Error('package.json names no "main": the entry point is unknown');
  const entry = resolve(directory, main);
  if (!existsSync(entry)) throw new Error(`${main} is missing: build the app first, npm run build`);
  return entry;
}
