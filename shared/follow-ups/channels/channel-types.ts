import type { ChannelType } from './channel-type.ts';
import { log } from './log.ts';
import { webhook } from './webhook.ts';

/** Every type of channel that a policy can name: another one is a file beside this one, and a line here. */
export const channelTypes: readonly ChannelType[] = [webhook, log];
