import { ConfigurationError } from '../../runtime/configuration-error.ts';
import { InvalidValue } from '../../runtime/invalid-value.ts';
import { declared } from '../../settings/declared.ts';
import type { Environment } from '../../settings/reading.ts';
import type { WebhookSettings } from '../../settings/webhook.ts';
import type { PolicyChannel } from '../policy/policy.ts';
import { type Channel, NotDelivered } from './channel.ts';
import type { ChannelDeps } from './channel-deps.ts';
import { readChannelSettings, settingNameOf, strayChannelSettings } from './channel-settings.ts';
import type { AnyChannelType } from './channel-type.ts';
import { channelTypes } from './channel-types.ts';
import { logChannel } from './log.ts';
import type { ReminderDeps } from './reminder.ts';
import { webhookChannel } from './webhook.ts';

/** What the types need, but for the names of their settings. */
type TypesDeps = Omit<ChannelDeps, 'settingName'> & ReminderDeps;

interface Deps extends TypesDeps {
  /** Of the built-in channel `webhook`; absent where it is not set. */
  readonly webhook: WebhookSettings | undefined;
  /** For tests. */
  readonly types?: readonly AnyChannelType[];
}

/** The names in the environment that look like a setting of a channel, and are none of the policy's: a line each. */
export function strayNames(channels: ReadonlyMap<string, PolicyChannel>, environment: Environment): string[] {
  const typed = [...channels].flatMap(([name, channel]) => {
    const type = typeOf(channel);
    return type && channel.name !== 'webhook' ? [[name, type] as const] : [];
  });
  return strayChannelSettings(typed, environment);
}

/** The type of a channel of the policy; `undefined` for one that there is none of. */
function typeOf(
  { type }: Pick<PolicyChannel, 'type'>,
  types: readonly AnyChannelType[] = channelTypes,
): AnyChannelType | undefined {
  return types.find((each) => each.type === type);
}

/**
 * Makes every channel of the policy, and the built-in `log` and, where it is set, `webhook`. Sends nothing. A channel
 * whose secret Azure has not resolved is made too: what is sent to it is not delivered, and comes again.
 * @returns the channels by their names in the policy
 * @throws ConfigurationError naming every setting and option that is missing or wrong, without the value of a secret
 */
export function makeChannels(
  channels: ReadonlyMap<string, PolicyChannel>,
  environment: Environment,
  { webhook, types = channelTypes, ...deps }: Deps,
): ReadonlyMap<string, Channel> {
  const made = new Map<string, Channel>([['log', logChannel]]);
  if (webhook) made.set('webhook', webhookChannel(webhook));
  const problems: string[] = clashes([...channels.keys()]);
  for (const channel of channels.values()) {
    const isBuiltIn = channel.name === 'webhook' && channel.type === 'webhook';
    if (isBuiltIn) {
      const { url } = declared.webhook.settings;
      if (!webhook) {
        problems.push(`${url.name} is missing: the policy has a channel webhook. Example: ${url.example}`);
      }
      continue;
    }
    const type = typeOf(channel, types);
    if (!type) {
      const known = types.map(({ type }) => type).join(', ');
      problems.push(`channels.${channel.name}.type is none of ${known}: ${channel.type}`);
      continue;
    }
    const one = makeChannel(channel, type, environment, deps);
    if ('problems' in one) problems.push(...one.problems);
    else made.set(channel.name, one);
  }
  if (problems.length > 0) throw new ConfigurationError(problems.join('\n'));
  return made;
}

function makeChannel(
  { name, options }: PolicyChannel,
  type: AnyChannelType,
  environment: Environment,
  deps: TypesDeps,
): Channel | { problems: string[] } {
  const { values, problems, unresolved } = readChannelSettings(name, type, environment);
  const read = type.options.safeParse(options);
  const wrong = (read.error?.issues ?? []).map(
    ({ path, message }) => `channels.${[name, ...path].join('.')} in the policy: ${message}`,
  );
  if (problems.length + wrong.length > 0) return { problems: [...problems, ...wrong] };
  const settingName = (key: string) => settingNameOf(name, type.settings[key]?.name ?? key);
  try {
    // Each type takes of these what it needs.
    const channel = type.make(values, read.data, { ...deps, settingName } as never);
    return unresolved.length > 0 ? waiting(channel, unresolved) : channel;
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return { problems: [error.message] };
  }
}

/** A channel that delivers nothing, since a secret of it is missing. */
function waiting(channel: Channel, unresolved: readonly string[]): Channel {
  const refuse = async () => {
    const [are, references] =
      unresolved.length > 1 ? ['are', 'Key Vault references'] : ['is', 'a Key Vault reference'];
    throw new NotDelivered(`${unresolved.join(', ')} ${are} ${references} that Azure has not resolved`);
  };
  return { ...channel, send: refuse, ...(channel.sendDigest && { sendDigest: refuse }) };
}

/** The channels whose settings would have the same names. */
function clashes(names: readonly string[]): string[] {
  const first = new Map<string, string>();
  return names.flatMap((name) => {
    const start = settingNameOf(name, '');
    const other = first.get(start);
    first.set(start, other ?? name);
    return other
      ? [`channels.${name} in the policy has the same settings as channels.${other}: ${start}…. Rename one`]
      : [];
  });
}
