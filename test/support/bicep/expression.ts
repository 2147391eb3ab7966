import type { Node } from 'web-tree-sitter';

export interface Property {
  readonly key: Expression;
  readonly value: Expression;
}

/** What stands right of an equals sign or a colon. What no test looks into is `other`. */
export type Expression =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'text'; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: 'object'; readonly properties: readonly Property[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'loop'; readonly variable: string; readonly over: Expression; readonly body: Expression }
  | { readonly kind: 'choice'; readonly of: readonly [Expression, Expression, Expression] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly callee: string; readonly arguments: readonly Expression[] }
  | { readonly kind: 'other'; readonly text: string; readonly parts: readonly Expression[] };

/** The children of a node that mean something. */
export const childrenOf = (node: Node): Node[] =>
  node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');

export function readExpression(node: Node): Expression {
  const children = childrenOf(node);
  const read = (index: number) => readExpression(children[index] as Node);
  switch (node.type) {
    case 'string':
      return readText(children);
    case 'number':
      return { kind: 'value', value: Number(node.text) };
    case 'boolean':
      return { kind: 'value', value: node.text === 'true' };
    case 'null':
      return { kind: 'value', value: null };
    case 'parenthesized_expression':
      return read(0);
    case 'object':
      return { kind: 'object', properties: children.flatMap(readProperty) };
    case 'array':
      return { kind: 'array', items: children.map(readExpression) };
    case 'for_statement':
      return readLoop(children);
    case 'if_statement':
      return { kind: 'choice', of: [read(0), read(1), { kind: 'value', value: null }] };
    case 'ternary_expression':
      return { kind: 'choice', of: [read(0), read(1), read(2)] };
    case 'identifier':
    case 'property_identifier':
      return { kind: 'name', name: node.text };
    case 'member_expression':
      return { kind: 'member', of: read(0), name: children[1]?.text as string };
    case 'call_expression':
      return {
        kind: 'call',
        callee: children[0]?.text as string,
        arguments: childrenOf(children[1] as Node).map(readExpression),
      };
    default:
      return { kind: 'other', text: node.text, parts: children.map(readExpression) };
  }
}

/** A property's name is an identifier, or text. */
function readProperty(node: Node): Property[] {
  const [key, value] = childrenOf(node);
  if (!key || !value) return [];
  const name = key.type === 'identifier' ? { kind: 'value' as const, value: key.text } : readExpression(key);
  return [{ key: name, value: readExpression(value) }];
}

function readLoop(children: Node[]): Expression {
  const [variables, over, body] = children as [Node, Node, Node];
  const variable = variables.type === 'for_loop_parameters' ? childrenOf(variables)[0]?.text : variables.text;
  return {
    kind: 'loop',
    variable: variable as string,
    over: readExpression(over),
    body: readExpression(body),
  };
}

function readText(children: Node[]): Expression {
  const parts = children.map((part) => {
    if (part.type === 'interpolation') return readExpression(childrenOf(part)[0] as Node);
    return part.type === 'escape_sequence' ? part.text.slice(1) : part.text;
  });
  return parts.every((part) => typeof part === 'string')
    ? { kind: 'value', value: parts.join('') }
    : { kind: 'text', parts };
}
