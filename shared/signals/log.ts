import { redactPersons } from '../runtime/redact.ts';
import type { Declaration, FieldsOf, Level, Value } from './declaration.ts';
import { signals } from './declared.ts';
import { traceIdOf } from './trace.ts';

export type SignalName = keyof typeof signals;

/** What an invocation's context offers for logging; `InvocationContext` is one. */
export interface LogTarget extends Readonly<Record<Level, (message: string) => void>> {
  readonly traceContext?: { readonly traceParent?: string | undefined } | undefined;
}

export type Fields = Readonly<Record<string, Value | undefined>>;

/** Writes lines of the log: what happened, then `name=value` for each field. Persons are masked in all of it. */
export interface Log extends Readonly<Record<Level, (what: string, fields?: Fields) => void>> {
  /** Writes a signal: the product says nothing in any other way. */
  signal<N extends SignalName>(name: N, fields: FieldsOf<(typeof signals)[N]>): void;
}

/**
 * Wraps an invocation's context so that nothing personal, no line break and no endless value is logged. A value with a
 * blank is in quotes, as KQL's `parse-kv` reads it.
 * @param traceparent whose trace id is on every line; by default that of the invocation itself
 */
export function logTo(target: LogTarget, traceparent = target.traceContext?.traceParent): Log {
  const trace = traceIdOf(traceparent);
  // Not masked: among 32 hexadecimal digits there may well be eleven decimal ones in a row.
  const end = trace ? ` trace=${trace}` : '';
  const write = (level: Level) => (what: string, fields?: Fields) => target[level](line(what, fields) + end);
  const levels = { info: write('info'), warn: write('warn'), error: write('error') };
  return {
    ...levels,
    signal(name, fields) {
      const { level, warnsWhen = [] }: Declaration = signals[name];
      const values = fields as Fields;
      levels[warnsWhen.some((field) => values[field]) ? 'warn' : level](name, values);
    },
  };
}

function line(what: string, fields: Fields = {}): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return [plain(what), ...pairs.map(([name, value]) => `${name}=${quoted(plain(String(value)))}`)].join(' ');
}

function plain(value: string): string {
  return redactPersons(value.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')).slice(0, 300);
}

function quoted(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : `"${value.replaceAll('"', "'")}"`;
}
