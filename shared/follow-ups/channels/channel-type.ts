import type * as z from 'zod/mini';
import type { Setting } from '../../settings/setting.ts';
import type { Channel } from './channel.ts';
import type { ChannelDeps } from './channel-deps.ts';

/** What a kind of channel is: all that the policy, the settings and the documentation say of it follows from this. */
export interface ChannelType<
  Settings extends Readonly<Record<string, Setting>> = Readonly<Record<string, Setting>>,
  Options = unknown,
  Deps = ChannelDeps,
> {
  /** As the policy names it. */
  readonly type: string;
  /** For the documentation: what it is, in a sentence. */
  readonly about: string;
  /** Whom it reaches. People are left alone in quiet hours, and have many messages gathered; a system is not. */
  readonly reaches: 'people' | 'recipient' | 'system';
  /**
   * Its settings, each under `CHANNEL_<name>_<its name here>`, where the policy's name of the channel is in capitals,
   * with `_` for what is neither letter nor digit.
   */
  readonly settings: Settings;
  /** Which of the settings it cannot do without, by their names in code. */
  readonly required?: readonly string[];
  /** What the policy may say of it besides `type` and `perHour`. */
  readonly options: z.ZodMiniType<Options>;
  /**
   * Makes the channel, be it of secrets that are absent: it is not sent to then. Sends nothing.
   * @throws InvalidValue where settings do not go together, naming them
   */
  make(settings: SettingValues<Settings>, options: Options, deps: Deps): Channel;
}

/** A type of channel, whatever its own options and needs are. */
export type AnyChannelType = ChannelType<Readonly<Record<string, Setting>>, unknown, never>;

/** The values of a channel's settings; a secret that Azure has not resolved is absent. */
export type SettingValues<S extends Readonly<Record<string, Setting>>> = {
  readonly [K in keyof S]: ReturnType<S[K]['type']['parse']> | undefined;
};
