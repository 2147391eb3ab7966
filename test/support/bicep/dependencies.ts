import type { Expression } from './expression.ts';
import type { BicepFile, Named } from './file.ts';
import { namesIn } from './walk.ts';

/** The parameters and variables of a file that nothing in it uses. */
export function unused({ parameters, variables, resources, modules, outputs }: BicepFile): string[] {
  const used = new Set([
    ...[...variables, ...resources, ...modules, ...outputs].flatMap(({ value }) => [...namesIn(value)]),
    ...parameters.flatMap((one) => (one.default ? [...namesIn(one.default)] : [])),
  ]);
  return [...parameters, ...variables].map(({ name }) => name).filter((name) => !used.has(name));
}

/** A circle among what a file declares, as its names; `undefined` where there is none. */
export function circleIn({ variables, resources, modules }: BicepFile): string[] | undefined {
  return circle(
    new Map([...variables, ...resources, ...modules].map((one) => [one.name, namesIn(one.value)])),
  );
}

/** A circle in what each name leads to. */
export function circle(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const free = new Set<string>();
  const from = (name: string, path: string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (free.has(name)) return undefined;
    for (const next of graph.get(name) ?? []) {
      const found = graph.has(next) && from(next, [...path, name]);
      if (found) return found;
    }
    free.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const found = from(name, []);
    if (found) return found;
  }
  return undefined;
}

/** All names that a value rests on, those that they rest on, and so on. */
export function restsOn(value: Expression, file: BicepFile): Set<string> {
  const declared = new Map<string, Named>(
    [...file.variables, ...file.resources, ...file.modules].map((one) => [one.name, one]),
  );
  const found = namesIn(value);
  for (const name of found) {
    const more = declared.get(name);
    if (more) for (const one of namesIn(more.value)) found.add(one);
  }
  return found;
}
