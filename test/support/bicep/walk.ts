import type { Expression } from './expression.ts';

/** An expression and all that it is made of. */
export function* walk(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* walk(part);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'text':
      return expression.parts.filter((part) => typeof part !== 'string');
    case 'object':
      return expression.properties.flatMap(({ key, value }) => [key, value]);
    case 'array':
      return expression.items;
    case 'loop':
      return [expression.over, expression.body];
    case 'choice':
      return expression.of;
    case 'member':
      return [expression.of];
    case 'call':
      // `account.listKeys()` is about `account`.
      return [{ kind: 'name', name: expression.callee.split('.')[0] as string }, ...expression.arguments];
    case 'other':
      return expression.parts;
    default:
      return [];
  }
}

/** The names that an expression speaks of. */
export const namesIn = (expression: Expression): Set<string> =>
  new Set([...walk(expression)].flatMap((part) => (part.kind === 'name' ? [part.name] : [])));

/** What is made once or more, or under a condition. */
export function bodyOf(expression: Expression | undefined): Expression | undefined {
  if (expression?.kind === 'loop') return bodyOf(expression.body);
  return expression?.kind === 'choice' ? bodyOf(expression.of[1]) : expression;
}

/** The value of an object's property, by its name; of the object that is made, where that is in a loop. */
export function propertyOf(expression: Expression | undefined, name: string): Expression | undefined {
  const object = bodyOf(expression);
  if (object?.kind !== 'object') return undefined;
  return object.properties.find(({ key }) => key.kind === 'value' && key.value === name)?.value;
}

/** The names of an object's properties. */
export function keysOf(expression: Expression | undefined): string[] {
  const object = bodyOf(expression);
  if (object?.kind !== 'object') return [];
  return object.properties.flatMap(({ key }) => (key.kind === 'value' ? [String(key.value)] : []));
}
