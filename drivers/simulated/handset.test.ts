import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BenchClient } from './bench-client.ts';
import { Rig } from './test-rig.ts';
import { meanSquare, shareOf } from './tone.ts';
import { expand, toULaw } from './u-law.ts';

async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'handset-'));
  const socket = join(folder, 'bench.sock');
  const rig = await Rig.open({ bench: socket });
  const clients: BenchClient[] = [];
  const client = async (): Promise<BenchClient> => {
    const one = await BenchClient.connect(socket);
    clients.push(one);
    return one;
  };
  t.after(async () => {
    for (const one of clients) one.close();
    await rig.close();
    rmSync(folder, { recursive: true });
  });
  return { rig, client, socket };
}

const sine = (hertz: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => toULaw(Math.round(8000 * Math.sin((2 * Math.PI * hertz * i) / 8000))));

const share = (hertz: number, samples: Int16Array): number =>
  shareOf(hertz, samples, 0, samples.length, meanSquare(samples) * samples.length);

const until = async (what: string, met: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await met()) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  assert.fail(`waited in vain for ${what}`);
};

test('who holds a handset hears every frame as it is, and nobody else does', async (t) => {
  const { rig, client } = await setUp(t);
  const [holder, other] = [await client(), await client()];
  const heard: number[] = [];
  let events = 0;
  await other.events(({ event }) => {
    if (event === 'heard') events++;
  });
  let at = 0;
  rig.says.set('phone/1', (frame) => {
    for (let i = 0; i < frame.length; i++) frame[i] = 8000 * Math.sin((2 * Math.PI * 440 * at++) / 8000);
  });
  await holder.hold('phone/1', (octets) => {
    assert.equal(octets.length, 160);
    heard.push(...Array.from(octets, expand));
  });
  await holder.lift('phone/1');
  rig.run(1000);
  await until('50 frames', () => heard.length >= 8000);
  assert.equal(heard.length, 8000);
  assert.ok(share(440, Int16Array.from(heard)) > 0.98);
  await other.list();
  assert.equal(events, 0);
  assert.deepEqual(await holder.detach('phone/1'), { droppedMs: 0, gaps: 0 });
  rig.run(100);
  await holder.list();
  assert.equal(heard.length, 8000, 'nothing is heard after detach');
});

test('what is said leaves the phone 40 ms later, keys take its place, and it goes on beneath them', async (t) => {
  const { rig, client } = await setUp(t);
  const holder = await client();
  await holder.hold('phone/1', () => {});
  await holder.lift('phone/1');
  rig.run(20);
  rig.taken('phone/1');
  for (let i = 0; i < 2; i++) holder.say('phone/1', sine(1000, 800));
  await holder.list();
  rig.run(200);
  const said = rig.taken('phone/1');
  assert.ok(share(1000, said.slice(0, 1600)) > 0.98);
  holder.say('phone/1', sine(1000, 800));
  const pressed = holder.press('phone/1', '5', { onMs: 60, offMs: 20 });
  await holder.list();
  rig.run(100);
  await pressed;
  const keyed = rig.taken('phone/1');
  assert.ok(share(1000, keyed.slice(0, 480)) < 0.05, 'a keypad mutes the microphone');
  assert.ok(share(770, keyed.slice(0, 480)) > 0.4);
  assert.ok(share(1000, keyed.slice(640, 800)) > 0.9, 'the last of the 100 ms that were said');
  assert.deepEqual(await holder.detach('phone/1'), { droppedMs: 0, gaps: 0 });
});

test('one holds a handset at a time; who does not hold it cannot speak into it', async (t) => {
  const { client } = await setUp(t);
  const [first, second] = [await client(), await client()];
  await first.hold('phone/1', () => {});
  await assert.rejects(second.request('attach', { port: 'phone/1' }), /not-possible: somebody holds the handset/);
  await assert.rejects(second.detach('phone/1'), /does not hold the handset of phone\/1: attach first/);
  const audio = Buffer.alloc(160).toString('base64');
  await assert.rejects(second.request('say', { port: 'phone/1', audio }), /attach first/);
  await assert.rejects(first.request('say', { port: 'phone/1', audio: '?' }), /bad-field.*octets of u-law/);
  const long = Buffer.alloc(804).toString('base64');
  await assert.rejects(first.request('say', { port: 'phone/1', audio: long }), /bad-field/);
  first.close();
  await until('the handset to be free', () =>
    second.request('attach', { port: 'phone/1' }).then(
      () => true,
      () => false,
    ),
  );
});

const endings: readonly (readonly [what: string, hangsUp: boolean, before: boolean, hook: 'on' | 'off'])[] = [
  ['lifted since', true, false, 'on'],
  ['lifted before by somebody else', true, true, 'off'],
  ['without hangsUp', false, false, 'off'],
];
for (const [what, hangsUp, before, hook] of endings)
  test(`a holder that goes away leaves the handset ${hook} the hook: ${what}`, async (t) => {
    const { rig, client } = await setUp(t);
    const [holder, other] = [await client(), await client()];
    if (before) await other.lift('phone/1');
    await holder.hold('phone/1', () => {}, { hangsUp });
    await holder.lift('phone/1');
    rig.run(100);
    holder.close();
    await until('the end of the holder', () =>
      other.request('attach', { port: 'phone/1' }).then(
        () => true,
        () => false,
      ),
    );
    assert.equal((await other.phone('phone/1')).hook, hook);
  });

test('a holder that reads nothing is cut off, and its handset is free', async (t) => {
  const { rig, client, socket } = await setUp(t);
  const other = await client();
  const deaf: Socket = connect(socket);
  deaf.on('error', () => {});
  deaf.write('{"id":1,"do":"attach","port":"phone/1"}\n');
  await new Promise((done) => deaf.once('data', done));
  deaf.pause();
  await until('the deaf one to be cut off', async () => {
    rig.run(2000);
    return other.request('attach', { port: 'phone/1' }).then(
      () => true,
      () => false,
    );
  });
  deaf.destroy();
});

test('a client without files may not name them, and does everything else', async (t) => {
  const { client } = await setUp(t);
  const bound = await client();
  await bound.request('withoutFiles');
  await assert.rejects(bound.listen('phone/1', '/tmp/x.wav'), /may not have files read or written/);
  await assert.rejects(bound.speak('phone/1', '/etc/passwd'), /may not have files read or written/);
  await assert.rejects(
    bound.request('program', { port: 'exchange/1', number: '1', does: 'answers', file: '/x' }),
    /file/,
  );
  await bound.lift('phone/1');
});
