import { nearest, plain } from '../runtime/nearest.ts';
import { allSettings, declared } from './declared.ts';
import type { Environment } from './reading.ts';
import type { Group } from './setting.ts';

/** Long enough for two slips of the finger to make no other name. */
const minLength = 8;

const names = allSettings.map(({ name }) => name);
const prefixes = Object.values<Group>(declared).flatMap(({ prefix }) => prefix ?? []);

/**
 * Finds the names that look like a setting of ours and are none: written with other capitals or underscores, two
 * letters off, or with a beginning that only ours have.
 * @returns a line each, with the nearest right name and without the value
 */
export function lookalikes(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => environment[name]?.trim() && !names.includes(name))
    .flatMap((name) => {
      const right = misspelt(name) ?? ofOurs(name);
      // Where names have no case, as on Windows, it is the right one.
      const isRight = right && name.toLowerCase() === right.toLowerCase() && environment[right];
      return right && !isRight ? [`${name} is set, and nothing reads it. Did you mean ${right}?`] : [];
    });
}

/** The name that this one is at most two slips from. */
function misspelt(name: string): string | undefined {
  return plain(name).length < minLength ? undefined : nearest(name, names);
}

/** The name that begins most like this one, if it begins as only ours do. */
function ofOurs(name: string): string | undefined {
  const given = name.toUpperCase();
  if (!prefixes.some((prefix) => given.startsWith(prefix))) return undefined;
  const alike = names.map((right) => ({ right, shared: sharedBeginning(given, right) }));
  return alike.sort((a, b) => b.shared - a.shared)[0]?.right;
}

function sharedBeginning(a: string, b: string): number {
  const differs = [...b].findIndex((letter, index) => letter !== a[index]);
  return differs < 0 ? b.length : differs;
}
