import { redactPersons } from '../../runtime/redact.ts';

/** What takes no room and does something: orders of writing direction, joiners, marks. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
const blanks = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
const loneSurrogates = /\p{Cs}/gu;

/** A text of others on one line, with nothing in it that cannot be seen. */
export function oneLine(text: string): string {
  return text.replace(invisible, '').replace(blanks, ' ').replace(loneSurrogates, '\ufffd').trim();
}

/** A text cut to so many characters. */
export function cut(text: string, maxLength: number): string {
  // A character is two units at the most: the rest of a very long text need not be taken apart.
  const characters = [...text.slice(0, 2 * maxLength + 2)];
  return characters.length <= maxLength ? text : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** An address to open, as `URL` writes it; `undefined` for what is none, or longer than a message has room for. */
export function cleanLink(link: string | undefined, maxLength = 500): string | undefined {
  if (!link || !URL.canParse(link)) return undefined;
  const { protocol, href } = new URL(link);
  return /^https?:$/.test(protocol) && href.length <= maxLength ? href : undefined;
}

/** Whether an address names a person, be it in encoded form. */
export function namesPerson(link: string): boolean {
  const plain = oneLine(
    link.replace(/(%[\da-f]{2})+/gi, (coded) => Buffer.from(coded.replaceAll('%', ''), 'hex').toString()),
  );
  return redactPersons(plain) !== plain;
}
