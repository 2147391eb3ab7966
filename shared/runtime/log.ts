import { redactPersons } from './redact.ts';

/** What an invocation's context offers for logging; `InvocationContext` is one. */
export interface LogTarget {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Writes one line: what happened, then `name=value` for each field. Persons are masked in all of it. */
export interface Log {
  info(what: string, fields?: Fields): void;
  warn(what: string, fields?: Fields): void;
  error(what: string, fields?: Fields): void;
}

/** Wraps an invocation's context so that nothing personal, no line break and no endless value is logged. */
export function logTo(target: LogTarget): Log {
  return {
    info: (what, fields) => target.info(line(what, fields)),
    warn: (what, fields) => target.warn(line(what, fields)),
    error: (what, fields) => target.error(line(what, fields)),
  };
}

function line(what: string, fields: Fields = {}): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [plain(what), ...pairs.map(([name, value]) => `${name}=${plain(String(value))}`)].join(' ');
}

function plain(value: string): string {
  return redactPersons(value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')).slice(0, 300);
}

/** An error in one line: its message, or its code or status where the message is empty (as storage's answers may be). */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const [message] = error.message.trim().split('\n', 1);
  return message || String(code ?? statusCode ?? error.name);
}
