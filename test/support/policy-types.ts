import * as z from 'zod/mini';
import type { PolicyChannelType } from '../../shared/follow-ups/policy/channel-schema.ts';

const about = 'For tests.';

/** Types of channel, one for each whom they reach, with options of their own. */
export const standIns: readonly PolicyChannelType[] = [
  {
    type: 'chat',
    about,
    reaches: 'people',
    options: z.strictObject({ language: z.optional(z.enum(['nb', 'nn', 'en'])) }),
  },
  {
    type: 'nudge',
    about,
    reaches: 'recipient',
    // Not strict: what it does not know is refused all the same.
    options: z.object({ texts: z.strictObject({ subject: z.string() }) }),
  },
  { type: 'box', about, reaches: 'system', options: z.strictObject({}) },
];
