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

type Json = { [key: string]: Json & Json[] & string };

/**
 * What of Adaptive Cards 1.4 is used, with what each may have: an unknown property, or a wrong one, fails.
 * Source: microsoft/AdaptiveCards, `schemas/1.4.0`.
 */
const isString = (value: unknown) => typeof value === 'string';
const oneOf =
  (...words: string[]) =>
  (value: unknown) =>
    words.includes(value as string);
const shape: Record<string, Record<string, (value: never) => boolean>> = {
  AdaptiveCard: {
    $schema: oneOf('http://adaptivecards.io/schemas/adaptive-card.json'),
    version: oneOf('1.2', '1.3', '1.4'),
    fallbackText: isString,
    msteams: ({ width }: Json) => (width as unknown) === 'Full',
    body: (body: Json[]) => body.every((one) => (one.type as unknown) === 'RichTextBlock' && fits(one)),
    actions: (actions: Json[]) =>
      actions.every((one) => (one.type as unknown) === 'Action.OpenUrl' && fits(one)),
  },
  RichTextBlock: {
    inlines: (runs: Json[]) =>
      runs.length > 0 && runs.every((one) => (one.type as unknown) === 'TextRun' && fits(one)),
  },
  TextRun: {
    text: isString,
    weight: oneOf('Bolder'),
    size: oneOf('Small', 'Large'),
    color: oneOf('Attention'),
    isSubtle: (value: unknown) => value === true,
    selectAction: (one: Json) => (one.type as unknown) === 'Action.OpenUrl' && fits(one),
  },
  'Action.OpenUrl': { title: isString, url: (url: string) => /^https?:\/\/[!-~]+$/.test(url) },
};
function fits({ type, ...rest }: Json): boolean {
  const properties = shape[type as unknown as string];
  for (const [name, value] of Object.entries(rest)) {
    if (!properties?.[name]?.(value as never))
      throw new Error(`${String(type)}.${name}: ${JSON.stringify(value)}`);
  }
  return properties !== undefined;
}

/** A workflow: it answers 202, and its message is checked as Teams would. */
async function posted(post: (channel: ReturnType<typeof channelOf>) => Promise<unknown>, options = {}) {
  const { received, url } = await receiver((response) => response.writeHead(202).end());
  await post(channelOf('teams', { URL: url }, options));
  const { body = '' } = received[0] ?? {};
  // With a fifth on top, as Teams has been seen to count, and what is not ASCII escaped.
  expect(1.2 * body.replace(/[^\0-\x7f]/g, '\\uXXXX').length).toBeLessThan(28 * 1024);
  const message = JSON.parse(body);
  expect(message.type).toBe('message');
  expect(message.attachments).toHaveLength(1);
  expect(message.attachments[0].contentType).toBe('application/vnd.microsoft.card.adaptive');
  expect(fits(message.attachments[0].content)).toBe(true);
  const card = message.attachments[0].content;
  const lines: string[] = card.body.map(({ inlines }: { inlines: { text: string }[] }) =>
    inlines.map(({ text }) => text).join(''),
  );
  return { card, lines, body };
}

describe('a card of a step', () => {
  it('names the letter, and opens it', async () => {
    const { card, lines } = await posted((channel) => send(channel));
    expect(lines).toEqual([
      'Brevet er ikke lest innen fristen',
      `Brev: ${letter}`,
      'Avsenders referanse: 2026/1234-5',
      'Tjeneste: brev-fra-etaten',
      expect.stringMatching(/^Frist: 19\. august 2026.* 08[:.]00$/),
      `Melding: never-read-${letter}-opened`,
    ]);
    expect(card.actions).toEqual([
      { type: 'Action.OpenUrl', url: `https://sak.example.no/brev/${letter}`, title: 'Åpne saken' },
    ]);
  });

  it.each(Object.entries(hostile))('takes %s for text', async (_name, text) => {
    const step = stepOf({
      sendersReference: text,
      resource: text,
      link: `https://sak.example.no/?r=${text}`,
      failed: { channel: 'case-team', reason: text },
    });
    const { lines, body } = await posted((channel) => send(channel, step));
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cs}\u200b\u202a-\u202e\u2060-\u2069\ufeff]/u);
    expect(body).not.toContain(person);
    expect(body).not.toContain(`${person.slice(0, 6)} ${person.slice(6)}`);
    expect(lines.join('\n').length).toBeLessThan(2_000);
  });

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'no address',
    `https://x.example/${'x'.repeat(600)}`,
  ])('opens nothing for the link %s', async (link) => {
    const { card } = await posted((channel) => send(channel, stepOf({ link })));
    expect(card.actions).toBeUndefined();
  });
});

describe('a card of many', () => {
  const post = (digest: ReturnType<typeof digestOf>) =>
    posted((channel) => channel.sendDigest(digest, silentLog, signal));

  it('names every letter, its reference and its date, under what is wrong', async () => {
    const kinds = ['never-read', 'never-confirmed'] as const;
    const { lines } = await post(digestOf(4, (n) => ({ kind: kinds[n % 2] as 'never-read' })));
    expect(lines[0]).toBe('4 saker trenger oppfølging (del 2 av 3)');
    expect(lines[1]).toBe('Ikke lest innen fristen (2)');
    expect(lines[2]).toContain(`${letterAt(0)} · 2026/1234-5 · frist 19. august 2026`);
    expect(lines[4]).toBe('Ikke bekreftet innen fristen (2)');
    expect(lines.at(-1)).toBe('Melding: digest-case-team-20260820T060500Z-1');
  });

  it('has room for as many as it says, and names each, however long what is said of them', async () => {
    const { maxItems = 0 } = channelOf('teams', { URL: 'http://localhost/x' });
    expect(maxItems).toBeGreaterThanOrEqual(20);
    for (const text of ['x', hostile.long, '😀'.repeat(5_000), hostile.html.repeat(100)]) {
      const { body } = await post(
        digestOf(maxItems, (n) => ({
          sendersReference: text,
          resource: text,
          link: `https://sak.example.no/${'x'.repeat(450)}`,
          failed: { channel: text, reason: text },
          round: n,
        })),
      );
      for (let n = 0; n < maxItems; n++) expect(body).toContain(letterAt(n));
    }
  });
});
