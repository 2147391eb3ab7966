import type { Channel } from './channel.ts';

/** Writes each step to the log, for where no other channel is set. */
export const logChannel: Channel = {
  async send({ type, data }, log) {
    log.signal('channel.logged', { step: type, ...data });
  },
};
