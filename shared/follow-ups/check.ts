import * as z from 'zod/mini';
import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';
import { attempt, describe } from '../queue/message.ts';

/** What is on the queue `follow-ups`: look at this follow-up when you see this. */
export interface Look {
  readonly schemaVersion: 1;
  readonly attempt: number;
  readonly takenBack?: number | undefined;
  readonly followUp: {
    readonly kind: FollowUpKind;
    readonly correspondenceId: string;
  };
}

const schema = z.object({
  schemaVersion: z.literal(1),
  attempt,
  takenBack: z.optional(z.int()),
  followUp: z.object({
    kind: z.enum(followUpKinds),
    correspondenceId: z.guid(),
  }),
});

export function lookAt(kind: FollowUpKind, correspondenceId: string): Look {
  return { schemaVersion: 1, attempt: 1, followUp: { kind, correspondenceId } };
}

/** Reads a queue message back; the reason says what is wrong with it and repeats no value. */
export function parseLook(message: unknown): { ok: true; look: Look } | { ok: false; reason: string } {
  const result = schema.safeParse(message);
  return result.success
    ? { ok: true, look: result.data }
    : { ok: false, reason: `not a follow-up to look at: ${describe(result.error)}` };
}
