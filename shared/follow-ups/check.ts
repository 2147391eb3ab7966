import * as z from 'zod/mini';
import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';

/** What is on the queue `follow-ups`: check this follow-up when you see this. */
export const checkBody = z.object({
  kind: z.enum(followUpKinds),
  correspondenceId: z.guid(),
});

export interface FollowUpCheck {
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
}
