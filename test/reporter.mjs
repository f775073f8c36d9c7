import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';

/**
 * Reporter of a process with tests for `test/run.mjs`: failures in full, and the counts as JSON into the file named by
 * HOLDFAST_TEST_COUNT; `from`: how many files the tests stand in.
 */
const marked = (value) => value !== undefined && value !== false;

const kindOf = (type, data) => {
  if (marked(data.todo)) return 'todo';
  if (marked(data.skip)) return 'skipped';
  return type === 'test:pass' ? 'passed' : 'failed';
};

const noteOf = (error) => inspect(error?.cause ?? error, { depth: 4, colors: false }).replaceAll(/^/gm, '    ');

// biome-ignore lint/style/noDefaultExport: the test runner asks for it
export default async function* report(source) {
  const count = { passed: 0, failed: 0, skipped: 0, todo: 0 };
  const from = new Set();
  for await (const { type, data } of source) {
    if (type === 'test:diagnostic' && data.file !== undefined) yield `  ${data.message}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { error } = data.details;
    const suite = data.details.type === 'suite';
    if (!suite) from.add(data.file);
    // a test or suite that failed only because one within it did is told by that one
    const byOthers = error?.failureType === 'subtestsFailed';
    if (!suite || (type === 'test:fail' && !byOthers)) count[kindOf(type, data)]++;
    if (type === 'test:fail' && !byOthers) yield `FAILED ${data.name}\n${noteOf(error)}\n`;
  }
  const path = process.env.HOLDFAST_TEST_COUNT;
  if (path) writeFileSync(path, JSON.stringify({ ...count, from: from.size }));
}
