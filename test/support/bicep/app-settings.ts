import { readFileSync } from 'node:fs';
import { evaluate } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { readBicep } from './file.ts';
import { keysOf, namesIn, propertyOf, walk } from './walk.ts';

const file = readBicep('infra/azure/modules/app-settings.bicep');
const { value } = file.resources.find(({ name }) => name === 'appSettings') as { value: Expression };
const objects = [...walk(propertyOf(value, 'properties') as Expression)].filter(
  ({ kind }) => kind === 'object',
);

/** What Bicep itself sets, whatever it is set under: each with its value as far as that is known. */
export const appSettings = new Map(
  objects.flatMap((object) =>
    keysOf(object).map((key) => [key, textOf(propertyOf(object, key) as Expression)] as const),
  ),
);

/** The settings that azd takes from its environment. */
export const azdSettings = Object.keys(
  JSON.parse(readFileSync('infra/azure/main.parameters.json', 'utf8')).parameters.settings.value,
);

/** The names that a variable lists. */
export const listOf = (variable: string): string[] =>
  evaluate(file.variables.find(({ name }) => name === variable)?.value, new Map()) as string[];

/** Whether the owner's are the first of what is united: of two that have a name, the later one holds. */
export const ownComeFirst = namesIn(firstOf(propertyOf(value, 'properties'))).has('own');

function firstOf(expression: Expression | undefined): Expression {
  if (expression?.kind !== 'call' || expression.callee !== 'union')
    throw new Error('the settings are no union');
  return expression.arguments[0] as Expression;
}

function textOf(expression: Expression): string {
  if (expression.kind === 'value') return String(expression.value);
  return expression.kind === 'text'
    ? expression.parts.map((part) => (typeof part === 'string' ? part : '…')).join('')
    : '…';
}
