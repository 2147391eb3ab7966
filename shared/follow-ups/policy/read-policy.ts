import { ConfigurationError } from '../../runtime/configuration-error.ts';
import { ownChannels, type PolicyChannelType } from './channel-schema.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './policy-of.ts';
import { problemsOf } from './problems.ts';
import { type PolicyContent, policySchema } from './schema.ts';

/** The text of a policy. */
export interface PolicyText {
  readonly text: string;
  /** Where it is from, for errors: the name of a file or a setting. */
  readonly from: string;
}

interface ReadTerms {
  /** The types of channel that there are. */
  readonly types: readonly PolicyChannelType[];
  /** The URNs of the owner's resources; none: any. */
  readonly resources: readonly string[];
}

/**
 * Reads a policy.
 * @throws ConfigurationError naming everything that is wrong with it, a line each, with its path
 */
export function readPolicy({ text, from }: PolicyText, { types, resources }: ReadTerms): Policy {
  const value = parseJson(text, from);
  const channels = [...ownChannels, ...namesIn(value)];
  const schema = policySchema({ types, channels, resources });
  const problems = problemsOf(schema, value);
  if (problems.length > 0) {
    throw new ConfigurationError(problems.map((problem) => `${from}: ${problem}`).join('\n'));
  }
  return policyOf(value as PolicyContent, types);
}

/** @throws ConfigurationError that repeats nothing but what JSON.parse found */
function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // Where Node.js repeats the text around it, it is left out.
    const [why] = (error as Error).message.split(/, "|, \.\.\./);
    throw new ConfigurationError(`${from} is no JSON: ${why}`);
  }
}

function namesIn(value: unknown): readonly string[] {
  const { channels } = (value ?? {}) as { readonly channels?: unknown };
  return typeof channels === 'object' && channels !== null ? Object.keys(channels) : [];
}
