import * as z from 'zod/mini';
import type { ChannelType } from '../channels/channel-type.ts';

/** Of a type of channel, what a policy is read by. */
export type PolicyChannelType = Pick<ChannelType, 'type' | 'about' | 'reaches' | 'options'>;

/** The channels that exist without being declared. */
export const ownChannels = ['webhook', 'log'] as const;

/** Messages an hour to people, where the policy does not say. */
export const usualPerHour = 20;

const name = z.string().check(
  z.regex(/^[a-z][a-z0-9-]{0,30}$/, {
    error: 'has a name that is none: small letters, digits and hyphens, a letter first, 31 at the most',
  }),
  z.refine((text) => !(ownChannels as readonly string[]).includes(text), {
    error: 'is there without being declared: take another name, or leave it out',
  }),
);

const perHour = z
  .int()
  .check(
    z.gte(1),
    z.lte(1_000),
    z.describe(
      `How many messages it is sent in an hour before they are gathered into one. Default: ${usualPerHour}.`,
    ),
  );

/** The channels of a policy, by their names: each has what its type has. */
export function channelsSchema(types: readonly PolicyChannelType[]) {
  const [first, ...others] = types.map(channelSchema);
  const channel = first ? z.discriminatedUnion('type', [first, ...others]) : z.never();
  return z
    .record(name, channel)
    .check(z.describe('Where steps go, by names of your own. Besides these there are `webhook` and `log`.'));
}

function channelSchema({ type, about, reaches, options }: PolicyChannelType) {
  // What a policy says of a channel beside its type is an object.
  const own = options as unknown as z.ZodMiniObject;
  const typed = z.safeExtend(own, { type: z.literal(type) });
  const all = reaches === 'people' ? z.safeExtend(typed, { perHour: z.optional(perHour) }) : typed;
  const closed = z.catchall(all as unknown as z.ZodMiniObject<typeof typed.shape>, z.never());
  return closed.check(z.describe(about));
}
