/** Thrown by work that has to come again later, as anything else thrown does; this one is expected, and logged as no fault. */
export class RetryableError extends Error {
  override name = 'RetryableError';
}

/** A fault that no later try can fix: the message is dead-lettered at once. Its message must name no person. */
export class NonRetryableError extends Error {
  override name = 'NonRetryableError';
}

/**
 * Says whether no later try can fix a fault. Only what is wrong with the message itself is so; anything else, a refused
 * key too, is put right by time or by an operator, and nothing must be lost until then.
 */
export function isNonRetryable(error: unknown): boolean {
  if (error instanceof NonRetryableError) return true;
  const { name, statusCode } = (error ?? {}) as { name?: unknown; statusCode?: unknown };
  return name === 'RestError' && (statusCode === 400 || statusCode === 413);
}
