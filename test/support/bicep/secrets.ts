import type { BicepFile } from './file.ts';
import { namesIn, walk } from './walk.ts';

/** Properties of resources that hold a key, or could. */
const secretProperty = /key[12]?$|secret|password|connectionstring|sas/i;

/** The outputs of a file that hold a secret: what lists keys, is marked secure, or reads like one. */
export function secretOutputs({ outputs, variables, parameters }: BicepFile): string[] {
  const secure = new Set(
    parameters.filter(({ decorators }) => decorators.has('secure')).map(({ name }) => name),
  );
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  return outputs.flatMap(({ name, value }) => {
    const expressions = [value];
    for (const one of expressions) {
      for (const used of namesIn(one)) {
        const variable = values.get(used);
        if (variable && !expressions.includes(variable)) expressions.push(variable);
      }
    }
    const isSecret = expressions
      .flatMap((one) => [...walk(one)])
      .some(
        (part) =>
          (part.kind === 'call' && /(^|\.)list[A-Z]?\w*$|getSecret$/.test(part.callee)) ||
          (part.kind === 'name' && secure.has(part.name)) ||
          (part.kind === 'member' && secretProperty.test(part.name)),
      );
    return isSecret ? [name] : [];
  });
}
