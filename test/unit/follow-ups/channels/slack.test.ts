import { describe, expect, it } from 'vitest';
import {
  channelOf,
  digestOf,
  hostile,
  letter,
  letterAt,
  person,
  receiver,
  send,
  signal,
  stepOf,
} from '../../../support/channels.ts';
import { silentLog } from '../../../support/log.ts';

interface Text {
  readonly type: string;
  readonly text: string;
  readonly verbatim?: boolean;
}
interface Block {
  readonly type: string;
  readonly text?: Text;
  readonly elements?: readonly Text[];
}

/** Slack: what it would refuse fails. Source: Slack's reference of blocks; slackapi/bolt-js#2509 for all of them together. */
function check({ text, blocks }: { text: string; blocks: readonly Block[] }): string[] {
  expect(text.length).toBeGreaterThan(0);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(11_000);
  return blocks.flatMap((block) => {
    const texts = block.elements ?? [block.text as Text];
    for (const one of texts) {
      const [type, max] = block.type === 'header' ? ['plain_text', 150] : ['mrkdwn', 3_000];
      expect(['header', 'section', 'context']).toContain(block.type);
      expect(one.type).toBe(type);
      expect(one.text.length).toBeGreaterThan(0);
      expect(one.text.length).toBeLessThanOrEqual(max as number);
      if (type === 'mrkdwn') expect(one.verbatim).toBe(true);
    }
    return texts.map(({ text }) => text);
  });
}

async function posted(post: (channel: ReturnType<typeof channelOf>) => Promise<unknown>) {
  const { received, url } = await receiver((response) => response.writeHead(200).end('ok'));
  await post(channelOf('slack', { URL: url }, { language: 'nn' }));
  const message = JSON.parse(received[0]?.body ?? '');
  return { texts: check(message), message };
}

/** What Slack would make a mention, a channel or a link of. */
const controls = (text: string) => [...text.matchAll(/<([^>]*)>/g)].map(([, inside]) => inside);

describe('a message about a step', () => {
  it('names the letter, and links to it', async () => {
    const { texts, message } = await posted((channel) => send(channel));
    expect(message.text).toBe('Brevet er ikkje lese innan fristen');
    expect(texts.join('\n')).toContain(`*Brev:* \`${letter}\``);
    expect(texts.join('\n')).toContain(`<https://sak.example.no/brev/${letter}|Opne saka>`);
    expect(texts.at(-1)).toBe(`Melding: \`never-read-${letter}-opened\``);
    expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
  });

  it.each(Object.entries(hostile))('takes %s for text', async (_name, text) => {
    const data = {
      sendersReference: text,
      resource: text,
      link: `https://sak.example.no/?r=${text}`,
      failed: { channel: text, reason: text },
    };
    const { texts, message } = await posted((channel) => send(channel, stepOf(data)));
    const all = texts.join('\n');
    for (const control of [...controls(all), ...controls(message.text)]) {
      expect(control).toMatch(/^https:\/\/sak\.example\.no\/[^|]*\|Opne saka$/);
    }
    // What is of others stands in code, where nothing is formatting.
    expect(all.replace(/`[^`\n]*`|<https:[^>]*>/g, '')).not.toMatch(/evil|tada|fet|script/);
    expect(all).not.toContain(person);
  });
});

describe('a message about many', () => {
  it('has room for as many as it says, and names each, however long what is said of them', async () => {
    const { maxItems = 0 } = channelOf('slack', { URL: 'http://localhost/x' });
    expect(maxItems).toBeGreaterThanOrEqual(20);
    for (const text of ['x', hostile.long, '😀'.repeat(5_000), '&'.repeat(300), hostile.mentions]) {
      const kinds = ['never-read', 'unread', 'publish-failed', 'not-published'] as const;
      const data = (n: number) => ({
        kind: kinds[n % 4] as 'unread',
        sendersReference: text,
        resource: text,
        link: `https://sak.example.no/?a&b&c&d${'&x'.repeat(200)}`,
        failed: { channel: text, reason: text },
      });
      const { texts } = await posted((channel) =>
        channel.sendDigest(digestOf(maxItems, data), silentLog, signal),
      );
      for (let n = 0; n < maxItems; n++) expect(texts.join('\n')).toContain(letterAt(n));
    }
  });
});
