import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build, ensurePackages, root, runStep } from '../firmware/setup.mjs';
import { ensurePrograms } from './debian-packages.mjs';
import { mayMakeNamespaces, runInNamespace } from './namespace.mjs';

// npm test                        everything: set-up, types and style, unit tests, scenarios with real peers
// npm test -- --only unit         one part of it: check, unit or scenario
// npm test -- NAME…               the test files whose path contains one of the names
// npm run scenario -- NAME…       scenarios by name, with a verdict line each
// npm run test:long -- NAME…      the long tests (*.long.ts), all or by name
// npm run test:count              everything, and the counts become the floor that later runs must reach

const [mode, ...words] = process.argv.slice(2);
const expectedPath = join(root, 'test/expected-count.json');
const UNIT_LIMIT_MS = 120_000;
const SCENARIO_LIMIT_MS = 300_000;
/** An hour of what is watched, and what comes before and after it. */
const LONG_LIMIT_MS = 4_500_000;
/** Folders whose tests need real programs, a network of their own and undisturbed time. */
const withPeers = ['test/scenario', 'test/interop', 'test/peer', 'test/browser'];

const walk = (folder, suffix) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(suffix) && !name.includes('node_modules'))
        .map((name) => join(folder, name))
        .sort()
    : [];

/**
 * Scenarios that judge nothing by a short time, or judge it beside a bare clock: these run beside each other, each in a
 * network namespace of its own, before the others run in less disturbed time. The longest stand first: none of them is
 * what all wait for at the end. Of those that are heavy one runs at a time.
 */
const patient = new Set([
  'the-walk-to-the-mailbox',
  'mutated-datagrams',
  'operations',
  'every-page',
  'the-lab-refuses-and-stops',
  'settings-of-softswitches',
  'fault-matrix',
  'softswitch',
  'page',
  'the-door',
  'wrong-clock',
  'handset-loaded-anew',
  'a-call-each-way',
  'the-door-under-attack',
  'the-drill',
  'the-analysis-says-what-the-call-does',
  'routes-follow-the-calendar',
  'more-digits-after-484',
  'our-number-needs-no-account',
  'a-scenario-switched-by-star-code',
  'forwarding-on-no-answer',
  'page-on-the-box',
  'the-attendant-without-upstream',
  'settings',
  'premium-numbers-are-closed',
  'a-softswitch-restarted-empty',
  'settings-beside-a-call',
  'no-datagram-is-lost-in-a-restart',
  'in-call',
  'a-transfer-outlives-control',
  'calls-over-tcp-outlive-control',
  'transfer-by-flash',
  'a-pbx-registers-with-us',
  'the-walk-through-settings',
  'five-percent-loss',
  'the-same-call-over-two-softswitches',
  'unanswered-calls-go-to-the-failover-pbx',
  'a-drill-always-restores',
  'our-numbers-arrive',
  'another-dial-tone-on-backup',
  'a-group-keeps-its-reserved-lines',
  'an-emergency-call-is-told-at-once',
  'a-redirection-asks-the-toll-guard',
  'an-emergency-call-takes-the-line',
  'an-emergency-call-ends-the-newest-call-of-a-full-softswitch',
  'an-emergency-call-tells-where-it-is',
  'emergency-passes-every-lock',
  'longest-prefix-then-shorter',
  'protect-only-when-all-else-failed',
  'bad-settings',
  'calls-without-the-page',
  'german-tones',
  'please-wait-before-protect',
  'minutes-of-a-day-are-spent',
  'calls-that-come-to-nothing',
  'tech-prefix-only-on-the-wire',
  'a-declined-call-is-not-rung-again',
  'the-callee-sees-the-number-of-the-site',
  'stopped-in-order',
  'a-call-through-the-softswitch',
  'a-call-over-tcp',
  'a-call-outlives-its-path',
  'a-changed-address-moves-its-calls',
  'one-processor',
  'peer',
  'losses',
  'stalls',
]);
const AT_ONCE = 4;

/** It takes a whole processor for most of its time: a browser that is not left waiting, or a flood. */
const isHeavy = (file) =>
  file.startsWith('test/browser/') ? !atLeisure.has(nameOf(file)) : nameOf(file) === 'mutated-datagrams';
/** In these a browser waits for a call, most of its time. */
const atLeisure = new Set(['the-walk-to-the-mailbox']);

/** Patient ones that do next to nothing but wait, for long: they run beside those whose times are measured. */
const waiting = new Set([
  'chaos',
  'messages-when-both-are-gone',
  'failures-and-tones',
  'a-recording-outlives-the-control-plane',
  'thirty-percent-loss',
  'primary-frozen-and-thawed',
  'primary-swallows-packets',
  'primary-answers-503',
  'primary-closes-tcp',
  'both-softswitches-gone',
  'the-lab-comes-back',
  'health-probes-stay-small',
  'wrong-password',
  'registration-after-outage',
  'primary-dies-mid-call',
]);
const WAITING_AT_ONCE = 3;

/** What the processor itself does in a second, or in some thousandths, is measured here: nothing else runs. */
const undisturbed = new Set(['first-load', 'calls-outlive-control']);

const needsPeers = (file) => withPeers.some((folder) => file.startsWith(`${folder}/`));
const tests = ['firmware', 'drivers', 'web-ui', 'test'].flatMap((folder) => walk(folder, '.test.ts'));
/** The harness proves itself without the gateway. */
const needsBuild = (file) => !file.startsWith('test/peer/');
const named = (files, names) =>
  names.length === 0 ? files : files.filter((file) => names.some((name) => file.includes(name)));
const nameOf = (file) => basename(file).replace(/\.(test|long)\.ts$/, '');

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-run-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Scenarios run on bundles of their own: nobody else's build or gateway is disturbed. */
const bundles = join(scratch, 'dist');

const nothing = () => ({ files: 0, passed: 0, failed: 0, skipped: 0, todo: 0 });
const add = (one, other) => Object.fromEntries(Object.keys(nothing()).map((kind) => [kind, one[kind] + other[kind]]));

const timed = async (what, work) => {
  const start = performance.now();
  console.log(`== ${what}`);
  const result = await work();
  console.log(`== ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
};

/** What the reporter counted, and every reason why the file has failed. */
const judge = (countPath, { code, late, output }, withinMs, files) => {
  const counted = existsSync(countPath) ? JSON.parse(readFileSync(countPath, 'utf8')) : {};
  const { from: _, ...counts } = counted;
  const count = { ...nothing(), files, ...counts };
  const reasons = [...output.matchAll(/^FAILED (.*)$/gm)].map((match) => match[1]);
  if (late) reasons.push(`not done after ${withinMs / 1000} s`);
  else if (count.passed + count.failed === 0) reasons.push(code === 0 ? 'no test ran' : 'it could not be loaded');
  else if (code !== 0 && reasons.length === 0) reasons.push(`ended with ${code}`);
  else if (files > 1 && counted.from < files) reasons.push(`no test ran in ${files - counted.from} of its files`);
  if (reasons.length > 0 && count.failed === 0) count.failed = 1;
  return { count, reasons };
};

/** What failed, in few lines each: said again at the end, where a reader of a long log looks first. */
const failures = [];

/** The first lines of each error in the output of a file with tests. */
const errorsIn = (output) =>
  [...output.matchAll(/^FAILED .*\n((?: {4}.*\n){1,12})/gm)]
    .flatMap(([, lines]) => lines.split('\n').filter((line) => line !== '' && !/^ {8}at /.test(line)))
    .map((line) => line.slice(0, 300))
    .join('\n');

/**
 * Runs test files in one process by `start(command, args, limits)` and prints a verdict line; what they printed
 * themselves is shown only when one failed.
 */
const testProcess = async (files, withinMs, start) => {
  const began = performance.now();
  const [file] = files;
  const names = files.map(nameOf).join(', ');
  const countPath = join(scratch, `${file.replaceAll('/', '-')}.json`);
  const env = { ...process.env, HOLDFAST_TEST_COUNT: countPath, HOLDFAST_BUNDLES: bundles };
  const reporter = ['--test-reporter', join(root, 'test/reporter.mjs'), '--test-reporter-destination', 'stdout'];
  const loaded = files.length === 1 ? files : [join(root, 'test/several.mjs'), ...files];
  const ending = await start(process.execPath, ['--import', 'tsx', ...reporter, ...loaded], { withinMs, env });
  const { count, reasons } = judge(countPath, ending, withinMs, files.length);
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  if (ending.leftovers > 0) console.log(`${ending.leftovers} process(es) left behind by ${file} were ended.`);
  if (reasons.length > 0) {
    console.log(`${ending.output.trimEnd()}\nFAIL ${names} ${reasons.join('; ')}`);
    failures.push(`FAIL ${names} ${reasons.join('; ')}\n${errorsIn(ending.output)}`);
  } else console.log(`PASS ${names} ${took}${needsPeers(file) ? '' : `, ${count.passed} tests`}`);
  // what a test measures is worth a line also when it is good enough
  if (reasons.length === 0) for (const [line] of ending.output.matchAll(/^SCORE .*$/gm)) console.log(line);
  return count;
};

/** Runs a command here, its output taken together; after `withinMs` it is killed. */
const runHere = (command, args, { withinMs, env }) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, withinMs);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code, output, late, leftovers: 0 });
    });
  });

/** Groups of test files, each in a process of its own, `atOnce` at a time. */
const testProcesses = async (groups, atOnce, withinMs, start) => {
  let total = nothing();
  const waiting = [...groups];
  const worker = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      const count = await testProcess(group, withinMs, start);
      total = add(total, count);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return total;
};

/** Test files, each in a process of its own, `atOnce` at a time. */
const testFiles = (files, atOnce, withinMs, start) =>
  testProcesses(
    files.map((file) => [file]),
    atOnce,
    withinMs,
    start,
  );

/** Hooks and suites that would count for all files of a process, and what is of the whole process. */
const OWN_PROCESS =
  /^(before|after|beforeEach|afterEach)\(|conformance|memoryUsage|process\.(env|exit|on|once|chdir)\b/m;
const MOST_TOGETHER = 8;

/** Loading what files share takes longer than most of them run: neighbours stand in one process. */
const together = (files) => {
  const groups = [];
  let open = [];
  for (const file of files) {
    if (OWN_PROCESS.test(readFileSync(join(root, file), 'utf8'))) {
      groups.push([file]);
      continue;
    }
    if (open.length === 0) groups.push(open);
    open.push(file);
    if (open.length === MOST_TOGETHER) open = [];
  }
  return groups;
};

/** These wait for file systems most of their time: first, or all others are done and wait for them. */
const slow = (file) => file.startsWith('test/power/');

const unitTests = (files) => {
  const ordered = [...files.filter(slow), ...files.filter((file) => !slow(file))];
  return testProcesses(together(ordered), 2, UNIT_LIMIT_MS, runHere);
};

const scenarios = async (files, withinMs = SCENARIO_LIMIT_MS) => {
  let total = nothing();
  if (files.length === 0) return total;
  // what is missing has been named by then
  if (!ensurePrograms()) return { ...total, failed: files.length };
  if (!mayMakeNamespaces()) {
    console.error('Tests with real peers make network namespaces of their own: run them as root.');
    return { ...total, failed: files.length };
  }
  const runnable =
    files.some(needsBuild) && !(await timed('build', () => build(bundles)))
      ? files.filter((file) => !needsBuild(file))
      : files;
  for (const file of files.filter((each) => !runnable.includes(each))) {
    console.log(`FAIL ${nameOf(file)} the gateway could not be built`);
    total.failed++;
  }
  const inOrder = (names) => [...names].flatMap((name) => runnable.filter((file) => nameOf(file) === name));
  const measured = runnable.filter((file) => ![patient, waiting, undisturbed].some((each) => each.has(nameOf(file))));
  const inNamespaces = (each, atOnce) => testFiles(each, atOnce, withinMs, runInNamespace);
  const addAll = async (...parts) => {
    for (const count of await Promise.all(parts)) total = add(total, count);
  };
  const beside = inOrder(patient);
  const light = beside.filter((file) => !isHeavy(file));
  await addAll(inNamespaces(beside.filter(isHeavy), 1), inNamespaces(light, AT_ONCE - 1));
  await addAll(inNamespaces(measured, 1), inNamespaces(inOrder(waiting), WAITING_AT_ONCE));
  return add(total, await inNamespaces(inOrder(undisturbed), 1));
};

/** Complaints that make a run fail even when no test did. */
const complaints = (total, floor) => {
  const found = [];
  if (total.skipped > 0) found.push(`${total.skipped} tests were skipped`);
  if (total.todo > 0) found.push(`${total.todo} tests are only marked as to do`);
  if (total.passed === 0) found.push('no test passed');
  if (floor && total.files < floor.files) found.push(`${total.files} test files, ${floor.files} are expected`);
  if (floor && total.passed + total.failed < floor.tests) {
    found.push(`${total.passed + total.failed} tests ran, ${floor.tests} are expected (test/expected-count.json)`);
  }
  return found;
};

const finish = (total, floor) => {
  const found = complaints(total, floor);
  if (failures.length > 0) console.log(`== what failed\n${failures.join('\n')}`);
  for (const complaint of found) console.error(`FAILED: ${complaint}`);
  console.log(`${total.passed} passed, ${total.failed + found.length} failed`);
  process.exitCode = total.failed + found.length === 0 ? 0 : 1;
  return process.exitCode === 0;
};

const checks = () =>
  timed('types and style', () => {
    const types = runStep('node_modules/.bin/tsc', ['--noEmit']) && runStep('node_modules/.bin/tsc', ['-p', 'web-ui']);
    return runStep('node_modules/.bin/biome', ['check', '--error-on-warnings', '.']) && types;
  });

const everything = async (only, names) => {
  const wants = (part) => only === undefined || only === part;
  let total = nothing();
  if (wants('check') && names.length === 0) {
    const sound = await checks();
    total = add(total, { ...nothing(), passed: Number(sound), failed: Number(!sound) });
  }
  const chosen = named(tests, names);
  const peers = wants('scenario') ? chosen.filter(needsPeers) : [];
  if (wants('unit')) {
    const units = chosen.filter((file) => !needsPeers(file));
    total = add(total, await timed(`${units.length} files of unit tests`, () => unitTests(units)));
  }
  if (peers.length > 0) total = add(total, await timed(`${peers.length} scenarios`, () => scenarios(peers)));
  return total;
};

const floorOf = () =>
  existsSync(expectedPath) ? JSON.parse(readFileSync(expectedPath, 'utf8')) : { files: 1, tests: 1 };

const byName = async (files, names, withinMs) => {
  const chosen = names.length === 0 ? files : files.filter((file) => names.includes(nameOf(file)));
  const unknown = names.filter((name) => !files.some((file) => nameOf(file) === name));
  if (unknown.length > 0)
    console.error(`No such name: ${unknown.join(', ')}. There are: ${files.map(nameOf).join(', ')}`);
  const total = await scenarios(chosen, withinMs);
  total.failed += unknown.length;
  return total;
};

const only = words[0] === '--only' ? words[1] : undefined;
const names = (only === undefined ? words : words.slice(2)).filter((word) => !word.startsWith('--'));
if (only !== undefined && !['check', 'unit', 'scenario'].includes(only)) {
  console.error(`--only knows check, unit and scenario, not ${only}.`);
  process.exit(1);
}

ensurePackages();
if (mode === 'scenario') {
  finish(await byName(tests.filter(needsPeers), names, SCENARIO_LIMIT_MS));
} else if (mode === 'long') {
  finish(await byName(walk('test', '.long.ts'), names, LONG_LIMIT_MS));
} else if (mode === 'count') {
  const total = await everything(undefined, []);
  if (finish(total)) {
    const floor = { files: total.files, tests: total.passed };
    writeFileSync(expectedPath, `${JSON.stringify(floor, undefined, 2)}\n`);
    console.log(`From now on at least ${floor.files} files and ${floor.tests} tests are expected.`);
  }
} else {
  finish(await everything(only, names), only === undefined && names.length === 0 ? floorOf() : undefined);
}
