import { readFileSync } from 'node:fs';
import { readSigningKey, type SigningKey } from '../altinn/auth/signing-key.ts';
import { InvalidValue } from '../runtime/invalid-value.ts';
import { declared } from './declared.ts';
import type { Reading } from './reading.ts';

const { key, keyFile, keyId } = declared.maskinporten.settings;

/** The key, from its setting or from the file that is named; notes why there is none and repeats nothing of it. */
export function keyOf({ values, problems, unresolved }: Reading<'maskinporten'>): SigningKey | undefined {
  const { maskinporten: given } = values;
  if (given.key && given.keyFile) {
    problems.push(`${key.name} and ${keyFile.name} are both set. Remove one of them`);
    return undefined;
  }
  if (unresolved.includes(key.name)) return undefined;
  if (!given.key && !given.keyFile) {
    problems.push(
      `${key.name} is missing. Set it to the private key, a JWK or PEM; or set ${keyFile.name} to the path of a file that holds it. Example: ${keyFile.name}=${keyFile.example}`,
    );
    return undefined;
  }
  try {
    return readSigningKey(given.key ?? readFileSync(given.keyFile as string, 'utf8'), given.keyId);
  } catch (error) {
    const { code } = error as { code?: unknown };
    const problem = error instanceof InvalidValue ? error.message : `cannot be read (${String(code)})`;
    const remedy = / kid$|key id$/.test(problem)
      ? `Set ${keyId.name} to the id it is registered under at Maskinporten. Example: ${keyId.example}`
      : `Example: ${key.example}`;
    problems.push(`${(given.key ? key : keyFile).name} ${problem}. ${remedy}`);
    return undefined;
  }
}
