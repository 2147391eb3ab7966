import { allSettings, declared } from './declared.ts';
import type { Environment } from './reading.ts';
import type { Group } from './setting.ts';

/** Two slips of the finger, in a name that is long enough for that to be no other name. */
const maxSlips = 2;
const minLength = 8;

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const names = allSettings.map(({ name }) => name);
const plainNames = names.map((right) => ({ right, text: plain(right) }));
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
  const written = plain(name);
  if (written.length < minLength) return undefined;
  for (let slips = 0; slips <= maxSlips; slips++) {
    const near = plainNames.find(({ text }) => isWithin(slips, written, text));
    if (near) return near.right;
  }
  return undefined;
}

/** Whether that many letters, missing, too many or others, are all that differs: an edit distance with a bound. */
function isWithin(slips: number, a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > slips) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  if (same === a.length && same === b.length) return true;
  if (slips === 0) return false;
  const [from, to] = [a.slice(same), b.slice(same)];
  const [next, nextTo] = [from.slice(1), to.slice(1)];
  return (
    isWithin(slips - 1, next, nextTo) || isWithin(slips - 1, next, to) || isWithin(slips - 1, from, nextTo)
  );
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
