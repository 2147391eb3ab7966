import * as z from 'zod/mini';
import { linkFields } from '../link.ts';
import { channelsSchema, type PolicyChannelType } from './channel-schema.ts';
import { type KindTerms, kindsSchema, waitText } from './kind-schema.ts';

/** What a policy is held against. */
export interface PolicyTerms extends KindTerms {
  readonly types: readonly PolicyChannelType[];
}

/** The form of a policy: what is wrong with one is found here. Without names and resources, it is what an editor checks. */
export function policySchema({ types, ...terms }: PolicyTerms) {
  return z.strictObject({
    $schema: z.optional(z.string().check(z.describe('Where this schema is, for the editor.'))),
    linkTemplate: z.optional(linkTemplate),
    quietHours: z.optional(quietHours),
    giveUpAfter: z.optional(giveUpAfter),
    channels: z.optional(channelsSchema(types)),
    kinds: kindsSchema(terms),
  });
}

/** What a policy file holds. */
export type PolicyContent = z.infer<ReturnType<typeof policySchema>>;

const isLink = (text: string) => {
  const filled = text.replace(/\{\w+\}/g, 'x');
  const names = [...text.matchAll(/\{(\w*)\}/g)].map(([, name]) => name);
  const isKnown = names.every((name) => (linkFields as readonly (string | undefined)[]).includes(name));
  return isKnown && URL.canParse(filled) && /^https?:$/.test(new URL(filled).protocol);
};

const linkTemplate = z.string().check(
  z.refine(isLink, {
    error: `is no https address, with none but ${linkFields.map((name) => `{${name}}`).join(', ')} to be filled in`,
  }),
  z.describe(
    `Where you work on a letter: messages link there. ${linkFields.map((name) => `{${name}}`).join(', ')} are filled in.`,
  ),
);

const clock = () =>
  z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is no time of day, 07:00 say' }));

const quietHours = z
  .strictObject({
    from: clock(),
    to: clock(),
    onlyWorkingDays: z.optional(
      z.boolean().check(z.describe('Whether Saturdays, Sundays and public holidays are quiet as a whole.')),
    ),
  })
  .check(
    z.refine(({ from, to }) => from !== to, {
      error: 'is the same as `from`: quiet hours end',
      path: ['to'],
    }),
    z.describe('When people are not disturbed, in Europe/Oslo; from later than to spans midnight.'),
  );

const giveUpAfter = waitText().check(
  z.refine((text) => !text.endsWith('s') && !text.endsWith('day'), {
    error: 'takes a duration alone, PT4H say',
  }),
  z.describe(
    'How long a step is tried until the next one takes its place, where there is one. Default: PT4H.',
  ),
);
