import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { catalogue } from '../../drivers/catalogue.ts';
import { systemClock } from '../core/clock.ts';
import { silentLog } from '../core/log.ts';
import { startEngine } from '../engine/test-engine.ts';
import type { Change } from './configuration/merge.ts';
import { ControlPlane } from './plane.ts';

const CANARY = 'canary-71b3';
const simulated = 'simulated';

type Status = {
  readonly engine: string;
  readonly ports: Record<string, { readonly inService: boolean; readonly cause: string }>;
  readonly trunks: readonly { readonly id: string }[];
  readonly calls: readonly { readonly dialled: string; readonly is: string }[];
  readonly legs: readonly string[];
  readonly alarms: readonly object[];
  readonly audit: { readonly lines: readonly { readonly id: string }[] };
};

const phone = (n: number, more: object = {}) => ({
  id: `line/${n}`,
  kind: 'fxs',
  card: simulated,
  port: `phone/${n}`,
  extension: String(10 + n),
  ...more,
});

const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 500, `${what} has not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** A way to the engine's socket that can be cut. */
const cuttable = async (t: TestContext, folder: string) => {
  const path = join(folder, 'way.sock');
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(join(folder, 'engine.sock'));
    for (const [end, other] of [[near, far] as const, [far, near] as const]) {
      ends.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  const cut = (): void => {
    for (const end of [...ends]) end.destroy();
  };
  return { path, cut };
};

/** The plane in this process, beside the real engine process with two simulated phones and an exchange line. */
const setUp = async (t: TestContext, lines: readonly object[] = [phone(1), phone(2)]) => {
  const engine = await startEngine();
  // the plane first: what it still writes belongs into the folder that goes with the engine
  const ending = { close: async (): Promise<void> => {} };
  t.after(async () => {
    await ending.close();
    await engine.stop();
  });
  const said: { readonly text: string; readonly detail: object }[] = [];
  const say = (detail: object, text: string) => void said.push({ text, detail });
  const settings = { ...(engine.hardware.cards[0]!.settings as object) };
  const way = await cuttable(t, engine.folder);
  const data = join(engine.folder, 'data');
  mkdirSync(join(data, 'records'), { recursive: true });
  let ready = 0;
  let worked = 0;
  const plane = await ControlPlane.open({
    data,
    run: engine.folder,
    engineSocket: way.path,
    build: 'test',
    drivers: catalogue,
    clock: systemClock,
    log: { ...silentLog, info: say, warn: say, error: say },
    seed: () => ({
      version: 1,
      routing: { firstDigitS: 5 },
      cards: [{ id: simulated, driver: 'simulated', settings }],
      lines,
    }),
    onReady: () => ready++,
    onWork: (count) => {
      worked = count;
    },
  });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await plane.close();
  };
  ending.close = close;
  await until('readiness', () => ready === 1);
  return {
    plane,
    engine,
    said,
    close,
    bench: await engine.bench(),
    status: () => JSON.parse(readFileSync(join(engine.folder, 'status.json'), 'utf8')) as Status,
    records: () => {
      const path = join(data, 'records', 'calls-000000000001.ndjson');
      return existsSync(path) ? readFileSync(path, 'utf8') : '';
    },
    change: (what: Change) => plane.propose({ by: 'test', base: plane.settings.revision, change: what }),
    cut: way.cut,
    readyTimes: () => ready,
    worked: () => worked,
  };
};

test('a plane that is ready shows its lines, and a call between two phones from end to end', async (t) => {
  const { bench, status, said, records } = await setUp(t);
  assert.equal(status().engine, 'in service');
  assert.deepEqual(
    status().audit.lines.map(({ id }) => id),
    ['line/1', 'line/2'],
  );
  await bench.lift('phone/1');
  await bench.press('phone/1', '12');
  await bench.waitFor('phone/2', 'ringing', { timeoutMs: 5000 });
  assert.deepEqual(
    status().calls.map(({ dialled, is }) => [dialled, is]),
    [['12', 'alerting']],
  );
  await bench.lift('phone/2');
  await until('the answer', () => status().calls[0]?.is === 'talking');
  await bench.hangUp('phone/1');
  await until('the end', () => status().calls.length === 0 && status().legs.length === 0);
  await until('the record', () => records().includes('"dialled":"12"'));
  const sentences = said.map(({ text }) => text).filter((text) => text.startsWith('call/'));
  assert.match(sentences[0]!, /: phone line\/1 \(11\) calls 12$/);
  assert.match(sentences.at(-1)!, /: ended by the caller: hung up$/);
});

test('a line that its card does not have is out of service with a cause; the others work', async (t) => {
  const { status, said, bench } = await setUp(t, [phone(1), phone(9)]);
  assert.equal(status().ports['line/9']?.inService, false);
  assert.match(status().ports['line/9']!.cause, /phone\/9/);
  assert.equal(status().alarms.length, 1);
  assert.ok(said.some(({ text }) => text === 'a line cannot be put into service'));
  await bench.lift('phone/1');
  await bench.waitFor('phone/1', 'tone', { hertz: [350], timeoutMs: 3000 });
});

test('settings reach the rooms that run: a trunk, an account, an extension, a line', async (t) => {
  const { change, status, bench, plane, engine, said } = await setUp(t, [phone(1)]);
  const trunk = { id: 'primary', host: '127.0.0.1', port: 9, localPort: 25160 + (process.pid % 100) };
  const account = { id: 'desk', user: '101', password: CANARY, line: 'line/1' };
  const added = await change({ trunks: [trunk], accounts: [account] });
  assert.ok(added.is === 'applied');
  assert.deepEqual(added.failed, []);
  await until('the trunk', () => status().trunks.some(({ id }) => id === 'primary'));
  const changed = await change({ lines: [phone(1, { extension: '77' }), phone(2)] });
  assert.ok(changed.is === 'applied');
  assert.deepEqual(changed.failed, []);
  await bench.lift('phone/2');
  await bench.waitFor('phone/2', 'tone', { hertz: [350], timeoutMs: 3000 });
  await bench.press('phone/2', '77');
  await bench.waitFor('phone/1', 'ringing', { timeoutMs: 5000 });
  const gone = await change({ accounts: { desk: null }, trunks: { primary: null } });
  assert.equal(gone.is, 'applied');
  await until('the trunk to go', () => !status().trunks.some(({ id }) => id === 'primary'));
  const shown = JSON.stringify([plane.settings, said, status()]);
  const stored = readFileSync(join(engine.folder, 'data', 'configuration', 'configuration'), 'utf8');
  assert.ok(!shown.includes(CANARY) && !stored.includes(CANARY));
});

test('a change that names an unknown driver is refused with the names there are; what ran goes on', async (t) => {
  const { change, plane, bench } = await setUp(t);
  const before = plane.settings.revision;
  const outcome = await change({ cards: { [simulated]: { driver: 'abacus' } } });
  assert.ok(outcome.is === 'refused');
  assert.match(JSON.stringify(outcome.refused), /cards\/0\/driver.*must be one of .*simulated/);
  assert.equal(plane.settings.revision, before);
  await bench.lift('phone/1');
  await bench.waitFor('phone/1', 'tone', { hertz: [350], timeoutMs: 3000 });
});

test('a connection to the engine that only breaks ends no call', async (t) => {
  const { bench, cut, readyTimes, status, said } = await setUp(t);
  await bench.lift('phone/1');
  await bench.press('phone/1', '12');
  await bench.waitFor('phone/2', 'ringing', { timeoutMs: 5000 });
  await bench.lift('phone/2');
  await until('the answer', () => said.some(({ text }) => text.includes('answered by')));
  cut();
  await until('the connection', () => readyTimes() === 2);
  assert.equal(status().calls[0]?.is, 'talking');
  await bench.tone('phone/1', [1000]);
  await bench.waitFor('phone/2', 'tone', { hertz: [1000], timeoutMs: 2000 });
  await bench.hangUp('phone/2');
  await until('the end', () => status().calls.length === 0);
});

test('a plane whose engine has gone works on: its watchdog leaves it to tell what is wrong', async (t) => {
  const { engine, status, worked } = await setUp(t);
  engine.child.kill('SIGKILL');
  await until('word of the engine', () => status().engine !== 'in service');
  const before = worked();
  await until('two seconds of work', () => worked() >= before + 2);
});

test('a plane that closes ends its calls first: they are recorded, and the phones hear that it is over', async (t) => {
  const { bench, close, records, said } = await setUp(t);
  await bench.lift('phone/1');
  await bench.press('phone/1', '12');
  await bench.waitFor('phone/2', 'ringing', { timeoutMs: 5000 });
  await bench.lift('phone/2');
  await until('the answer', () => said.some(({ text }) => text.includes('answered by')));
  const began = systemClock.now();
  await close();
  assert.ok(systemClock.now() - began < 3000);
  assert.match(records(), /"cause":"gatewayRestarted"/);
  await bench.waitFor('phone/1', 'tone', { hertz: [480], timeoutMs: 3000 });
});
