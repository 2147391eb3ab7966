import type { Channel } from './channel.ts';

/** Writes each step to the log, for where no other channel is set. */
export const logChannel: Channel = {
  async send({ type, data }, log) {
    const { step, failed, about, round, link, sendersReference, ...more } = data;
    const { correspondenceIds, notificationOrderIds, ...fields } = more;
    log.signal('channel.logged', { step: type, ...fields });
    return undefined;
  },
};
