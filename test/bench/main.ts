import { cpus, loadavg } from 'node:os';
import { requireNamespace, Site } from '../peer/site.ts';
import type { Bench } from './limit.ts';

// Runs one measurement once, inside its network namespace, and prints one JSON line a limit.
// Words: name of the measurement.

const name = process.argv[2] ?? '';
const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };

requireNamespace();
const site = new Site();
const loadBefore = loadavg()[0]!;
try {
  const measured = await bench.run(site);
  for (const limit of bench.limits) {
    const found = measured[limit.name];
    if (!found) throw new Error(`${name} gave no value for ${limit.name}`);
    const machine = { cores: cpus().length, loadBefore, loadAfter: loadavg()[0] };
    console.log(JSON.stringify({ ...limit, ...found, machine }));
  }
} catch (error) {
  console.error(error, `\nfiles in ${site.directory}: ${site.files()}\n${site.logs()}`);
  process.exitCode = 1;
} finally {
  for (const complaint of await site.close()) console.error(complaint);
}
// a socket that something left open must not keep a measurement from ending
process.exit();
