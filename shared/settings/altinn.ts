import { readFileSync } from 'node:fs';
import { readScopes } from '../altinn/auth/scopes.ts';
import { NoKey, readSigningKey, type SigningKey } from '../altinn/auth/signing-key.ts';
import { type AltinnEnvironment, findEnvironment } from '../altinn/environment.ts';
import { resourceProblem, resourceUrn } from '../altinn/resource.ts';
import { ConfigurationError } from '../runtime/configuration-error.ts';
import { messageOf } from '../runtime/log.ts';

/** What it takes to call Altinn. */
export interface AltinnSettings {
  readonly environment: AltinnEnvironment;
  /** The client at Maskinporten. */
  readonly clientId: string;
  readonly key: SigningKey;
  readonly scopes: readonly string[];
  /** The organization number whose system user to act as; absent for a service owner. */
  readonly systemUserOrg: string | undefined;
  /** URNs. */
  readonly resources: readonly string[];
}

/** What of it the tokens depend on. */
export type ClientSettings = Omit<AltinnSettings, 'resources'>;

type Environment = Readonly<Record<string, string | undefined>>;

const credentials = [
  'ALTINN_ENVIRONMENT',
  'MASKINPORTEN_URL',
  'MASKINPORTEN_CLIENT_ID',
  'MASKINPORTEN_KEY',
  'MASKINPORTEN_KEY_FILE',
  'MASKINPORTEN_KEY_ID',
  'MASKINPORTEN_SCOPES',
  'ALTINN_SYSTEM_USER_ORG',
];

/**
 * Reads the settings for calling Altinn. An empty one counts as absent.
 * @returns `undefined` when none of the credentials is set: receiving needs none of them
 * @throws ConfigurationError naming every setting that is missing or wrong, without the value of a secret
 */
export function readAltinnSettings(environment: Environment): AltinnSettings | undefined {
  const get = (name: string) => environment[name]?.trim() || undefined;
  if (!credentials.some(get)) return undefined;

  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const altinn = attempt(() =>
    findEnvironment(need(get, 'ALTINN_ENVIRONMENT', 'tt02'), get('MASKINPORTEN_URL')),
  );
  const clientId = attempt(() => need(get, 'MASKINPORTEN_CLIENT_ID', '5b0a9c11-8e1c-4bd0-9f51-3f8d2a7a0f3e'));
  const key = attempt(() => readKey(get));
  const systemUserOrg = attempt(() => readOrganization(get('ALTINN_SYSTEM_USER_ORG')));
  const scopes = attempt(() => readScopes(get('MASKINPORTEN_SCOPES'), get('ALTINN_SYSTEM_USER_ORG')));
  const resources = attempt(() => readResources(environment));
  if (!altinn || !clientId || !key || !scopes || !resources || problems.length > 0) {
    throw new ConfigurationError(problems.join('\n'));
  }
  return { environment: altinn, clientId, key, scopes, systemUserOrg, resources };
}

/**
 * Reads ALTINN_RESOURCES: resource ids separated by commas, with or without `urn:altinn:resource:`. Needs no credentials.
 * @returns URNs, each once; none when the setting is absent
 * @throws ConfigurationError
 */
export function readResources(environment: Environment): string[] {
  const ids = (environment.ALTINN_RESOURCES ?? '').split(',').map((id) => id.trim());
  const resources = [...new Set(ids.filter(Boolean).map(resourceUrn))];
  for (const resource of resources) {
    const problem = resourceProblem(resource);
    if (problem) {
      throw new ConfigurationError(
        `ALTINN_RESOURCES holds what is no resource id: ${resource} ${problem}. Example: my-letters,my-decisions`,
      );
    }
  }
  return resources;
}

/** The `subject` of the events that a recipient may see; `undefined` for a service owner. */
export function subjectOf({ systemUserOrg }: Pick<AltinnSettings, 'systemUserOrg'>): string | undefined {
  return systemUserOrg && `urn:altinn:organization:identifier-no:${systemUserOrg}`;
}

type Get = (name: string) => string | undefined;

function need(get: Get, name: string, example: string): string {
  const value = get(name);
  if (!value) throw new ConfigurationError(`${name} is missing. Example: ${example}`);
  return value;
}

function readOrganization(number: string | undefined): string | undefined {
  if (!number || /^\d{9}$/.test(number)) return number;
  throw new ConfigurationError(
    'ALTINN_SYSTEM_USER_ORG is no organization number of nine digits. Example: 991825827',
  );
}

function readKey(get: Get): SigningKey {
  const [inline, file] = [get('MASKINPORTEN_KEY'), get('MASKINPORTEN_KEY_FILE')];
  if (inline && file) {
    throw new ConfigurationError(
      'MASKINPORTEN_KEY and MASKINPORTEN_KEY_FILE are both set. Remove one of them',
    );
  }
  if (!inline && !file) {
    throw new ConfigurationError(
      'MASKINPORTEN_KEY is missing. Set it to the private key, a JWK or PEM; or set MASKINPORTEN_KEY_FILE to the path of a file that holds it. Example: MASKINPORTEN_KEY_FILE=/secrets/maskinporten.jwk',
    );
  }
  const setting = inline ? 'MASKINPORTEN_KEY' : 'MASKINPORTEN_KEY_FILE';
  try {
    return readSigningKey(inline ?? readFileSync(file as string, 'utf8'), get('MASKINPORTEN_KEY_ID'));
  } catch (error) {
    const { code } = error as { code?: unknown };
    const problem = error instanceof NoKey ? messageOf(error) : `cannot be read (${String(code)})`;
    const remedy = / kid$|key id$/.test(problem)
      ? 'Set MASKINPORTEN_KEY_ID to the id it is registered under at Maskinporten. Example: my-key-2026'
      : 'Example: {"kty":"RSA","kid":"my-key-2026","n":"…","e":"AQAB","d":"…", …} or -----BEGIN PRIVATE KEY-----…';
    throw new ConfigurationError(`${setting} ${problem}. ${remedy}`);
  }
}
