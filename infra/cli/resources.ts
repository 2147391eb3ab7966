import { resourceUrn } from '../../shared/altinn/resource.ts';
import { exit, Failure } from './exit.ts';

/** The URNs that a command is about: the one it names, or those of the settings. @throws Failure where there is none */
export function resourcesOf(named: string | undefined, configured: readonly string[]): readonly string[] {
  const resources = named ? [resourceUrn(named)] : configured;
  if (resources.length === 0)
    throw new Failure('--resource is missing, and ALTINN_RESOURCES too', exit.usage);
  return resources;
}
