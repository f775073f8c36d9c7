/**
 * Power cut at each step of a write: the image of the file system is copied while the writer stands still there, the
 * copy is mounted, and the product's own code reads it.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../drivers/catalogue.ts';
import { ConfigurationDocument } from '../../firmware/control/configuration/document.ts';
import { systemClock } from '../../firmware/core/clock.ts';
import { Journal } from '../../firmware/store/journal.ts';
import { Image } from './image.ts';
import type { Report } from './writer.ts';

type Kind = 'configuration' | 'journal';
type Mode = 'sync' | 'forgetful';
type Fault = Report & { readonly why: string };

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));

/** Lets the writer go from step to step; returns the steps that were seen and what was wrong after a cut there. */
const cutEverywhere = async (t: TestContext, kind: Kind, mode: Mode, options = '') => {
  const image = new Image(options);
  const child = fork(writer, [kind, image.folder, mode], { execArgv: ['--import', 'tsx'] });
  t.after(() => {
    child.kill('SIGKILL');
    image.remove();
  });
  const exited = once(child, 'exit');
  const steps = new Set<string>();
  const faults: Fault[] = [];
  let cuts = 0;
  for (;;) {
    const first = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
    if (!first) break;
    const report = first[0] as Report;
    const why = await image.cut((folder) => looks[kind](folder, report));
    if (why) faults.push({ ...report, why });
    steps.add(report.step);
    cuts++;
    child.send('go on');
  }
  assert.deepEqual(await exited, [0, null]);
  t.diagnostic(`${kind}, ${mode}${options}: ${cuts} cuts at ${[...steps].join(', ')}; ${faults.length} with a loss`);
  return { steps, faults, cuts };
};

const openDocument = (folder: string, alarms: string[]) =>
  ConfigurationDocument.open({
    folder,
    drivers: catalogue,
    clock: systemClock,
    alarm: (text) => alarms.push(text),
    onFact: () => {},
  });

/** The old or the new configuration, with its secret, without a complaint, and it can be changed again. */
const lookAtConfiguration = async (folder: string, { acknowledged, trying }: Report): Promise<string | undefined> => {
  const alarms: string[] = [];
  const document = await openDocument(folder, alarms);
  const [account] = document.configuration.accounts;
  const found = Number(account?.user ?? 0);
  if (alarms.length > 0) return alarms.join('; ');
  if (found !== acknowledged && found !== trying) return `found ${found}`;
  if (account && account.password !== `secret of ${found}`) return 'the secret is another one';
  const change = { system: { name: 'after the cut' } };
  await document.propose({ by: 'test', base: document.revision, change });
  const again = await openDocument(folder, alarms);
  return again.configuration.system.name === 'after the cut' ? undefined : 'it cannot be changed any more';
};

/** Every acknowledged record once and in order, at most the one under way beside them, and it can be written on. */
const lookAtJournal = async (folder: string, { acknowledged, trying }: Report): Promise<string | undefined> => {
  const open = () => Journal.open<{ number: number }>({ folder, name: 'calls', clock: systemClock, sync: 'each' });
  const journal = await open();
  await journal.append({ number: -1 });
  await journal.close();
  const again = await open();
  const found = (await again.last(1000)).map(({ record }) => record.number);
  await again.close();
  const upTo = (last: number) => [...Array.from({ length: last }, (_, index) => index + 1), -1].join();
  if (found.join() === upTo(acknowledged) || found.join() === upTo(trying)) return undefined;
  return `found ${found.join()}`;
};

const looks = { configuration: lookAtConfiguration, journal: lookAtJournal };

const STEPS: Readonly<Record<Kind, readonly string[]>> = {
  configuration: [
    'open create',
    'half write',
    'write',
    'sync',
    'close',
    'link',
    'rename',
    'folder sync',
    'acknowledged',
  ],
  journal: ['open create', 'folder sync', 'half write', 'write', 'sync', 'close', 'acknowledged'],
};

for (const options of ['', ',noauto_da_alloc,data=writeback']) {
  for (const kind of ['configuration', 'journal'] as const) {
    test(`power cut at each step of a ${kind} write (ext4${options})`, async (t) => {
      const { steps, faults } = await cutEverywhere(t, kind, 'sync', options);
      for (const step of STEPS[kind]) assert.ok(steps.has(step), `no cut at the step: ${step}`);
      assert.deepEqual(faults, []);
    });
  }
}

for (const kind of ['configuration', 'journal'] as const) {
  test(`the check finds a ${kind} store that forgets to sync`, async (t) => {
    const { faults } = await cutEverywhere(t, kind, 'forgetful');
    assert.ok(faults.some(({ step, acknowledged }) => step === 'acknowledged' && acknowledged > 0));
  });
}
