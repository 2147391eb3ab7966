import { readFileSync } from 'node:fs';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { childrenOf, type Expression, readExpression } from './expression.ts';

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default: Expression | undefined;
  readonly decorators: ReadonlyMap<string, Expression | undefined>;
}

export interface Named {
  readonly name: string;
  readonly value: Expression;
}

export interface Resource extends Named {
  /** With its parents: `Microsoft.Storage/storageAccounts/blobServices`. */
  readonly type: string;
  readonly version: string;
  readonly existing: boolean;
  readonly nested: boolean;
}

export interface Module extends Named {
  readonly path: string;
}

export interface BicepFile {
  /** What the parser could not make sense of, by its place. */
  readonly errors: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly variables: readonly Named[];
  readonly resources: readonly Resource[];
  readonly modules: readonly Module[];
  readonly outputs: readonly Named[];
}

await Parser.init();
const parser = new Parser().setLanguage(
  await Language.load('node_modules/tree-sitter-bicep/tree-sitter-bicep.wasm'),
);

/** Reads Bicep from a file. */
export const readBicep = (path: string): BicepFile => parseBicep(readFileSync(path, 'utf8'));

/** Reads Bicep. */
export function parseBicep(text: string): BicepFile {
  const root = parser.parse(text)?.rootNode as Node;
  const statements = childrenOf(root);
  const of = (type: string) => statements.filter((statement) => statement.type === type);
  return {
    errors: root.hasError ? errorsOf(root) : [],
    parameters: of('parameter_declaration').map(readParameter),
    variables: of('variable_declaration').map(readNamed),
    resources: of('resource_declaration').flatMap((node) => readResources(node)),
    modules: of('module_declaration').map((node) => ({
      ...readNamed(node),
      path: textOf(childrenOf(node)[1]),
    })),
    outputs: of('output_declaration').map(readNamed),
  };
}

function errorsOf(node: Node): string[] {
  const { row, column } = node.startPosition;
  const own = node.isError || node.isMissing ? [`${row + 1}:${column + 1} ${node.text.slice(0, 40)}`] : [];
  return [...own, ...node.children.flatMap((child) => (child ? errorsOf(child) : []))];
}

function readNamed(node: Node): Named {
  const children = childrenOf(node);
  return { name: children[0]?.text as string, value: readExpression(children.at(-1) as Node) };
}

function readParameter(node: Node): Parameter {
  const [name, type, value] = childrenOf(node);
  const before = node.previousNamedSibling;
  const decorators =
    before?.type === 'decorators' ? childrenOf(before).map((one) => childrenOf(one)[0] as Node) : [];
  return {
    name: name?.text as string,
    type: type?.text as string,
    default: value && readExpression(value),
    decorators: new Map(
      decorators
        .map(readExpression)
        .flatMap((one) => (one.kind === 'call' ? [[one.callee, one.arguments[0]]] : [])),
    ),
  };
}

function readResources(node: Node, parent?: Resource): Resource[] {
  const [type, version] = textOf(childrenOf(node)[1]).split('@') as [string, string?];
  const resource = {
    ...readNamed(node),
    type: parent ? `${parent.type}/${type}` : type,
    version: version ?? (parent?.version as string),
    existing: node.children.some((child) => child?.type === 'existing'),
    nested: parent !== undefined,
  };
  const bodies = node.descendantsOfType('resource_declaration').filter((child) => isDirectlyIn(child, node));
  return [resource, ...bodies.flatMap((child) => readResources(child as Node, resource))];
}

function isDirectlyIn(child: Node | null, node: Node): boolean {
  let above = child?.parent;
  while (above && above.type !== 'resource_declaration') above = above.parent;
  return child?.id !== node.id && above?.id === node.id;
}

const textOf = (node: Node | undefined): string => node?.text.slice(1, -1) ?? '';
