import * as z from 'zod/mini';
import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';

/** What is on the queue `follow-ups`: check this follow-up now. */
export const checkBody = z.object({
  kind: z.enum(followUpKinds),
  correspondenceId: z.guid(),
  lease: z.optional(z.string()),
  askAt: z.optional(z.iso.datetime()),
});

export interface FollowUpCheck {
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
  /** The lease under which it was released. A message whose lease is another's by now is a copy, and does nothing. */
  readonly lease?: string | undefined;
  /** The moment at the pace towards Altinn that was taken for it: RFC 3339 in UTC. */
  readonly askAt?: string | undefined;
}
