import type { Expression } from './expression.ts';
import type { BicepFile } from './file.ts';

/** What is known only in Azure, or not worth working out. */
export const unknown = Symbol('unknown');

export type Scope = ReadonlyMap<string, unknown>;

const functions: Record<string, (...given: never[]) => unknown> = {
  empty: (value: { length: number }) => value.length === 0,
  guid: () => '00000000-0000-0000-0000-000000000000',
  items: (object: object) =>
    Object.entries(object)
      .sort()
      .map(([key, value]) => ({ key, value })),
  replace: (text: string, from: string, to: string) => text.replaceAll(from, to),
  subscription: () => ({ id: '/subscriptions/00000000-0000-0000-0000-000000000000' }),
  environment: () => ({ suffixes: { storage: 'core.windows.net', keyvaultDns: '.vault.azure.net' } }),
  // Azure's hash is of 13 characters, whatever it is of.
  uniqueString: () => 'abcdefghijklm',
};

/** The value of an expression: text, numbers, objects, lists, and the few functions that names are made with. */
export function evaluate(expression: Expression | undefined, scope: Scope): unknown {
  switch (expression?.kind) {
    case 'value':
      return expression.value;
    case 'name':
      return scope.has(expression.name) ? scope.get(expression.name) : unknown;
    case 'text':
      return textOf(
        expression.parts.map((part) => (typeof part === 'string' ? part : evaluate(part, scope))),
      );
    case 'array':
      return expression.items.map((item) => evaluate(item, scope));
    case 'object':
      return Object.fromEntries(
        expression.properties.map(({ key, value }) => [String(evaluate(key, scope)), evaluate(value, scope)]),
      );
    case 'member': {
      const of = evaluate(expression.of, scope);
      return of !== null && typeof of === 'object' && expression.name in of
        ? (of as Record<string, unknown>)[expression.name]
        : unknown;
    }
    case 'choice': {
      const condition = evaluate(expression.of[0], scope);
      return condition === unknown ? unknown : evaluate(expression.of[condition ? 1 : 2], scope);
    }
    case 'call': {
      const given = expression.arguments.map((one) => evaluate(one, scope));
      const run = functions[expression.callee];
      const isMadeUp = expression.callee === 'guid' || expression.callee === 'uniqueString';
      return run && (isMadeUp || !given.includes(unknown)) ? run(...(given as never[])) : unknown;
    }
    default:
      return unknown;
  }
}

const textOf = (parts: unknown[]): unknown => (parts.includes(unknown) ? unknown : parts.join(''));

/** The scope of a file: what it is given, its defaults, and its variables. */
export function scopeOf(file: BicepFile, given: Scope): Scope {
  const scope = new Map<string, unknown>(given);
  for (const { name, default: value } of file.parameters) {
    if (!scope.has(name)) scope.set(name, evaluate(value, scope));
  }
  for (const { name, value } of file.variables) scope.set(name, evaluate(value, scope));
  return scope;
}
