import { address, isHttps, isLocalHttp } from '../../settings/types.ts';
import type { Channel } from './channel.ts';
import type { ChannelType } from './channel-type.ts';
import { digestMessageOf } from './digest.ts';
import { messageOf } from './message.ts';
import { post, refusal } from './post.ts';
import { digestCard, stepCard } from './teams-card.ts';
import { type MessageOptions, messageOptions } from './texts/texts.ts';

const settings = {
  url: {
    name: 'URL',
    type: address(
      'https address, or http for localhost',
      (url) => isHttps(url) || isLocalHttp(url),
      'is no https address without user and password (http is for localhost alone)',
    ),
    description: 'The address of the workflow: whoever has it can post to the channel.',
    example:
      'https://prod-00.norwayeast.logic.azure.com:443/workflows/…/triggers/manual/paths/invoke?…&sig=…',
    secret: true,
    usedBy: ['app', 'command line'],
  },
} as const;

/** A channel or a chat of Microsoft Teams, by a workflow. */
export const teams: ChannelType<typeof settings, MessageOptions> = {
  type: 'teams',
  about: 'Posts an Adaptive Card to a channel or a chat of Microsoft Teams, by a workflow.',
  reaches: 'people',
  settings,
  required: ['url'],
  options: messageOptions,
  make({ url = '' }, options, { settingName, ...runtime }): Channel {
    const called = settingName('url');
    async function send(card: object, signal: AbortSignal): Promise<string> {
      const response = await post({ url, called, body: JSON.stringify(card), signal });
      await response.body?.cancel();
      if (response.ok) return String(response.status);
      // 429 is said before the workflow has begun.
      throw refusal(response, `${called} answered ${response.status}`, runtime, [429]);
    }
    return {
      // Of lines that name nothing but a letter, that many have room.
      maxItems: 40,
      send: (step, _log, signal) => send(stepCard(messageOf(step, options)), signal),
      sendDigest: (digest, _log, signal) => send(digestCard(digestMessageOf(digest, options)), signal),
    };
  },
};
