import type { Letter } from './letter.ts';

/**
 * In the title, the summary and the text of every letter, in the names of attachments and in the addresses of
 * notifications: none of it may be found outside of Altinn.
 */
export const letterMark = 'brevhemmelighet';

export function contentOf({ sendersReference: reference }: Letter) {
  return {
    language: 'nb',
    messageTitle: `Tittel, ${letterMark} ${reference}`,
    messageSummary: `Sammendrag, ${letterMark} ${reference}`,
    messageBody: `# Hei\nDette er teksten, ${letterMark} ${reference}, i den simulerte Altinn.`,
  };
}

/** As `/content` gives it. */
export function markdownOf(letter: Letter): string {
  return contentOf(letter).messageBody.replace('\n', '\n\n');
}

export const fileName = `vedlegg-${letterMark}.txt`;
export const fileText = `Et vedlegg, ${letterMark}, i den simulerte Altinn.`;

/** The addresses that a notification goes to, one after the other. */
export function addressOf(letter: Letter, index: number): string {
  return `${letterMark}.${letter.sendersReference}.${index + 1}@example.test`;
}
