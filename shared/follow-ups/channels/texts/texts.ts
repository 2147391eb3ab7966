import * as z from 'zod/mini';
import { en } from './en.ts';
import { nb } from './nb.ts';
import { nn } from './nn.ts';
import type { Texts } from './wording.ts';

export type { Texts } from './wording.ts';

export const languages = ['nb', 'nn', 'en'] as const;
export type Language = (typeof languages)[number];

const texts: Readonly<Record<Language, Texts>> = { nb, nn, en };

/** The texts of a language: bokmål, nynorsk or English. */
export const textsOf = (language: Language): Texts => texts[language];

/** What the policy may say of a channel that writes to people. */
export const messageOptions = z.strictObject({
  language: z._default(z.enum(languages), 'nb'),
  includePersons: z._default(z.boolean(), false),
});
export type MessageOptions = z.infer<typeof messageOptions>;
