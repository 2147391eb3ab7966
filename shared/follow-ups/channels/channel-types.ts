import type { AnyChannelType } from './channel-type.ts';
import { email } from './email.ts';
import { log } from './log.ts';
import { queue } from './queue.ts';
import { reminder } from './reminder.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';

/** Every type of channel that a policy can name: another one is a file beside this one, and a line here. */
export const channelTypes: readonly AnyChannelType[] = [webhook, teams, slack, email, queue, reminder, log];
