import { type DigestMessage, fitting } from './digest.ts';
import type { Message } from './message.ts';

/**
 * The most bytes of what is posted, with what is not ASCII written as `\uXXXX`. Teams takes 28 KB and counts in its
 * own way (24 453 bytes of a request were 28 897 there, MicrosoftDocs/msteams-docs#11274), and what is too large is
 * lost after it was answered with 202.
 */
export const maxCardBytes = 18_000;

type Element = Readonly<Record<string, unknown>>;

/** A run of text, which Teams takes as it stands: a `TextBlock` or a `FactSet` would take it for Markdown. */
const run = (text: string, more: Element = {}): Element => ({ type: 'TextRun', text, ...more });
const open = (url: string): Element => ({ type: 'Action.OpenUrl', url });
const paragraph = (...inlines: Element[]): Element => ({ type: 'RichTextBlock', inlines });
const subtle = { isSubtle: true, size: 'Small' };

/** What is posted to a workflow of Teams about one step. Source: Microsoft Learn, "Create incoming webhooks with Workflows". */
export function stepCard({ title, notes, facts, link, id }: Message): Element {
  const actions = link ? [{ ...open(link.url), title: link.text }] : [];
  return message(title, actions, [
    ...notes.map((note) => paragraph(run(note, { color: 'Attention' }))),
    ...facts.map(({ label, value }) => paragraph(run(`${label}: `, { weight: 'Bolder' }), run(value))),
    paragraph(run(`${id.label}: ${id.value}`, subtle)),
  ]);
}

/** The same about many, in its fullest form that Teams takes. */
export function digestCard(digest: DigestMessage): Element {
  return fitting(digest, renderDigest, (made) => sizeOf(made) <= maxCardBytes);
}

function renderDigest({ title, groups, id }: DigestMessage): Element {
  return message(
    title,
    [],
    [
      ...groups.flatMap(({ heading, lines }) => [
        paragraph(run(heading, { weight: 'Bolder' })),
        ...lines.map(({ id, url, details }) => {
          const named = run(id, url === undefined ? {} : { selectAction: open(url) });
          return details.length > 0 ? paragraph(named, run(` · ${details.join(' · ')}`)) : paragraph(named);
        }),
      ]),
      paragraph(run(`${id.label}: ${id.value}`, subtle)),
    ],
  );
}

function message(title: string, actions: readonly Element[], body: readonly Element[]): Element {
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    // Teams on phones knows 1.4, and nothing here is newer than 1.2.
    version: '1.4',
    fallbackText: title,
    msteams: { width: 'Full' },
    body: [paragraph(run(title, { weight: 'Bolder', size: 'Large' })), ...body],
    ...(actions.length > 0 && { actions }),
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return { type: 'message', attachments: [attachment] };
}

/** The bytes of a value as JSON in ASCII. */
export function sizeOf(value: object): number {
  return JSON.stringify(value).replace(/[^\0-\x7f]/g, '\\uXXXX').length;
}
