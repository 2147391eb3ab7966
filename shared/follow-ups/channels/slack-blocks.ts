import { cut } from './clean.ts';
import { type DigestMessage, fitting, type Line } from './digest.ts';
import type { Message } from './message.ts';

/** Source: Slack's reference, "Section block" and "Header block". */
export const maxSectionText = 3_000;
const maxHeaderText = 150;
export const maxBlocks = 50;
/**
 * The most bytes of all blocks. Slack says 50 blocks of 3000 characters, and refuses well below that: at 13 200, and
 * once at 11 341, with `msg_blocks_too_long` (slackapi/bolt-js#2509, #2867).
 */
export const maxBlockBytes = 10_000;

type Block = Readonly<Record<string, unknown>>;

/** What an incoming webhook takes. */
export interface SlackMessage {
  /** What a notification shows. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** The three characters by which mentions, channels and links begin and end. Source: Slack's "Formatting message text". */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** A text of others: within code nothing of it is formatting or an emoji. */
const literal = (text: string) => `\`${escaped(text.replaceAll('`', "'"))}\``;
const linkTo = (url: string, text: string) => `<${escaped(url).replaceAll('|', '%7C')}|${escaped(text)}>`;

const section = (text: string): Block => ({
  type: 'section',
  text: { type: 'mrkdwn', text, verbatim: true },
});
const header = (text: string): Block => ({
  type: 'header',
  text: { type: 'plain_text', text: cut(text, maxHeaderText), emoji: false },
});
const context = (text: string): Block => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text, verbatim: true }],
});

/** What is posted to Slack about one step. */
export function stepBlocks({ title, notes, facts, link, id }: Message): SlackMessage {
  const rows = facts.map(({ label, value }) => `*${escaped(label)}:* ${literal(value)}`);
  return message(title, [
    header(title),
    ...notes.map((note) => section(literal(note))),
    ...inSections(rows),
    ...(link ? [section(linkTo(link.url, link.text))] : []),
    context(`${escaped(id.label)}: ${literal(id.value)}`),
  ]);
}

/** The same about many, in its fullest form that Slack takes. */
export function digestBlocks(digest: DigestMessage): SlackMessage {
  return fitting(digest, renderDigest, ({ blocks }) => {
    const isRoomy = blocks.every(({ text }) => {
      return ((text as { text: string } | undefined)?.text ?? '').length <= maxSectionText;
    });
    return (
      isRoomy && blocks.length <= maxBlocks && Buffer.byteLength(JSON.stringify(blocks)) <= maxBlockBytes
    );
  });
}

function renderDigest({ title, groups, id }: DigestMessage): SlackMessage {
  return message(title, [
    header(title),
    ...groups.flatMap(({ heading, lines }) => inSections([`*${escaped(heading)}*`, ...lines.map(lineOf)])),
    context(`${escaped(id.label)}: ${literal(id.value)}`),
  ]);
}

function lineOf({ id, url, details }: Line): string {
  const named = url === undefined ? literal(id) : linkTo(url, id);
  return `• ${[named, ...details.map(literal)].join(' · ')}`;
}

/** Rows in as few sections as have room for them. */
function inSections(rows: readonly string[]): Block[] {
  const texts: string[] = [];
  for (const row of rows) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + row.length <= maxSectionText)
      texts[texts.length - 1] = `${last}\n${row}`;
    else texts.push(row);
  }
  return texts.map(section);
}

const message = (title: string, blocks: readonly Block[]): SlackMessage => ({
  text: escaped(title),
  blocks,
  unfurl_links: false,
  unfurl_media: false,
});
