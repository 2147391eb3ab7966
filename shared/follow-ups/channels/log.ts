import * as z from 'zod/mini';
import type { Channel } from './channel.ts';
import type { ChannelType } from './channel-type.ts';

/** Writes each step to the log, for where no other channel is set. */
export const logChannel: Channel = {
  async send({ type, data }, log) {
    const { step, failed, about, round, link, sendersReference, ...more } = data;
    const { correspondenceIds, notificationOrderIds, ...fields } = more;
    log.signal('channel.logged', { step: type, ...fields });
    return undefined;
  },
};

/** The log. */
export const log: ChannelType<Record<never, never>, object> = {
  type: 'log',
  about: 'Writes each step to the log, with persons redacted.',
  reaches: 'system',
  settings: {},
  options: z.strictObject({}),
  make: () => logChannel,
};
