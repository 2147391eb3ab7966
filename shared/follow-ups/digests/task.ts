import * as z from 'zod/mini';

/** What is on the queue `digests`: send this digest, or go on with it. */
export const digestBody = z.object({
  digest: z.string(),
  lease: z.string(),
});

export interface DigestTask {
  readonly digest: string;
  /** The lease under which it was released. A message whose lease is another's by now does nothing. */
  readonly lease: string;
}
