import type { BicepFile, Module } from './file.ts';
import { keysOf, propertyOf, walk } from './walk.ts';

/** What is wrong with how a module is called: what it does not take, what it lacks, what is not allowed. */
export function faultsOfCall({ name, value }: Module, { parameters }: BicepFile): string[] {
  const given = propertyOf(value, 'params');
  const keys = keysOf(given);
  return [
    ...keys
      .filter((key) => !parameters.some((parameter) => parameter.name === key))
      .map((key) => `${name} has no parameter ${key}`),
    ...parameters
      .filter((parameter) => !parameter.default && !keys.includes(parameter.name))
      .map((parameter) => `${name} lacks ${parameter.name}`),
    ...parameters.flatMap((parameter) => {
      const allowed = parameter.decorators.get('allowed');
      const one = propertyOf(given, parameter.name);
      if (allowed?.kind !== 'array' || one?.kind !== 'value') return [];
      const isAllowed = allowed.items.some((item) => item.kind === 'value' && item.value === one.value);
      return isAllowed ? [] : [`${name} does not allow ${parameter.name} to be ${one.value}`];
    }),
  ];
}

/** The outputs of modules that a file uses and that they do not have. */
export function unknownOutputs(file: BicepFile, outputsOf: (path: string) => readonly string[]): string[] {
  const modules = new Map(file.modules.map(({ name, path }) => [name, path]));
  const values = [...file.modules, ...file.resources, ...file.variables, ...file.outputs].map(
    ({ value }) => value,
  );
  return values
    .flatMap((value) => [...walk(value)])
    .flatMap((part) => {
      if (part.kind !== 'member' || part.of.kind !== 'member' || part.of.name !== 'outputs') return [];
      const path = part.of.of.kind === 'name' && modules.get(part.of.of.name);
      return path && !outputsOf(path).includes(part.name) ? [`${path} has no output ${part.name}`] : [];
    });
}
