import * as z from 'zod/mini';
import { nearest } from '../../runtime/nearest.ts';

/** What a person would call what has to be there. */
const called: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, in [ ]',
  object: 'an object, in { }',
  record: 'an object, in { }',
};

const maxShown = 40;
const shown = (text: string) => (text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);

/**
 * What is wrong with a value by a schema: a line each, that begins with its path and repeats no value.
 * @example ['kinds.never-read.steps[1].after is missing: it is a text in quotes']
 */
export function problemsOf(schema: z.ZodMiniType, value: unknown): readonly string[] {
  const { error } = z.safeParse(schema, value, { error: textOf });
  return (error?.issues ?? []).flatMap(({ path, message }) => {
    const start = pathOf(path);
    return message.split('\n').map((line) => {
      if (line.startsWith('.')) return start + line.slice(start ? 0 : 1);
      return `${start || 'the policy'} ${line}`;
    });
  });
}

/** @example pathOf(['kinds', 'never-read', 'steps', 1]) // 'kinds.never-read.steps[1]' */
function pathOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${shown(String(part))}`));
  return parts.join('').replace(/^\./, '');
}

function textOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys
        .map((key) => `.${shown(key)} is unknown. ${instead(key, namesOf(issue.inst))}`)
        .join('\n');
    case 'invalid_type': {
      const is = called[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is missing: it is ${is}` : `is not ${is}`;
    }
    case 'invalid_value':
      return oneOf(issue.input, issue.values.map(String));
    case 'invalid_union':
      return typesOf(issue.inst).length > 0
        ? oneOf(typeIn(issue.input), typesOf(issue.inst))
        : 'has none of the forms that it may have: see docs/policy.md';
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? 'is empty'
        : `is less than ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `has more than ${issue.maximum} ${issue.origin === 'array' ? 'entries' : 'characters'}`
        : `is more than ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a name that is none';
    default:
      return 'is not what it has to be: see docs/policy.md';
  }
}

function oneOf(value: unknown, names: readonly string[]): string {
  if (value === undefined) return `is missing: it is one of ${names.join(', ')}`;
  return `is none of ${names.join(', ')}`;
}

function instead(written: string, names: readonly string[]): string {
  const near = nearest(written, names);
  return near ? `Did you mean ${near}?` : `There are ${names.join(', ')}`;
}

/** The properties that an object of a schema may have. */
function namesOf(schema: unknown): readonly string[] {
  return Object.keys((schema as z.ZodMiniObject | undefined)?._zod?.def?.shape ?? {}).filter(
    (name) => name !== '$schema',
  );
}

/** What may stand for `type` in a union that it decides. */
function typesOf(schema: unknown): readonly string[] {
  const options =
    (schema as z.ZodMiniUnion<readonly z.ZodMiniObject[]> | undefined)?._zod?.def?.options ?? [];
  return options.flatMap(({ _zod }) =>
    ((_zod.def.shape.type as z.ZodMiniLiteral | undefined)?._zod.def.values ?? []).map(String),
  );
}

const typeIn = (value: unknown) => (value as { readonly type?: unknown } | null)?.type;
