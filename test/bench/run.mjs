import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { build, ensurePackages, root } from '../../firmware/setup.mjs';
import { ensurePrograms } from '../debian-packages.mjs';
import { mayMakeNamespaces, runInNamespace } from '../namespace.mjs';

// npm run bench                       measures every limit three times and prints a table of medians
// npm run bench -- NAME…              only these measurements
// npm run bench -- --json NAME…       one JSON line a limit: name, value, unit, goal, peer, ratio
// --runs N                            other than three runs; --raw FILE appends each run's own lines

/** Every measurement with the time that one run may take at most. */
const measurements = {
  start: 60_000,
  memory: 90_000,
  'sample-latency': 120_000,
  'known-dead': 400_000,
  'frame-clock': 240_000,
  'frame-clock-page': 240_000,
  'unknown-dead': 600_000,
  'sip-parse': 60_000,
  'rtp-frame': 60_000,
  plan: 120_000,
  herd: 120_000,
  failover: 600_000,
  restart: 120_000,
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, runs: { type: 'string', default: '3' }, raw: { type: 'string' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(measurements);
const unknown = names.filter((name) => !Object.hasOwn(measurements, name));
if (unknown.length > 0) {
  console.error(`No such measurement: ${unknown.join(', ')}. There are: ${Object.keys(measurements).join(', ')}`);
  process.exit(1);
}

/** Builds `dist/`; the lines of --json must stand alone on standard output, so what it says goes to the errors. */
const buildQuietly = () =>
  spawnSync(process.execPath, ['--import', 'tsx', 'firmware/build.ts'], { cwd: root, stdio: ['ignore', 2, 2] })
    .status === 0;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const rounded = (value) => Number(value.toPrecision(4));

/** One run: its lines, one a limit. A run that failed has none. */
const runOnce = async (name) => {
  const words = ['--import', 'tsx', 'test/bench/main.ts', name];
  const { code, output, late } = await runInNamespace(process.execPath, words, {
    withinMs: measurements[name],
    capture: true,
  });
  if (options.raw) appendFileSync(options.raw, output);
  if (late) console.error(`${name} was not done after ${measurements[name] / 1000} s`);
  if (code !== 0) {
    console.error(output);
    return [];
  }
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
};

/** The runs of one limit put together. */
const summaryOf = (lines, runs) => {
  const [{ name, what, unit, goal }] = lines;
  const value = median(lines.map((line) => line.value));
  const peers = lines.flatMap((line) => (line.peer ? [line.peer.value] : []));
  const peer = peers.length > 0 ? median(peers) : undefined;
  const verdict = lines.length < runs ? 'FAILED' : goal === undefined ? '' : value <= goal ? 'PASS' : 'MISSED';
  return {
    ...{ name, what, unit, goal, verdict },
    value: rounded(value),
    runs: lines.map((line) => rounded(line.value)),
    ...(peer === undefined ? {} : { peer: rounded(peer), peerIs: lines[0].peer?.is, ratio: rounded(value / peer) }),
  };
};

const measure = async (name, runs) => {
  const byLimit = new Map();
  for (let run = 1; run <= runs; run++) {
    if (!options.json) console.log(`${name}, run ${run} of ${runs}`);
    for (const line of await runOnce(name)) byLimit.set(line.name, [...(byLimit.get(line.name) ?? []), line]);
  }
  if (byLimit.size === 0) return [{ name, verdict: 'FAILED', what: 'no run succeeded', runs: [] }];
  return [...byLimit.values()].map((lines) => summaryOf(lines, runs));
};

const columns = ['limit', 'goal', 'runs', 'median', 'peer', 'ratio', 'verdict'];
const rowOf = ({ name, unit = '', goal, runs, value, peer, peerIs, ratio, verdict }) => [
  name,
  goal === undefined ? '-' : `${goal} ${unit}`,
  runs.join(', '),
  value === undefined ? '-' : `${value} ${unit}`,
  peer === undefined ? '-' : `${peer} (${peerIs})`,
  ratio === undefined ? '-' : `${ratio}`,
  verdict,
];
const table = (rows) => {
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`).join('\n');
};

ensurePackages();
if (!ensurePrograms() || !mayMakeNamespaces()) {
  console.error('Measurements need root, the right to make network namespaces, and the programs named above.');
  process.exit(1);
}
if (!(options.json ? buildQuietly() : build())) process.exit(1);

const found = [];
for (const name of names) found.push(...(await measure(name, Number(options.runs))));
if (options.json) {
  for (const { name, value, unit, goal, peer, peerIs, ratio, runs, verdict } of found)
    console.log(JSON.stringify({ name, value, unit, goal, peer, ratio, peerIs, runs, verdict }));
} else {
  console.log(`\n${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.version}`);
  console.log(table([columns, columns.map(() => '---'), ...found.map(rowOf)]));
}
process.exitCode = found.every(({ verdict }) => verdict === 'PASS' || verdict === '') ? 0 : 1;
