import type * as z from 'zod/mini';
import { AltinnError } from './altinn-error.ts';

/**
 * Reads an answer of Altinn's as what it should be.
 * @param what for the message: a subscription, say
 * @throws AltinnError naming the attributes that are wrong, and no value
 */
export function parseAnswer<T extends z.ZodMiniType>(type: T, value: unknown, what: string): z.infer<T> {
  const result = type.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  throw new AltinnError(`Altinn's answer is not what was expected of ${what}: ${where}`, { status: 200 });
}
