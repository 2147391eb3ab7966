/** The storage service's own name for a failure, `QueueNotFound` say; `undefined` where there is none. */
export function codeOf(error: unknown): string | undefined {
  const { code, details } = (error ?? {}) as {
    code?: unknown;
    details?: { odataError?: { code?: unknown } };
  };
  const name = details?.odataError?.code ?? code;
  return typeof name === 'string' ? name : undefined;
}

/** A fault that no later try can fix: the message is parked at once. Its message must name no person. */
export class NonRetryableError extends Error {
  override name = 'NonRetryableError';
}

/**
 * Says whether a later try can fix a fault. Only what is wrong with the message itself is permanent; anything
 * else, a refused key too, is put right by time or by an operator, and nothing must be lost until then.
 */
export function isNonRetryable(error: unknown): boolean {
  if (error instanceof NonRetryableError) return true;
  const { name, statusCode } = (error ?? {}) as { name?: unknown; statusCode?: unknown };
  return name === 'RestError' && (statusCode === 400 || statusCode === 413);
}
