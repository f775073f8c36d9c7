import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BenchClient, type BenchEvent, type ExchangeState } from './bench-client.ts';
import { commands, LONGEST_LINE_BYTES } from './bench-protocol.ts';
import { parseWords, run as runCommandLine } from './command-line.ts';
import { digitScript } from './dtmf.ts';
import { Rig } from './test-rig.ts';
import { ToneSource } from './tone.ts';
import { readWav, writeWav } from './wav.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const socket = join(folder, 'bench.sock');
let rig: Rig;
let bench: BenchClient;

before(async () => {
  rig = await Rig.open({ bench: socket });
  rig.start();
  bench = await BenchClient.connect(socket);
});

after(async () => {
  bench.close();
  await rig.close();
  rmSync(folder, { recursive: true });
});

/** Sends raw bytes; the first line that comes back. */
function raw(bytes: string | Buffer): Promise<{ id?: unknown; ok?: object; error?: { code: string; detail: string } }> {
  return new Promise((done, fail) => {
    const client = connect(socket);
    let text = '';
    client.on('error', fail);
    client.on('data', (data) => {
      text += data;
      if (!text.includes('\n')) return;
      client.destroy();
      done(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    client.write(bytes);
  });
}

/** Bounces back to a port what the test wants it to hear. */
const play = (port: string, samples: Int16Array): void => {
  let at = 0;
  rig.says.set(port, (frame) => {
    for (let i = 0; i < frame.length; i++) frame[i] = samples[at++ % samples.length]!;
  });
};

const sine = (hertz: number, seconds: number): Int16Array =>
  Int16Array.from({ length: seconds * 8000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * hertz * i) / 8000));

const badLines: readonly (readonly [what: string, line: string, code: string, detail: RegExp])[] = [
  ['no JSON', 'lift phone/1', 'bad-line', /no JSON.*"do":"list"/],
  ['an array', '[1]', 'bad-line', /no JSON object/],
  ['null', 'null', 'bad-line', /no JSON object/],
  ['an object as id', '{"id":{},"do":"list"}', 'bad-field', /id is neither/],
  ['no command', '{"id":1}', 'unknown-command', /do is missing: give one of .*hangUp/],
  ['a command of the language itself', '{"id":1,"do":"constructor"}', 'unknown-command', /give one of/],
  ['an unknown command', '{"id":1,"do":"explode"}', 'unknown-command', /"explode": give one of/],
  ['no port', '{"id":1,"do":"lift"}', 'unknown-port', /port is missing: give one of phone\/1/],
  [
    'an unknown port',
    '{"id":1,"do":"lift","port":"phone/5"}',
    'unknown-port',
    /phone\/1, phone\/2, phone\/3, phone\/4$/,
  ],
  ['a port of the other kind', '{"id":1,"do":"ring","port":"phone/1"}', 'unknown-port', /exchange\/1, exchange\/2$/],
  ['an unknown field', '{"id":1,"do":"flash","port":"phone/1","m":1}', 'bad-field', /m is no field.*it has ms/],
  ['a missing field', '{"id":1,"do":"press","port":"phone/1"}', 'bad-field', /digits is missing/],
  [
    'text for a number',
    '{"id":1,"do":"flash","port":"phone/1","ms":"1"}',
    'bad-field',
    /ms is "1": give a number from 1 to 2000/,
  ],
  [
    'a number out of range',
    '{"id":1,"do":"flash","port":"phone/1","ms":9999}',
    'bad-field',
    /9999: give a number from 1 to 2000/,
  ],
  ['keys that no phone has', '{"id":1,"do":"press","port":"phone/1","digits":"12z"}', 'bad-field', /0-9 \* # A-D/],
  ['too many keys', `{"id":1,"do":"press","port":"phone/1","digits":"${'1'.repeat(65)}"}`, 'bad-field', /at most 64/],
  ['too many frequencies', '{"id":1,"do":"tone","port":"phone/1","hertz":[1,2,3,4,5]}', 'bad-field', /1 to 4 numbers/],
  ['a relative path', '{"id":1,"do":"listen","port":"phone/1","file":"x.wav"}', 'bad-field', /begins with \//],
  ['no such fault', '{"id":1,"do":"fault","port":"phone/1","name":"tired"}', 'bad-field', /one of cableOut/],
  [
    'a fault of the other kind',
    '{"id":1,"do":"fault","port":"phone/1","name":"noDialTone"}',
    'bad-field',
    /no fault of this/,
  ],
  ['a word for yes', '{"id":1,"do":"polarity","port":"exchange/1","reversed":"yes"}', 'bad-field', /true or false/],
  ['keys on hook', '{"id":1,"do":"press","port":"phone/1","digits":"1"}', 'not-possible', /lift it first/],
  ['no file', '{"id":1,"do":"speak","port":"phone/1","file":"/nowhere.wav"}', 'bad-file', /nowhere\.wav/],
  ['no folder', '{"id":1,"do":"listen","port":"phone/1","file":"/nowhere/a.wav"}', 'bad-file', /cannot be written/],
  ['half a cadence', '{"id":1,"do":"ring","port":"exchange/1","cadence":[500]}', 'bad-field', /pairs of on and off/],
];
for (const [what, line, code, detail] of badLines)
  test(`bench refuses ${what}`, async () => {
    const { error } = await raw(`${line}\n`);
    assert.equal(error?.code, code);
    assert.match(error?.detail ?? '', detail);
  });

test('bench refuses a line that is too long, with its end and without one', async () => {
  const long = Buffer.alloc(LONGEST_LINE_BYTES + 1, 'x');
  for (const bytes of [long, Buffer.concat([long, Buffer.from('\n')])]) {
    const { error } = await raw(bytes);
    assert.equal(error?.code, 'bad-line');
    assert.match(error?.detail ?? '', /65536 bytes/);
  }
});

test('bench takes lines in pieces and several at once', async () => {
  const answers: unknown[] = [];
  const client = connect(socket);
  let text = '';
  client.on('data', (data) => {
    text += data;
  });
  client.write('{"id":"a","do":"li');
  await new Promise((done) => setTimeout(done, 20));
  client.write('st"}\n\n{"id":"b","do":"state","port":"phone/1"}\n');
  while (text.split('\n').length < 3) await new Promise((done) => setTimeout(done, 5));
  for (const line of text.trim().split('\n')) answers.push(JSON.parse(line).id);
  client.destroy();
  assert.deepEqual(answers, ['a', 'b']);
});

test('commands of one port happen in order, state answers meanwhile', async () => {
  const order: string[] = [];
  await bench.lift('phone/1');
  const press = bench.press('phone/1', '123').then(() => order.push('pressed'));
  const hangUp = bench.hangUp('phone/1').then(() => order.push('hung up'));
  const state = bench.phone('phone/1').then(({ hook }) => order.push(`state ${hook}`));
  await Promise.all([press, hangUp, state]);
  assert.deepEqual(order, ['state off', 'pressed', 'hung up']);
});

test('two clients both hear events; one that did not ask hears none', async () => {
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => BenchClient.connect(socket)));
  const heard: BenchEvent[][] = [[], []];
  await first!.events((event) => heard[0]!.push(event));
  await second!.events((event) => heard[1]!.push(event));
  await third!.lift('phone/2');
  await third!.hangUp('phone/2');
  await first!.list();
  await second!.list();
  for (const events of heard)
    assert.deepEqual(
      events.filter(({ event }) => event === 'hook').map(({ port, off }) => [port, off]),
      [
        ['phone/2', true],
        ['phone/2', false],
      ],
    );
  for (const client of [first, second, third]) client!.close();
});

test('who has not subscribed gets answers only', async () => {
  const client = connect(socket);
  let text = '';
  client.on('data', (data) => {
    text += data;
  });
  for (const [id, name] of ['lift', 'hangUp', 'state'].entries())
    client.write(`${JSON.stringify({ id, do: name, port: 'phone/2' })}\n`);
  while (text.split('\n').length < 4) await new Promise((done) => setTimeout(done, 5));
  client.destroy();
  for (const line of text.trim().split('\n')) assert.ok('id' in JSON.parse(line), line);
});

test('speak and listen: WAV files go in at one end and come out at the other', async () => {
  const spoken = join(folder, 'spoken.wav');
  const heard = join(folder, 'heard.wav');
  const samples = sine(700, 1);
  writeFileSync(spoken, writeWav(samples));
  await bench.lift('phone/3');
  rig.taken('phone/3');
  const { seconds } = await bench.speak('phone/3', spoken, { wait: true });
  assert.equal(seconds, 1);
  const read = rig.taken('phone/3');
  const start = read.findIndex(
    (_, i) => read[i + 1] === samples[1] && read[i + 2] === samples[2] && read[i + 3] === samples[3],
  );
  assert.deepEqual(read.subarray(start, start + 8000), samples);
  play('phone/3', sine(500, 1));
  await bench.listen('phone/3', heard);
  await bench.hear('phone/3', 1000);
  const result = await bench.stopListening('phone/3');
  assert.equal(result.file, heard);
  assert.equal(readWav(readFileSync(heard)).length, result.seconds * 8000);
  assert.ok(result.seconds >= 1);
  await assert.rejects(bench.stopListening('phone/3'), /use listen first/);
  await bench.hangUp('phone/3');
});

test('hear tells frequency and level, wait tells when a tone, silence or digits have come', async () => {
  await bench.lift('phone/4');
  play('phone/4', sine(500, 1));
  const heard = await bench.hear('phone/4', 500);
  assert.ok(Math.abs(heard.hertz[0]! - 500) < 5);
  await bench.waitFor('phone/4', 'tone', { hertz: [500] });
  await bench.waitFor('phone/4', 'sound', { ms: 200 });
  await assert.rejects(
    bench.waitFor('phone/4', 'tone', { hertz: [600], timeoutMs: 300 }),
    /timed-out: no tone within 300 ms/,
  );
  await assert.rejects(bench.waitFor('phone/4', 'tone', { hertz: [500, 900], timeoutMs: 300 }), /timed-out/);
  await assert.rejects(bench.waitFor('phone/4', 'digits', { digits: '9', timeoutMs: 300 }), /timed-out/);
  await assert.rejects(bench.waitFor('phone/4', 'tone'), /hertz is missing/);
  rig.says.delete('phone/4');
  await bench.waitFor('phone/4', 'quiet', { ms: 200 });
  await bench.hangUp('phone/4');
});

test('exchange line: rings the gateway, is answered, dialled to, programmed and dropped', async () => {
  const line = 'exchange/2';
  await bench.ring(line, { callerId: '5551234' });
  await bench.waitFor(line, 'ringing');
  await assert.rejects(bench.ring(line), /not idle but ringing/);
  rig.card.drive(line, { loop: 'closed' });
  const { state } = await bench.waitFor<ExchangeState>(line, 'line', { line: 'talking' });
  assert.equal(state.current, true);
  const events: BenchEvent[] = [];
  await bench.events((event) => events.push(event));
  await bench.farHangUp(line, 'loop');
  await bench.waitFor(line, 'line', { line: 'hungUp' });
  rig.card.drive(line, { loop: 'open' });
  await bench.waitFor(line, 'line', { line: 'idle' });
  await assert.rejects(bench.answer(line), /no call to answer/);
  await assert.rejects(bench.farHangUp(line), /loop is open/);
  await bench.program(line, '42', { does: 'noAnswer' });
  rig.card.drive(line, { loop: 'closed' });
  await bench.waitFor(line, 'line', { line: 'dialTone' });
  const dialled = bench.waitFor(line, 'digits', { digits: '42' });
  // Its answer proves that the bench waits for the digits already.
  await bench.list();
  const keys = new ToneSource();
  keys.start(digitScript('42', 100, 100));
  rig.says.set(line, (frame) => {
    keys.addTo(frame);
  });
  await dialled;
  await bench.waitFor(line, 'line', { line: 'ringback' });
  await bench.answer(line, { reversal: true });
  assert.equal((await bench.exchange(line)).polarity, 'reversed');
  await bench.exchangeTone(line, 'busy');
  await bench.drop(line, 100);
  rig.card.drive(line, { loop: 'open' });
  await bench.waitFor(line, 'line', { line: 'idle' });
  assert.ok(events.some(({ event, port, at }) => event === 'line' && port === line && at > 0));
});

test('a mark is a click of full scale in the next frame, and its time is when that was read', async () => {
  await bench.lift('phone/1');
  rig.taken('phone/1');
  for (let i = 0; i < 20; i++) {
    const { at } = await bench.mark('phone/1');
    assert.ok(at <= rig.nowMs && at > rig.nowMs - 500);
  }
  const loud = rig.taken('phone/1').filter((sample) => Math.abs(sample) === 32000);
  assert.equal(loud.length, 20 * 160);
  await bench.hangUp('phone/1');
  await assert.rejects(bench.mark('phone/1'), /lift it first/);
});

test('faults go on and off, and all off at once', async () => {
  const { faults } = await bench.fault('phone/1', 'noise', { level: -30 });
  assert.deepEqual(faults, ['noise']);
  await bench.fault('phone/1', 'stuckOffHook');
  await bench.waitFor('phone/1', 'loopClosed');
  await bench.fault('phone/1', 'noise', { on: false });
  assert.deepEqual((await bench.phone('phone/1')).faults, ['stuckOffHook']);
  await bench.clearFaults('phone/1');
  await bench.waitFor('phone/1', 'loopOpen');
});

test('the command line reads values in order, by name, as lists and as yes or no', () => {
  assert.deepEqual(parseWords(['press', 'phone/1', '123', 'offMs=50']), {
    name: 'press',
    fields: { port: 'phone/1', digits: '123', offMs: 50 },
  });
  assert.deepEqual(parseWords(['tone', 'phone/1', '350+440', '-13']).fields, {
    port: 'phone/1',
    hertz: [350, 440],
    level: -13,
  });
  assert.deepEqual(parseWords(['polarity', 'exchange/1', 'yes']).fields, { port: 'exchange/1', reversed: true });
  assert.deepEqual(parseWords(['card', 'out']), { name: 'card', fields: { is: 'out' } });
  assert.throws(() => parseWords(['lift', 'phone/1', 'high']), /one word too many/);
  assert.throws(() => parseWords(['explode']), /no command; there are .*lift/);
});

test('the command line prints words and exits 0, or the remedy and exits 1', async (t) => {
  const out = t.mock.method(console, 'log', () => {});
  const errors = t.mock.method(console, 'error', () => {});
  const said = (): string => out.mock.calls.map(({ arguments: [text] }) => text).join('\n');
  const complained = (): string => errors.mock.calls.map(({ arguments: [text] }) => text).join('\n');
  assert.equal(await runCommandLine([socket, 'state', 'phone/2']), 0);
  assert.match(said(), /hook: on\nloop: open/);
  assert.equal(await runCommandLine([socket, 'hear', 'phone/2', '100']), 0);
  assert.match(said(), /no tone at -100 dBm0 in 0\.1 s: quiet 100 ms/);
  assert.equal(await runCommandLine([socket, 'lift', 'phone/9']), 1);
  assert.match(complained(), /give one of phone\/1/);
  assert.equal(await runCommandLine([`${socket}x`, 'list']), 1);
  assert.match(complained(), /nobody listens at .*is the gateway running/);
  assert.equal(await runCommandLine([]), 1);
  assert.match(said(), /usage: bench SOCKET/);
});

test('every command and every fault is documented, with its fields', () => {
  const text = readFileSync(new URL('../../docs/simulation.md', import.meta.url), 'utf8');
  for (const [name, { fields }] of Object.entries(commands)) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${name}`));
    assert.ok(row !== undefined, `docs/simulation.md has no row for ${name}`);
    for (const field of Object.keys(fields))
      assert.ok(row.includes(field), `its row of ${name} does not name ${field}`);
  }
  for (const fault of commands.fault.fields.name.of)
    assert.match(text, new RegExp(`^\\| \`${fault}\` `, 'm'), `docs/simulation.md has no row for fault ${fault}`);
});
