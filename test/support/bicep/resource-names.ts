import { dirname, join } from 'node:path';
import { evaluate, type Scope, scopeOf, unknown } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { readBicep } from './file.ts';
import { keysOf, propertyOf } from './walk.ts';

export interface ResourceName {
  readonly type: string;
  /** `undefined` where it could not be worked out. */
  readonly name: string | undefined;
}

/** The name of each resource that a file makes, modules and loops included, whatever its conditions are. */
export function resourceNames(path: string, given: Scope): ResourceName[] {
  const file = readBicep(path);
  const scope = scopeOf(file, given);
  return [
    ...file.resources
      .filter(({ existing }) => !existing)
      .flatMap(({ type, value }) =>
        turns(value, scope).map(([body, turn]) => {
          const name = evaluate(propertyOf(body, 'name'), turn);
          return { type, name: typeof name === 'string' ? name : undefined };
        }),
      ),
    ...file.modules.flatMap(({ path: module, value }) =>
      turns(value, scope).flatMap(([body, turn]) => {
        const params = propertyOf(body, 'params');
        const values = keysOf(params).map((key) => [key, evaluate(propertyOf(params, key), turn)] as const);
        return resourceNames(join(dirname(path), module), new Map(values));
      }),
    ),
  ];
}

/** What is made once for each turn of a loop; a loop over what is not known is taken to turn once. */
export function turns(value: Expression, scope: Scope): (readonly [Expression, Scope])[] {
  if (value.kind !== 'loop') return [[value, scope]];
  const over = evaluate(value.over, scope);
  return (Array.isArray(over) ? over : [unknown]).map((one) => [
    value.body,
    new Map([...scope, [value.variable, one]]),
  ]);
}
