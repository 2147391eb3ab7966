/** An error in one line: its message, or its code or status where the message is empty (as storage's answers may be). */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const [message] = error.message.trim().split('\n', 1);
  return message || String(code ?? statusCode ?? error.name);
}
