import { AzureError } from '../client/azure-error.ts';
import type { FunctionApp } from '../client/function-app.ts';
import type { KeySecret, KeySecrets } from '../client/secrets.ts';
import { NotYet } from './patience.ts';

/** @throws NotYet while Azure does not know all of the functions */
export async function requireFunctions(app: FunctionApp, wanted: readonly string[]): Promise<void> {
  const known = await app.functions();
  const missing = wanted.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw new NotYet(
    `Azure does not know ${missing.join(', ')} of this app${known.length > 0 ? `, only ${known.join(', ')}` : ''}`,
  );
}

/**
 * Makes sure that functions have a key of a name, the same for all of them; one that is there stays as it is.
 * @returns its value, and whether it was made
 */
export async function ensureKey(
  app: FunctionApp,
  name: string,
  [first, ...others]: readonly [string, ...string[]],
): Promise<{ value: string; made: boolean }> {
  const before = (await keysOf(app, first))[name];
  if (before === undefined) await app.setKey(first, name);
  const value = before ?? (await keysOf(app, first))[name];
  if (value === undefined) throw new NotYet(`the key ${name} of ${first} was made, and is not listed`);
  for (const other of others) {
    if ((await keysOf(app, other))[name] !== value) await app.setKey(other, name, value);
  }
  return { value, made: before === undefined };
}

/**
 * The key of a function that the vault holds, so that one that somebody else changed to stays.
 * @returns its name, or `undefined` where the vault holds none that is named for Altinn
 */
export async function heldKey(
  app: FunctionApp,
  of: string,
  secrets: KeySecrets,
  secret: string,
): Promise<string | undefined> {
  const held = await secrets.find(secret);
  if (!held) return undefined;
  const named = Object.entries(await keysOf(app, of)).filter(([name]) => name.startsWith('altinn'));
  return named.find(([, value]) => value === held.value)?.[0];
}

/** A function that was listed and is not found is one that the Functions host does not know yet. */
async function keysOf(app: FunctionApp, of: string) {
  return app.keys(of).catch((error: unknown) => {
    if (error instanceof AzureError && error.status === 404) throw new NotYet(error.message);
    throw error;
  });
}

/**
 * Makes sure that the vault holds a key.
 * @returns whether it held it, another one, or none
 */
export async function ensureSecret(
  secrets: KeySecrets,
  name: string,
  key: KeySecret,
): Promise<'same' | 'other' | 'none'> {
  const before = await secrets.find(name);
  if (before?.value === key.value && before.endpoint === key.endpoint) return 'same';
  await secrets.write(name, key);
  if (!before) return 'none';
  return before.value === key.value ? 'same' : 'other';
}
