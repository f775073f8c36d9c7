import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { catalogue } from '../../../drivers/catalogue.ts';
import { TestClock } from '../../core/test-clock.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import type { Executors } from './applier.ts';
import { ConfigurationDocument } from './document.ts';
import type { Change } from './merge.ts';

const CANARY = 'canary-90dd';
const trunk = { id: 'primary', host: 'sip.example.com', localPort: 5060 };
const account = { id: 'desk', user: '1001', password: CANARY, line: 'line/1' };

const setUp = async (t: TestContext, files: Files = systemFiles) => {
  const folder = await mkdtemp(join(tmpdir(), 'configuration-'));
  t.after(() => rm(folder, { recursive: true }));
  const alarms: string[] = [];
  const facts: Fact[] = [];
  const done: string[] = [];
  const executors = new Proxy({} as Executors, {
    get: (_, name: string) => (step: { id?: string }) => {
      if (name === 'rename') throw new Error('no name for you');
      done.push(step.id ? `${name} ${step.id}` : name);
    },
  });
  const open = async (seed?: unknown) => {
    const document = await ConfigurationDocument.open({
      folder,
      drivers: catalogue,
      clock: new TestClock(),
      alarm: (text) => alarms.push(text),
      onFact: (fact) => facts.push(fact),
      files,
      ...(seed === undefined ? {} : { seed: () => seed }),
    });
    document.executeBy(executors);
    return document;
  };
  return { folder, alarms, facts, done, open };
};
const change = (document: ConfigurationDocument, what: Change, base = document.revision) =>
  document.propose({ by: 'test', base, change: what });
const stored = async (folder: string) => {
  const names = (await readdir(folder)).filter((name) => name !== 'key');
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
};

test('the first start runs on the factory configuration and stores nothing', async (t) => {
  const { open, folder, alarms } = await setUp(t);
  const document = await open();
  assert.equal(document.configuration.lines.length, 6);
  assert.deepEqual(await readdir(folder), ['key']);
  assert.deepEqual(alarms, []);
});

test('a seed stands where nothing is stored, and nowhere else; one that is refused says why', async (t) => {
  const { open } = await setUp(t);
  const document = await open({ version: 1, system: { name: 'seeded' } });
  assert.equal(document.configuration.system.name, 'seeded');
  await change(document, { network: { sipT1Ms: 100 } });
  const again = await open({ version: 1, system: { name: 'another' } });
  assert.deepEqual([again.configuration.system.name, again.configuration.network.sipT1Ms], ['seeded', 100]);
  const { open: openFresh } = await setUp(t);
  await assert.rejects(openFresh({ version: 1, nonsense: 1 }), /nonsense is not a setting/);
});

test('a number is not changed under the word that another one rings here', async (t) => {
  const { open } = await setUp(t);
  const document = await open();
  const line = (more: object) => change(document, { lines: { 'line/1': more } });
  assert.equal((await line({ ownNumber: '2125550104', ownNumberConfirmed: true })).is, 'applied');
  const outcome = await line({ ownNumber: '2125550105' });
  assert.ok(outcome.is === 'refused');
  assert.deepEqual(
    outcome.refused.map(({ path }) => path),
    ['lines/0/ownNumberConfirmed'],
  );
  assert.equal((await line({ ownNumber: '2125550105', ownNumberConfirmed: false })).is, 'applied');
  assert.equal((await line({ ownNumberConfirmed: true })).is, 'applied');
});

test('a change is stored, done in steps, told as a fact, and stands after a restart', async (t) => {
  const { open, facts, done } = await setUp(t);
  const document = await open();
  const outcome = await change(document, { trunks: [trunk], accounts: [account] });
  assert.equal(outcome.is, 'applied');
  assert.deepEqual(done, ['addTrunk primary', 'addAccount desk']);
  assert.deepEqual(facts, [{ fact: 'configured', revision: document.revision, by: 'test', steps: done }]);
  const again = await open();
  assert.deepEqual(again.configuration, document.configuration);
  assert.equal(again.revision, document.revision);
});

test('only what changed is touched', async (t) => {
  const { open, done } = await setUp(t);
  const document = await open();
  await change(document, { trunks: [trunk, { ...trunk, id: 'second', localPort: 5070 }] });
  done.length = 0;
  await change(document, { trunks: { second: { priority: 2 } } });
  assert.deepEqual(done, ['reconfigureTrunk second']);
  assert.equal((await change(document, { trunks: [{ id: 'second', priority: 2 }] })).is, 'unchanged');
  done.length = 0;
  await change(document, { trunks: { primary: null } });
  assert.deepEqual(done, ['removeTrunk primary']);
  assert.deepEqual(
    document.configuration.trunks.map(({ id }) => id),
    ['second'],
  );
});

test('a refusal lists every field, and what ran goes on', async (t) => {
  const { open, done, folder } = await setUp(t);
  const document = await open();
  const outcome = await change(document, {
    network: { sipT1Ms: 1, dscpMedia: 64 },
    trunks: [{ id: 'a', priority: -1 }],
  });
  assert.ok(outcome.is === 'refused');
  assert.deepEqual(outcome.refused.map(({ path }) => path).sort(), [
    'network/dscpMedia',
    'network/sipT1Ms',
    'trunks/0/priority',
  ]);
  assert.deepEqual(done, []);
  assert.deepEqual(await readdir(folder), ['key']);
  assert.equal((await change(document, { network: { sipT1Ms: 100 } })).is, 'applied');
});

test('a secret goes in once and comes back nowhere', async (t) => {
  const { open, folder, alarms, facts } = await setUp(t);
  const document = await open();
  const outcomes = [await change(document, { trunks: [trunk], accounts: [account] })];
  assert.ok(!JSON.stringify(document.shown).includes(CANARY));
  // The page sends back what it was shown; the secret stays.
  const shown = document.shown as { accounts: object[] };
  outcomes.push(await change(document, { accounts: [{ ...shown.accounts[0], displayName: 'Desk' }] }));
  outcomes.push(await change(document, { accounts: { desk: { user: '1002' } } }));
  outcomes.push(await change(document, { accounts: { desk: { password: `${CANARY}${'x'.repeat(200)}` } } }));
  assert.deepEqual(
    outcomes.map(({ is }) => is),
    ['applied', 'applied', 'applied', 'refused'],
  );
  assert.equal((await open()).configuration.accounts[0]?.password, CANARY);
  assert.ok(!(await stored(folder)).includes(CANARY));
  assert.ok(!JSON.stringify([outcomes, alarms, facts]).includes(CANARY));
  const added = await change(document, {
    accounts: [{ id: 'new', user: '1', line: 'line/2', password: { secret: true } }],
  });
  assert.ok(added.is === 'refused' && added.refused[0]?.path === 'accounts/1/password');
});

test('the first two changes of a box are told apart like all others, seeded or not', async (t) => {
  const cards = [{ id: 'card', driver: 'simulated' }];
  const lines = [{ id: 'line/1', kind: 'fxs', card: 'card', port: 'phone/1' }];
  for (const seed of [undefined, { version: 1, cards, lines, accounts: [account] }]) {
    const { open, folder } = await setUp(t);
    const document = await open(seed);
    const base = document.revision;
    assert.equal((await change(document, { system: { name: 'one' } }, base)).is, 'applied');
    assert.equal((await change(document, { routing: { interDigitS: 5 } }, base)).is, 'applied');
    const conflict = await change(document, { system: { name: 'two', country: 'DE' } }, base);
    assert.deepEqual(conflict, { is: 'conflict', revision: document.revision, paths: ['system/name'] });
    assert.ok(!(await stored(folder)).includes(CANARY), 'a secret lies open');
  }
});

test('things of every list can be added by name to a box that was seeded without that list', async (t) => {
  const { open } = await setUp(t);
  const cards = [{ id: 'card', driver: 'simulated' }];
  const document = await open({ version: 1, cards, lines: [], accounts: [], trunks: [] });
  const calendars = { office: { timeZone: 'Europe/Berlin' } };
  const routes = { all: { calendar: 'office' } };
  assert.equal((await change(document, { calendars, routes, groups: { both: {} } })).is, 'applied');
  assert.deepEqual(
    [document.configuration.calendars, document.configuration.routes, document.configuration.groups].map(
      ([first]) => first?.id,
    ),
    ['office', 'all', 'both'],
  );
  const { shown } = document as { shown: Record<string, unknown> };
  for (const [list, things] of Object.entries(shown).filter(([, value]) => Array.isArray(value))) {
    const refused = await change(document, { [list]: { 'x y': { unknown: 1 } } });
    assert.ok(refused.is === 'refused' && refused.refused.every(({ limit }) => limit !== 'must be a list'), list);
    assert.ok(Array.isArray(things));
  }
});

test('two who change different things both succeed; the same thing is a conflict', async (t) => {
  const { open } = await setUp(t);
  const document = await open();
  await change(document, { trunks: [trunk] });
  const base = document.revision;
  await change(document, { trunks: { primary: { priority: 5 } } }, base);
  const conflict = await change(document, { trunks: { primary: { priority: 6 } } }, base);
  assert.deepEqual(conflict, { is: 'conflict', revision: document.revision, paths: ['trunks/primary/priority'] });
  assert.equal((await change(document, { network: { sipT1Ms: 100 } }, base)).is, 'applied');
  assert.equal(document.configuration.trunks[0]?.priority, 5);
  const unknown = await change(document, { media: { jitterInitialMs: 80 } }, '1-00000000');
  assert.ok(unknown.is === 'conflict' && unknown.paths[0] === 'media');
});

test('proposals at the same time: one after the other, the second sees the first', async (t) => {
  const { open } = await setUp(t);
  const document = await open();
  await change(document, { trunks: [trunk] });
  const base = document.revision;
  const both = [1, 2].map((priority) => change(document, { trunks: { primary: { priority: priority + 10 } } }, base));
  assert.deepEqual(
    (await Promise.all(both)).map(({ is }) => is),
    ['applied', 'conflict'],
  );
});

test('a dry run names the steps and changes nothing', async (t) => {
  const { open, done } = await setUp(t);
  const document = await open();
  const answer = await document.dryRun({
    base: document.revision,
    change: { trunks: [trunk], system: { country: 'DE' } },
  });
  assert.deepEqual(answer, { is: 'possible', steps: ['provisionHardware', 'addTrunk primary', 'reroute'] });
  assert.deepEqual(done, []);
  assert.equal(document.revision, '0-factory');
});

test('a step that fails is told; the others are done and the change stands', async (t) => {
  const { open, done, alarms } = await setUp(t);
  const document = await open();
  const outcome = await change(document, { system: { name: 'box' }, trunks: [trunk] });
  assert.ok(outcome.is === 'applied');
  assert.deepEqual(outcome.failed, [{ step: 'rename', why: 'no name for you' }]);
  assert.deepEqual(done, ['addTrunk primary']);
  assert.equal(alarms.length, 1);
  assert.equal((await open()).configuration.system.name, 'box');
});

test('a damaged file: the generation before; both damaged: the factory, an alarm, and the evidence', async (t) => {
  const { open, folder, alarms } = await setUp(t);
  const document = await open();
  await change(document, { network: { sipT1Ms: 100 } });
  await change(document, { network: { sipT1Ms: 200 } });
  await truncate(join(folder, 'configuration'), 40);
  assert.equal((await open()).configuration.network.sipT1Ms, 100);
  assert.equal(alarms.length, 2);
  assert.match(alarms[1]!, /the settings before the last change run \(revision 1-/);
  await truncate(join(folder, 'configuration.prev'), 40);
  assert.equal((await open()).configuration.network.sipT1Ms, 500);
  assert.equal(alarms.length, 4);
  assert.match(alarms[3]!, /no stored settings can be read; the box runs with its first settings/);
  const names = await readdir(folder);
  assert.ok(names.includes('configuration.damaged-1') && names.includes('configuration.prev.damaged-1'));
});

test('a device key that has gone costs the secrets, not the settings', async (t) => {
  const { open, folder, alarms } = await setUp(t);
  await change(await open(), { trunks: [trunk], accounts: [account] });
  await rm(join(folder, 'key'));
  const { configuration } = await open();
  assert.equal(configuration.trunks[0]?.host, trunk.host);
  assert.equal(configuration.accounts[0]?.password, '');
  assert.match(alarms[0]!, /accounts\/desk\/password was encrypted with another key/);
});

test('what cannot be stored changes nothing', async (t) => {
  let full = false;
  const { open, done } = await setUp(t, {
    ...systemFiles,
    rename: async (from, to) => {
      if (full) throw new Error('ENOSPC');
      await systemFiles.rename(from, to);
    },
  });
  const document = await open();
  full = true;
  await assert.rejects(change(document, { trunks: [trunk] }), { code: 'store-unwritable' });
  assert.equal(document.configuration.trunks.length, 0);
  assert.deepEqual(done, []);
});

test('the last ten generations are kept', async (t) => {
  const { open, folder } = await setUp(t);
  const document = await open();
  for (let sipT1Ms = 100; sipT1Ms < 112; sipT1Ms++) await change(document, { network: { sipT1Ms } });
  const kept = (await readdir(folder)).filter((name) => name.startsWith('generation-'));
  assert.equal(kept.length, 10);
  assert.ok(kept.some((name) => name === `generation-${document.revision}`));
  assert.ok(!kept.some((name) => name.startsWith('generation-2-')));
});

test('a change that is too large or too deep is refused before it is looked at', async (t) => {
  const { open } = await setUp(t);
  const document = await open();
  let deep: unknown = {};
  for (let level = 0; level < 10_000; level++) deep = { deep };
  for (const what of [{ deep }, { system: { name: 'x'.repeat(300_000) } }]) {
    const outcome = await change(document, what);
    assert.ok(outcome.is === 'refused' && outcome.refused[0]?.path === '');
  }
});
