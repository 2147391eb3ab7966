import { matching } from '../../settings/types.ts';
import type { Channel } from './channel.ts';
import type { ChannelType } from './channel-type.ts';
import { digestMessageOf } from './digest.ts';
import { messageOf } from './message.ts';
import { post, refusal } from './post.ts';
import { digestBlocks, stepBlocks } from './slack-blocks.ts';
import { type MessageOptions, messageOptions } from './texts/texts.ts';

const settings = {
  url: {
    name: 'URL',
    type: matching(
      /^(https:\/\/[^\s@/]+|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?)\/\S+$/,
      'https address of an incoming webhook, or http for localhost',
      'is no https address of an incoming webhook (http is for localhost alone)',
    ),
    description: 'The address of the incoming webhook: whoever has it can post to the channel.',
    example: 'https://hooks.slack.com/services/T…/B…/…',
    secret: true,
    usedBy: ['app', 'command line'],
  },
} as const;

/** The words by which Slack says what is wrong. Source: Slack's "Sending messages using incoming webhooks". */
const word = /^[a-z_]{3,60}$/;
const maxWordBytes = 200;

/** A channel of Slack, by an incoming webhook. */
export const slack: ChannelType<typeof settings, MessageOptions> = {
  type: 'slack',
  about: 'Posts a message to a channel of Slack, by an incoming webhook.',
  reaches: 'people',
  settings,
  required: ['url'],
  options: messageOptions,
  make({ url = '' }, options, { settingName, ...runtime }): Channel {
    const called = settingName('url');
    async function send(message: object, signal: AbortSignal): Promise<string> {
      const response = await post({ url, called, body: JSON.stringify(message), signal });
      if (response.ok) {
        await response.body?.cancel();
        return String(response.status);
      }
      const said = await wordOf(response);
      throw refusal(
        response,
        `${called} answered ${[response.status, said].filter(Boolean).join(' ')}`,
        runtime,
        [429],
      );
    }
    return {
      // Of lines that name nothing but a letter, that many have room.
      maxItems: 40,
      send: (step, _log, signal) => send(stepBlocks(messageOf(step, options)), signal),
      sendDigest: (digest, _log, signal) => send(digestBlocks(digestMessageOf(digest, options)), signal),
    };
  },
};

/** The word of an answer that is nothing but a word; nothing else of it is repeated. */
async function wordOf(response: Response): Promise<string | undefined> {
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (!(length <= maxWordBytes)) {
    await response.body?.cancel();
    return undefined;
  }
  const text = await response.text().catch(() => '');
  return word.test(text.trim()) ? text.trim() : undefined;
}
