import { readdirSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** One import of a source file, of whatever form. */
export type Import = {
  /** Path in the project (`*` where a name is only known at run time), or a package or `node:` module. */
  readonly to: string;
  readonly inside: boolean;
  /** `import type`, `export type`, or `import('…').Type`. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
};

/** What the rules know of a source file. */
export type Module = {
  /** Path from the project's folder. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Global names it uses, such as `setTimeout`, or members of globals such as `Date.now`. */
  readonly globals: ReadonlySet<string>;
};

export type Node = {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
};

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Calls `visit` with every node below and including `node`. */
export const walk = (node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void => {
  visit(node, parent);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) for (const each of value) isNode(each) && walk(each, visit, node);
    else if (isNode(value)) walk(value, visit, node);
  }
};

export const parse = (path: string, source: string): Node => {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]!.message}`);
  return program as unknown as Node;
};

/** The text of a literal, or of a template with `*` for what is filled in; `undefined` for anything else. */
const literal = (node: unknown): string | undefined => {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral') return undefined;
  return (node['quasis'] as Node[]).map((each) => (each['value'] as { cooked: string }).cooked).join('*');
};

const importOf = (path: string, specifier: string, typeOnly: boolean, dynamic: boolean): Import => {
  const inside = specifier.startsWith('.');
  return { to: inside ? posix.join(posix.dirname(path), specifier) : packageOf(specifier), inside, typeOnly, dynamic };
};

const packageOf = (specifier: string): string => {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
};

const onlyTypes = (node: Node): boolean => {
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const specifiers = node['specifiers'];
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every((each: Node) => each['importKind'] === 'type' || each['exportKind'] === 'type');
};

const importIn = (path: string, node: Node): Import | undefined => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      const specifier = literal(node['source']);
      return specifier === undefined ? undefined : importOf(path, specifier, onlyTypes(node), false);
    }
    case 'ImportExpression':
      return importOf(path, literal(node['source']) ?? 'computed', false, true);
    case 'TSImportType':
      return importOf(path, literal(node['source'] ?? node['argument']) ?? 'computed', true, false);
    default:
      return undefined;
  }
};

const WATCHED = new Set(['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date', 'require', 'process']);

const isName = (node: Node, parent: Node | undefined): boolean => {
  if (!parent) return true;
  if (parent.type === 'MemberExpression') return parent['object'] === node || parent['computed'] === true;
  // a key of an object, a type or a class names nothing global
  return !(parent['key'] === node && parent['computed'] !== true && parent['shorthand'] !== true);
};

const globalIn = (node: Node, parent: Node | undefined): string | undefined => {
  if (node.type === 'MemberExpression' && isNode(node['object']) && node['object'].type === 'Identifier') {
    const object = String(node['object']['name']);
    const property = (node['property'] as Node)['name'] ?? (node['property'] as Node)['value'];
    if (object === 'globalThis' || object === 'global') return String(property);
    return WATCHED.has(object) ? `${object}.${String(property)}` : undefined;
  }
  if (node.type === 'NewExpression' && isNode(node['callee']) && node['callee']['name'] === 'Date') return 'Date.now';
  if (node.type === 'Identifier' && WATCHED.has(String(node['name'])) && isName(node, parent))
    return String(node['name']);
  return undefined;
};

/** Reads imports and watched names out of a source text. */
export const analyse = (path: string, source: string): Module => {
  const imports: Import[] = [];
  const globals = new Set<string>();
  walk(parse(path, source), (node, parent) => {
    const found = importIn(path, node);
    if (found) imports.push(found);
    const name = globalIn(node, parent);
    if (name) globals.add(name);
  });
  return { path, imports, globals };
};

/** Paths of the project's files below `folder` that end in `suffix`. */
export const filesBelow = (folder: string, suffix: string): string[] => {
  const names = statSync(`${projectRoot}${folder}`, { throwIfNoEntry: false })
    ? readdirSync(`${projectRoot}${folder}`, { recursive: true, encoding: 'utf8' })
    : [];
  return names
    .filter((name) => name.endsWith(suffix))
    .map((name) => posix.join(folder, name))
    .sort();
};

export const readSource = (path: string): string => readFileSync(`${projectRoot}${path}`, 'utf8');

/** All source files of the project. The AssemblyScript kernels are no modules of this program. */
export const allModules = (): Map<string, Module> => {
  const folders = ['firmware', 'drivers', 'web-ui', 'test'];
  const paths = folders.flatMap((folder) => ['.ts', '.tsx'].flatMap((suffix) => filesBelow(folder, suffix)));
  const ours = paths.filter((path) => !path.startsWith('firmware/engine/kernel/'));
  return new Map(ours.map((path) => [path, analyse(path, readSource(path))]));
};
