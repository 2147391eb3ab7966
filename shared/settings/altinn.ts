import type { ClientSettings } from '../altinn/auth/client-settings.ts';
import { usualScopes } from '../altinn/auth/scopes.ts';
import type { AltinnEnvironment } from '../altinn/environment.ts';
import { declared } from './declared.ts';
import { keyOf } from './key.ts';
import { type Environment, Reading, readGroup } from './reading.ts';

/** What it takes to call Altinn. */
export interface AltinnSettings extends ClientSettings {
  /** URNs. */
  readonly resources: readonly string[];
  /** The organization numbers of a recipient's subunits. */
  readonly subunits: readonly string[];
}

type Groups = 'altinn' | 'maskinporten' | 'resources';

const { altinn, maskinporten } = declared;
const credentials = [...Object.values(altinn.settings), ...Object.values(maskinporten.settings)];

/**
 * Reads the settings for calling Altinn. An empty one counts as absent.
 * @returns `undefined` when none of the credentials is set: receiving needs none of them
 * @throws ConfigurationError naming every setting that is missing or wrong, without the value of a secret
 */
export function readAltinnSettings(environment: Environment): AltinnSettings | undefined {
  const reading = new Reading(environment, ['altinn', 'maskinporten', 'resources']);
  if (!credentials.some((setting) => reading.has(setting))) return undefined;
  const settings = altinnOf(reading);
  reading.done();
  return settings;
}

/** The URNs of ALTINN_RESOURCES, each once; needs no credentials. @throws ConfigurationError */
export function readResources(environment: Environment): readonly string[] {
  return readGroup(environment, 'resources').own ?? [];
}

/** The settings for calling Altinn; `undefined` without credentials. Notes what of them is missing. */
export function altinnOf(reading: Reading<Groups>): AltinnSettings | undefined {
  if (!credentials.some((setting) => reading.has(setting))) return undefined;
  for (const setting of [altinn.settings.environment, maskinporten.settings.clientId]) {
    if (!reading.has(setting)) reading.wrong(setting, 'is missing');
  }
  const { subunits, systemUserOrg } = altinn.settings;
  if (reading.has(subunits) && !reading.has(systemUserOrg)) {
    reading.wrong(subunits, `is for a recipient: ${systemUserOrg.name} is missing`);
  }
  const environment = environmentOf(reading);
  const key = keyOf(reading);
  const { altinn: at, maskinporten: client, resources } = reading.values;
  if (!environment || !client.clientId || reading.problems.length > 0) return undefined;
  return {
    environment,
    clientId: client.clientId,
    key,
    scopes: client.scopes ?? usualScopes(at.systemUserOrg ? 'recipient' : 'service owner'),
    systemUserOrg: at.systemUserOrg,
    resources: resources.own ?? [],
    subunits: (at.subunits ?? []).filter((number) => number !== at.systemUserOrg),
  };
}

function environmentOf({ values, problems }: Reading<Groups>): AltinnEnvironment | undefined {
  const { environment } = values.altinn;
  const { issuer } = values.maskinporten;
  if (!environment || !issuer || issuer === environment.maskinporten) return environment;
  if (URL.canParse(environment.name)) return { ...environment, maskinporten: issuer };
  problems.push(
    `${maskinporten.settings.issuer.name} is for a base URL in ${altinn.settings.environment.name} alone: ${environment.name} has its own, ${environment.maskinporten}. Remove it`,
  );
  return undefined;
}
