import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';

/**
 * Reporter of `test/run.mjs`: a line for each file, failures in full, and the counts as JSON into the file named by
 * HOLDFAST_TEST_COUNT.
 */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const isFile = ({ name, file, nesting }) =>
  nesting === 0 && (name === file || (name.endsWith('.ts') && file?.endsWith(name)));

const emptyCount = () => ({ passed: 0, failed: 0, skipped: 0, todo: 0 });

const noteOf = (data) => {
  const { error } = data.details;
  const cause = error?.cause ?? error;
  return inspect(cause, { depth: 4, colors: false }).replaceAll(/^/gm, '    ');
};

const countTest = (count, type, data) => {
  if (data.todo !== undefined && data.todo !== false) count.todo++;
  else if (data.skip !== undefined && data.skip !== false) count.skipped++;
  else if (type === 'test:pass') count.passed++;
  else count.failed++;
};

const lineOf = (file, count, ms) => {
  const words = [`${count.passed} passed`];
  for (const kind of ['failed', 'skipped', 'todo'])
    if (count[kind] > 0) words.push(`${count[kind]} ${kind.toUpperCase()}`);
  return `${relative(process.cwd(), file)}: ${words.join(', ')} in ${seconds(ms)}\n`;
};

// biome-ignore lint/style/noDefaultExport: the test runner asks for it
export default async function* report(source) {
  const files = new Map();
  const errors = new Map();
  for await (const { type, data } of source) {
    // shown only for a file that could not even be loaded
    if (type === 'test:stderr') errors.set(data.file, ((errors.get(data.file) ?? '') + data.message).slice(-4000));
    if (type === 'test:diagnostic' && data.file !== undefined) yield `  ${data.message}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const file = data.file ?? 'unknown';
    const entry = files.get(file) ?? { ...emptyCount(), ms: 0 };
    files.set(file, entry);
    if (data.nesting === 0) entry.ms += data.details.duration_ms;
    const suite = data.details.type === 'suite';
    if (type === 'test:fail') {
      const subtests = data.details.error?.failureType === 'subtestsFailed';
      if (isFile(data) && !subtests) yield errors.get(file) ?? '';
      if (!subtests) yield `FAILED ${relative(process.cwd(), file)}: ${data.name}\n${noteOf(data)}\n`;
      // a file that could not be loaded, or a hook of a suite: nothing else counts it
      if ((isFile(data) || suite) && !subtests) entry.failed++;
    }
    if (!isFile(data) && !suite) countTest(entry, type, data);
  }
  for (const [file, entry] of [...files].sort()) yield lineOf(file, entry, entry.ms);
  const path = process.env.HOLDFAST_TEST_COUNT;
  if (path) writeFileSync(path, JSON.stringify(Object.fromEntries(files)));
}
