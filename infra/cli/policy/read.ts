import { existsSync, readFileSync } from 'node:fs';
import { channelTypes } from '../../../shared/follow-ups/channels/channel-types.ts';
import type { Policy } from '../../../shared/follow-ups/policy/policy.ts';
import { readPolicy } from '../../../shared/follow-ups/policy/read-policy.ts';
import { policyOf } from '../../../shared/settings/policy.ts';
import { policyFile } from '../../../shared/settings/policy-text.ts';
import { readGroup } from '../../../shared/settings/reading.ts';
import { exit, Failure } from '../exit.ts';

/**
 * The policy that a command is about: of the file that it names, or as the app takes it, from the setting or from the file
 * here.
 * @throws ConfigurationError naming all that is wrong with it
 * @throws Failure where there is none
 */
export function policyHere(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): { policy: Policy; from: string } {
  const found =
    file === undefined ? policyOf({ followUp: readGroup(environment, 'followUp') }, '.') : textOf(file);
  if (!found)
    throw new Failure(`There is no policy: neither ${policyFile} here nor FOLLOW_UP_POLICY`, exit.usage);
  const { own = [] } = readGroup(environment, 'resources');
  return { policy: readPolicy(found, { types: channelTypes, resources: own }), from: found.from };
}

function textOf(file: string): { text: string; from: string } {
  if (!existsSync(file)) throw new Failure(`There is no file ${file}`, exit.usage);
  return { text: readFileSync(file, 'utf8'), from: file };
}
