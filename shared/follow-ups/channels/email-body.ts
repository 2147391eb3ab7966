import { createHash } from 'node:crypto';
import { cut } from './clean.ts';
import type { DigestMessage, Line } from './digest.ts';
import type { Message } from './message.ts';
import type { Language } from './texts/texts.ts';

/** An e-mail but for who sends it to whom. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const maxSubject = 150;

/** A text of others, within HTML and within an attribute of it. */
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const linkTo = (url: string, text: string) => `<a href="${escaped(url)}">${escaped(text)}</a>`;

const page = (language: Language, title: string, body: string) =>
  `<!doctype html>\n<html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>` +
  `<body style="font-family:sans-serif">\n<h1 style="font-size:1.2em">${escaped(title)}</h1>\n${body}\n</body></html>\n`;

/** One step as an e-mail. @param about what the subject names beside what is wrong */
export function stepMail(
  { title, notes, facts, link, id }: Message,
  about: string,
  language: Language,
): Mail {
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><th style="text-align:left;padding-right:1em">${escaped(label)}</th><td>${escaped(value)}</td></tr>`,
  );
  return {
    subject: cut(`${title}: ${about}`, maxSubject),
    text: [
      title,
      ...notes,
      facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
      ...(link ? [`${link.text}: ${link.url}`] : []),
      `${id.label}: ${id.value}`,
    ].join('\n\n'),
    html: page(
      language,
      title,
      [
        ...notes.map((note) => `<p><strong>${escaped(note)}</strong></p>`),
        `<table>${rows.join('\n')}</table>`,
        ...(link ? [`<p>${linkTo(link.url, link.text)}</p>`] : []),
        `<p><small>${escaped(`${id.label}: ${id.value}`)}</small></p>`,
      ].join('\n'),
    ),
  };
}

/** Many steps as an e-mail. */
export function digestMail({ title, groups, id }: DigestMessage, language: Language): Mail {
  const plain = ({ id, url, details }: Line) =>
    [`- ${[id, ...details].join(' · ')}`, ...(url === undefined ? [] : [`  ${url}`])].join('\n');
  const item = ({ id, url, details }: Line) =>
    `<li>${[url === undefined ? escaped(id) : linkTo(url, id), ...details.map(escaped)].join(' · ')}</li>`;
  return {
    subject: cut(title, maxSubject),
    text: [
      title,
      ...groups.map(({ heading, lines }) => [heading, ...lines.map(plain)].join('\n')),
      `${id.label}: ${id.value}`,
    ].join('\n\n'),
    html: page(
      language,
      title,
      [
        ...groups.map(
          ({ heading, lines }) =>
            `<h2 style="font-size:1em">${escaped(heading)}</h2>\n<ul>\n${lines.map(item).join('\n')}\n</ul>`,
        ),
        `<p><small>${escaped(`${id.label}: ${id.value}`)}</small></p>`,
      ].join('\n'),
    ),
  };
}

/**
 * The `Message-ID` of a message, the same each time it is sent.
 * Source: RFC 5322, section 3.6.4.
 * @param from the sender's address, whose domain makes it the sender's own
 */
export function messageIdOf(key: string, from: string): string {
  const isPlain = /^[\w-]+(\.[\w-]+)*$/.test(key) && key.length <= 150;
  const left = isPlain ? key : createHash('sha256').update(key).digest('hex');
  return `<${left}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}
