import { filesBelow, type Node, parse, readSource, walk } from './architecture/modules.ts';

// `npm run sizes`: how long functions and files are, beside the measurements of well-kept code bases of this field.
// Tests and tables are left out.

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const TABLES = [/^firmware\/profiles\/countries\//, /^firmware\/config\/section\//, /\/settings\.ts$/, /\/error\.ts$/];

/** Functions, median, 90th percentile and longest in lines, as published with the names of their projects. */
const others: readonly (readonly [string, number, number, number, number])[] = [
  ['node-serialport', 105, 7, 26, 50],
  ['werift', 2231, 7, 33, 288],
  ['zigbee-herdsman', 2040, 11, 39, 476],
  ['balena-supervisor', 1007, 12, 45, 361],
  ['zwave-js', 3578, 11, 46, 837],
  ['SIP.js', 986, 6, 47, 330],
];

type Span = { readonly where: string; readonly lines: number };

const lineStarts = (source: string): number[] => [0, ...[...source.matchAll(/\n/g)].map((match) => match.index + 1)];

/** Line (from 1) of an offset, by bisection. */
const lineOf = (starts: readonly number[], offset: number): number => {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
};

/** Every function with its lines; arrows that are one expression on one line are not counted. */
const functionsOf = (path: string, source: string): Span[] => {
  const starts = lineStarts(source);
  const found: Span[] = [];
  walk(parse(path, source), (node: Node) => {
    if (!FUNCTIONS.has(node.type) || (node['body'] as Node | null)?.type === undefined) return;
    const first = lineOf(starts, node.start);
    const lines = lineOf(starts, node.end - 1) - first + 1;
    if (lines === 1 && (node['body'] as Node).type !== 'BlockStatement') return;
    found.push({ where: `${path}:${first}`, lines });
  });
  return found;
};

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

const paths = ['firmware', 'drivers', 'web-ui']
  .flatMap((folder) => ['.ts', '.tsx'].flatMap((suffix) => filesBelow(folder, suffix)))
  .filter((path) => !/\.(test|as)\.ts$/.test(path) && !/\/test-[^/]*\.ts$/.test(path));
const sources = paths.map((path) => ({ path, source: readSource(path) }));
const measured = sources.filter(({ path }) => !TABLES.some((table) => table.test(path)));
const functions = measured.flatMap(({ path, source }) => functionsOf(path, source)).sort((a, b) => a.lines - b.lines);
const lines = functions.map((each) => each.lines);
const files = measured
  .map(({ path, source }) => ({ where: path, lines: source.split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);
const fileLines = files.map((each) => each.lines);
const total = sources.reduce((sum, { source }) => sum + source.split('\n').length - 1, 0);

const report = [
  row(['', 'functions', 'median lines', '90 % below', 'longest']),
  row(['---', '---', '---', '---', '---']),
  row(['**Holdfast**', lines.length, at(lines, 0.5), at(lines, 0.9), at(lines, 1)]),
  ...others.map(row),
  '',
  `${paths.length} files of product code, ${total} lines. Without tables ${files.length} files: median ${at(fileLines, 0.5)} lines, 90 % below ${at(fileLines, 0.9)}, longest ${at(fileLines, 1)}.`,
  '',
  `Longest functions: ${functions
    .slice(-5)
    .reverse()
    .map((each) => `${each.where} (${each.lines})`)
    .join(', ')}`,
  `Longest files: ${files
    .slice(-5)
    .reverse()
    .map((each) => `${each.where} (${each.lines})`)
    .join(', ')}`,
];
console.log(report.join('\n'));
