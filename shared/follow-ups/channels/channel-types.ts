import * as z from 'zod/mini';
import type { ChannelType } from './channel-type.ts';
import { logChannel } from './log.ts';

/** Every type of channel that a policy can name: another one is a file beside this one, and a line here. */
export const channelTypes: readonly ChannelType[] = [
  {
    type: 'log',
    about: 'Writes each step to the log, with persons redacted.',
    reaches: 'system',
    settings: {},
    options: z.strictObject({}),
    make: () => logChannel,
  },
];
