import { InvalidValue } from '../../runtime/invalid-value.ts';
import { type Environment, isUnresolved } from '../../settings/reading.ts';
import type { AnyChannelType } from './channel-type.ts';

/** What the names of all settings of channels start with. */
const prefix = 'CHANNEL_';

/** What a setting of a channel is called in the environment. @param name in the declaration, `URL` say */
export function settingNameOf(channel: string, name: string): string {
  return `${prefix}${channel.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${name}`;
}

/** The settings of one channel as they are in the environment. */
export interface ReadSettings {
  /** By their names in code. Those that are wrong, or that Azure has not resolved, are absent. */
  readonly values: Readonly<Record<string, unknown>>;
  /** A line each, with an example and without the value. */
  readonly problems: readonly string[];
  /** The secrets that Azure was to read from Key Vault, and has not. */
  readonly unresolved: readonly string[];
}

/** Reads the settings of one channel. An empty one counts as absent. */
export function readChannelSettings(
  channel: string,
  { type, settings, required = [] }: AnyChannelType,
  environment: Environment,
): ReadSettings {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  const unresolved: string[] = [];
  for (const [key, setting] of Object.entries(settings)) {
    const name = settingNameOf(channel, setting.name);
    const text = environment[name]?.trim() || setting.default;
    const hint = setting.makeWith ? `Make one with: ${setting.makeWith}` : `Example: ${setting.example}`;
    try {
      if (text === undefined) {
        if (!required.includes(key)) continue;
        throw new InvalidValue(`is missing: the policy's channel ${channel}, of type ${type}, needs it`);
      }
      if (setting.secret && isUnresolved(text)) unresolved.push(name);
      else values[key] = setting.type.parse(text);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      problems.push(`${name} ${error.message}. ${hint}`);
    }
  }
  return { values, problems, unresolved };
}

/**
 * Finds the names in the environment that look like a setting of a channel and are none of any channel of the policy.
 * @param channels by their names in the policy
 * @returns a line each, without the value
 */
export function strayChannelSettings(
  channels: Iterable<readonly [name: string, type: AnyChannelType]>,
  environment: Environment,
): string[] {
  const known = [...channels].flatMap(([channel, { settings }]) =>
    Object.values(settings).map(({ name }) => settingNameOf(channel, name)),
  );
  return Object.keys(environment)
    .filter((name) => name.toUpperCase().startsWith(prefix) && environment[name]?.trim())
    .filter((name) => !known.includes(name.toUpperCase()))
    .map((name) => `${name} is set, and no channel of the policy reads it. ${alternatives(known)}`);
}

const alternatives = (known: readonly string[]) =>
  known.length > 0 ? `There are ${known.join(', ')}` : 'The policy has no channel with settings';
