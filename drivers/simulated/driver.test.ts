import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { conformance, type Outside, type Subject } from '../contract/conformance.ts';
import { FRAME_MS, FRAME_SAMPLES } from '../contract/line-card.ts';
import { BenchClient, type ExchangeState, type PhoneState } from './bench-client.ts';
import { Rig } from './test-rig.ts';

let sockets = 0;
const socketPath = (): string => join(tmpdir(), `bench-${process.pid}-${++sockets}.sock`);

class BenchOutside implements Outside {
  readonly #bench: BenchClient;
  readonly #rig: Rig;

  constructor(bench: BenchClient, rig: Rig) {
    this.#bench = bench;
    this.#rig = rig;
  }

  lift = (port: string) => this.#do('lift', { port });
  hangUp = (port: string) => this.#do('hangUp', { port });
  ring = (port: string) => this.#do('ring', { port });
  stopRinging = (port: string) => this.#do('stopRinging', { port });
  dropLoop = (port: string) => this.#do('drop', { port, ms: 400 });
  reverse = (port: string, reversed: boolean) => this.#do('polarity', { port, reversed });
  cable = (port: string, plugged: boolean) => this.#do('fault', { port, name: 'cableOut', on: !plugged });
  card = (present: boolean) => this.#do('card', { is: present ? 'in' : 'out' });
  speak = (port: string) => this.#do('tone', { port, hertz: [1000], level: -10 });
  silence = (port: string) => this.#do('silence', { port });

  async rings(port: string): Promise<boolean> {
    return (await this.#bench.phone(port)).ringing;
  }

  async level(port: string): Promise<number> {
    return (await this.#bench.request<PhoneState | ExchangeState>('state', { port })).level;
  }

  async nextFrame(): Promise<void> {
    this.#rig.nowMs += FRAME_MS;
  }

  async #do(name: string, fields: object): Promise<void> {
    await this.#bench.request(name, fields);
  }
}

for (const { name, run } of conformance)
  test(`the simulated card conforms: ${name}`, async () => {
    const bench = socketPath();
    const rig = await Rig.open({ bench });
    const client = await BenchClient.connect(bench);
    try {
      const outside = new BenchOutside(client, rig);
      const subject: Subject = { card: rig.card, events: rig.events, outside, now: () => rig.nowMs };
      await run(subject);
    } finally {
      client.close();
      await rig.close();
    }
  });

test('the conformance suite finds a card that is wrong', async () => {
  const rig = await Rig.open({ phones: 1, exchangeLines: 0 });
  const check = (name: string) => conformance.find((one) => one.name.includes(name))!;
  const subject = (card: object): Subject => ({
    card: { ...rig.card, ports: rig.card.ports, ...card } as never,
    events: [],
    outside: { nextFrame: async () => {} } as never,
    now: () => 0,
  });
  const leak: Int16Array[] = [];
  const noisy = { read: (_port: string, frame: Int16Array) => frame.fill(4000), write: () => {} };
  const lazy = { read: () => {}, write: () => {} };
  const greedy = { read: () => leak.push(new Int16Array(FRAME_SAMPLES)), write: () => {} };
  await assert.rejects(check('160 samples').run(subject(noisy)), /idle line has samples of 4000/);
  await assert.rejects(check('160 samples').run(subject(lazy)), /left the frame as it was/);
  await assert.rejects(check('unknown port').run(subject(lazy)), /does not refuse/);
  await assert.rejects(check('allocate').run(subject(greedy)), /bytes a call/);
  await assert.rejects(check('distinct names').run(subject({ ports: [] })), /no ports/);
  await rig.close();
});

test('as many ports as the settings say, named in order', async () => {
  const rig = await Rig.open({ phones: 24, exchangeLines: 8 });
  assert.equal(rig.card.ports.length, 32);
  assert.deepEqual(rig.card.ports[0], { name: 'phone/1', kind: 'fxs' });
  assert.deepEqual(rig.card.ports[31], { name: 'exchange/8', kind: 'fxo' });
  await rig.close();
});

test('a bench socket that cannot be opened is told with its path', async () => {
  await assert.rejects(Rig.open({ bench: '/nowhere/at/all.sock' }), /\/nowhere\/at\/all\.sock.*choose a folder/);
  await assert.rejects(Rig.open({ bench: `/tmp/${'x'.repeat(110)}` }), /at most 107 bytes/);
  await assert.rejects(Rig.open({ otherNumbers: { does: 'answers', file: '/nowhere.wav' } }), /nowhere\.wav/);
});

test('a port that nobody reads goes on by itself', async () => {
  const rig = await Rig.open({ bench: '', phones: 1, exchangeLines: 1 });
  rig.run(20);
  rig.card.drive('exchange/1', { loop: 'closed' });
  rig.nowMs += 1000;
  const deadline = process.hrtime.bigint() + 3_000_000_000n;
  const flows = () => rig.told('exchange/1').some((event) => 'flows' in event);
  while (!flows() && process.hrtime.bigint() < deadline) await new Promise((done) => setTimeout(done, 20));
  assert.ok(flows());
  await rig.close();
});
