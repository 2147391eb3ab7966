import { readFileSync } from 'node:fs';

/** A call that Altinn's own code answered, and the answer. */
export interface Recording {
  readonly name: string;
  /** When it was answered, to the second. */
  readonly at: string;
  /** Whose token it had. */
  readonly as: string;
  /** The method and the path. */
  readonly call: string;
  readonly request?: string | Readonly<Record<string, unknown>>;
  readonly header?: readonly [name: string, value: string];
  readonly status: number;
  readonly type: string | null;
  readonly location?: string;
  readonly next?: string;
  readonly allow?: string;
  readonly body: string;
}

export function recordedText(file: string): string {
  return readFileSync(new URL(`../fixtures/recorded/${file}`, import.meta.url), 'utf8');
}

export function recordedLines<T = Recording>(file: string): T[] {
  return recordedText(file)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Texts that somebody chose: whether there is one is compared, and not which. */
const chosen = new Set(
  'messageTitle messageSummary messageBody fileName displayName checksum sendersReference emailAddress'.split(
    ' ',
  ),
);
/** What depends on what was there before: only its kind is compared. */
const counted = new Set(['id', 'count', 'validated', 'allowForwarding']);

/** An answer's body in a form in which two of the same meaning are equal: each JSON path with its value, or its kind. */
export function wordingOf(body: string, type: string | null): unknown {
  if (!type?.includes('json')) return body === '' ? '' : '<text>';
  const paths: Record<string, unknown> = { traceIds: body.match(/"traceId":/g)?.length ?? 0 };
  walk(JSON.parse(body), '$', '', paths);
  return paths;
}

function walk(value: unknown, path: string, key: string, paths: Record<string, unknown>): void {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) paths[path] = wordingOfLeaf(value, path, key);
  for (const [name, each] of inner) {
    walk(each, `${path}${Array.isArray(value) ? `[${name}]` : `.${name}`}`, name, paths);
  }
}

function wordingOfLeaf(value: unknown, path: string, key: string): unknown {
  if (counted.has(key) && typeof value !== 'string') return `<${typeof value}>`;
  if (typeof value !== 'string') return value;
  if (path.startsWith('$.ids')) return value;
  if (key === 'traceId') return '<trace id>';
  if (key === 'messageSender') return '<text>';
  if (chosen.has(key)) return value === '' ? '' : '<text>';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|\+00:00)$/.test(value)) return '<time>';
  return value.replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/gi, '<id>');
}
