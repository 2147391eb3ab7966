import { signals } from '../../shared/signals/declared.ts';

/** What one part of a query reads of the log. */
export interface Reading {
  readonly signals: readonly string[];
  readonly fields: readonly string[];
}

/** The parts of a query that read AppTraces: which signals, and which of their fields. */
export function readingsOf(query: string): readonly Reading[] {
  return query
    .split(/\bAppTraces\b/)
    .slice(1)
    .map((part) => ({
      signals: [
        ...part.matchAll(
          /where.*?Message startswith_cs "([^"]+) "(?: or Message startswith_cs "([^"]+) ")*/g,
        ),
      ]
        .flatMap(([where]) => [...where.matchAll(/startswith_cs "([^"]+) "/g)])
        .map(([, name]) => name as string),
      fields:
        /parse-kv Message as \(([^)]*)\) with \(pair_delimiter=" ", kv_delimiter="=", quote="\\""\)/
          .exec(part)?.[1]
          ?.split(', ')
          .map((field) => field.replace(/: \w+$/, '').replace(/^\['(.*)'\]$/, '$1')) ?? [],
    }));
}

/** What a query reads that no signal has: each signal that it names must be declared, and have each field. */
export function undeclaredIn(query: string): readonly string[] {
  return readingsOf(query).flatMap(({ signals: names, fields }) =>
    names.length === 0 ? ['no signal'] : names.flatMap((name) => undeclaredOf(name, fields)),
  );
}

function undeclaredOf(name: string, fields: readonly string[]): readonly string[] {
  if (!(name in signals)) return [name];
  const has = Object.keys(signals[name as keyof typeof signals].fields).map((field) =>
    field.replace('?', ''),
  );
  return fields.filter((field) => !has.includes(field)).map((field) => `${name} ${field}`);
}
