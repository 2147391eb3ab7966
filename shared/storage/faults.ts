/** The storage service's own name for a failure, `QueueNotFound` say; `undefined` where there is none. */
export function codeOf(error: unknown): string | undefined {
  const { code, details } = (error ?? {}) as {
    code?: unknown;
    details?: { odataError?: { code?: unknown } };
  };
  const name = details?.odataError?.code ?? code;
  return typeof name === 'string' ? name : undefined;
}
