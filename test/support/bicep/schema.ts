import { existsSync, readFileSync } from 'node:fs';
import type { Schema } from '../../../infra/dev/bicep-schema.ts';
import type { Expression } from './expression.ts';
import type { Resource } from './file.ts';
import { bodyOf, keysOf, propertyOf } from './walk.ts';

type Shape = Readonly<Record<string, string>>;

/** What Bicep itself takes of any resource. */
const ofBicep = ['scope', 'parent', 'dependsOn'];

/** The committed schema of a resource type; `undefined` where there is none. */
export function schemaOf(type: string): Schema | undefined {
  const path = `test/fixtures/bicep-types/${type.replaceAll('/', '~')}.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** What of a resource its schema does not allow. Names, references and calls are taken to be of the right type. */
export function faultsOf(resource: Resource, schema: Schema): string[] {
  const name = `${resource.type}@${resource.version}`;
  if (schema.name !== name) return [`${name} is not ${schema.name}`];
  if (resource.existing) return [];
  const body = bodyOf(resource.value) as Expression;
  const shape = shapeOf(body, schema);
  return shape
    ? check(body, { ...shape, ...Object.fromEntries(ofBicep.map((key) => [key, 'any'])) })
    : [`${name}: no such name`];

  function check(expression: Expression, expected: Shape, path = resource.type): string[] {
    const required = Object.keys(expected).filter((key) => expected[key]?.startsWith('!'));
    return [
      ...required
        .filter((key) => !keysOf(expression).includes(key))
        .map((key) => `${path}: ${key} is missing`),
      ...keysOf(expression).flatMap((key) => {
        const type = expected[key] ?? expected['*'];
        const value = propertyOf(expression, key) as Expression;
        return type
          ? checkType(value, type.replace('!', ''), `${path}.${key}`)
          : [`${path}: ${key} is unknown`];
      }),
    ];
  }

  function checkType(value: Expression, type: string, path: string): string[] {
    const types = type.split(' | ');
    if (types.includes('any')) return [];
    const items = types.find((one) => one.endsWith('[]'))?.slice(0, -2);
    switch (value.kind) {
      case 'object': {
        const object = types.map((one) => schema.types[one]).find((one) => one !== undefined);
        return object ? check(value, object, path) : [`${path}: is an object, and not ${type}`];
      }
      case 'array':
        return items
          ? value.items.flatMap((item) => checkType(item, items, path))
          : [`${path}: is a list, and not ${type}`];
      case 'loop':
        return items ? checkType(value.body, items, path) : [`${path}: is a list, and not ${type}`];
      case 'choice':
        return value.of.slice(1).flatMap((one) => checkType(one, type, path));
      case 'value':
        return isOf(value.value, types) ? [] : [`${path}: ${value.value} is not ${type}`];
      default:
        return [];
    }
  }
}

function shapeOf(body: Expression, { body: shape }: Schema): Shape | undefined {
  if (typeof shape.by !== 'string' || typeof shape.of !== 'object') return shape as Shape;
  const name = propertyOf(body, shape.by);
  return name?.kind === 'value' ? shape.of[String(name.value)] : undefined;
}

/** A text that Azure lists values for has to be one of them, where Azure takes others too. */
function isOf(value: string | number | boolean | null, types: readonly string[]): boolean {
  if (value === null) return true;
  if (typeof value === 'number') return types.includes('int');
  if (typeof value === 'boolean') return types.includes('bool');
  return types.includes(value) || (types.length === 1 && types[0] === 'string');
}
