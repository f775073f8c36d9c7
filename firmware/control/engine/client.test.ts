import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../core/clock.ts';
import { GatewayError } from '../../core/error.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import { encodeMessage, MessageDecoder } from '../../engine-protocol/codec.ts';
import { EngineClient } from './client.ts';

type Message = Record<string, unknown> & { readonly do: string; readonly id: number };

const eventOf = (seq: number) => ({ to: 'event', seq, at: 0, termination: 'line/1', event: { is: 'offHook' } });

/** The engine's end of the socket, answered by a test. */
class Peer {
  readonly asked: Message[] = [];
  socket: Socket | undefined;
  epoch = 'first';
  /** What it does with a request that is not hello; `undefined` keeps silent. */
  answer: (message: Message) => object | undefined = () => ({ ok: {} });
  /** Events that stand right behind the answer to hello. */
  kept: readonly number[] = [];
  readonly #server: Server;

  constructor(path: string) {
    this.#server = createServer((socket) => {
      this.socket = socket;
      const decoder = new MessageDecoder();
      socket.on('error', () => {});
      socket.on('data', (octets) => {
        for (const message of decoder.push(octets)) this.#take(message as Message);
      });
    }).listen(path);
  }
  #take(message: Message): void {
    this.asked.push(message);
    if (message.do === 'acknowledge') return;
    const { epoch } = this;
    const hello = { ok: { protocol: '1.0', build: 'test', epoch, revision: undefined } };
    const reply = message.do === 'hello' ? hello : this.answer(message);
    const heard = Number(message['heardUpTo']);
    const events = message.do === 'hello' ? this.kept.filter((seq) => seq > heard).map(eventOf) : [];
    const all = reply ? [{ to: 'reply', id: message.id, ...reply }, ...events] : [];
    if (all.length > 0) this.socket?.write(Buffer.concat(all.map((each) => encodeMessage(each))));
  }
  send(message: object): void {
    this.socket?.write(encodeMessage(message));
  }
  event(seq: number): void {
    this.send(eventOf(seq));
  }
  names(): string[] {
    return this.asked.map((message) => message.do);
  }
  async close(): Promise<void> {
    this.socket?.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

let folder: string;
let peer: Peer;
let client: EngineClient;
let written: number;
const seen: string[] = [];

/** Waits until it is so; the test runner's own limit ends a wait for what never comes. */
const until = async (so: () => boolean): Promise<void> => {
  while (!so()) await new Promise((resolve) => setImmediate(resolve));
};
const connected = () => until(() => seen.some((each) => each.startsWith('connected')));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-client-'));
  const path = join(folder, 'engine.sock');
  peer = new Peer(path);
  written = 0;
  seen.length = 0;
  const runner = new Runner(systemClock, silentLog, { write: () => written++ });
  client = new EngineClient({
    socket: path,
    build: 'test',
    runner,
    clock: systemClock,
    log: silentLog,
    random: () => 0,
    taken: (seq) => seen.push(`taken ${seq}`),
  });
  client.onConnected(({ epoch, sameEpoch }) => seen.push(`connected ${epoch} ${sameEpoch}`));
  client.onLost(() => seen.push('lost'));
  client.onEvent((event) => {
    seen.push(`event ${event.seq}`);
    runner.fact({ event: event.seq });
  });
  client.start();
});
afterEach(async () => {
  await client.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

describe('the client of the engine', { timeout: 20_000 }, () => {
  it('says hello first and matches replies by their number', async () => {
    await connected();
    assert.deepEqual(seen, ['connected first false']);
    const held: Message[] = [];
    peer.answer = (message) => void held.push(message);
    const first = client.subtract({ termination: 'net/1' });
    const second = client.subtract({ termination: 'net/2' });
    await until(() => held.length === 2);
    for (const { id, termination } of held.reverse()) peer.send({ to: 'reply', id, ok: { seconds: termination } });
    assert.deepEqual(await first, { seconds: 'net/1' });
    assert.deepEqual(await second, { seconds: 'net/2' });
  });

  describe('before the first hello', () => {
    const away = (words: RegExp) => (error: unknown) =>
      error instanceof GatewayError && error.code === 'engine-away' && words.test(error.message);
    /** Of a plane after another, with a clock of its own, and not started yet. */
    const second = (epoch: string) => {
      const clock = new TestClock();
      const runner = new Runner(clock, silentLog, { write: () => {} });
      const early = new EngineClient({
        ...{
          socket: join(folder, 'engine.sock'),
          build: 'test',
          runner,
          clock,
          log: silentLog,
          epoch,
          random: () => 0,
        },
      });
      return { early, clock };
    };

    it('keeps what is asked until the same engine answers, and asks it in its order', async (t) => {
      const { early } = second('first');
      t.after(() => early.close());
      early.onConnected(() => void early.audit());
      const asked = [early.subtract({ termination: 'net/1' }), early.subtract({ termination: 'net/2' })];
      early.start();
      await Promise.all(asked);
      await until(() => peer.names().includes('audit'));
      const names = peer.asked.map(({ do: name, termination = '' }) => `${name} ${termination}`.trim());
      assert.deepEqual(names.slice(names.lastIndexOf('hello')), ['hello', 'subtract net/1', 'subtract net/2', 'audit']);
    });

    it('refuses what was asked when another engine answers', async (t) => {
      const { early } = second('before');
      t.after(() => early.close());
      const asked = early.subtract({ termination: 'net/1' });
      early.start();
      await assert.rejects(asked, away(/another one/));
      assert.ok(!peer.names().includes('subtract'));
    });

    it('refuses what was asked when no engine has come for 2 s', async () => {
      const { early, clock } = second('first');
      const asked = early.audit();
      const other = early.audit();
      other.catch(() => {});
      clock.turn(1_999);
      assert.equal(await Promise.race([asked.catch(() => 'refused'), Promise.resolve('waits')]), 'waits');
      clock.turn(2);
      await assert.rejects(asked, away(/has not answered for 2000 ms/));
      await assert.rejects(other, away(/has not answered/));
    });

    it('refuses what waits, and what is asked from then on, when the plane goes down', async () => {
      const { early } = second('first');
      const asked = early.audit();
      early.leave();
      await assert.rejects(asked, away(/going down/));
      await assert.rejects(early.audit(), away(/no connection/));
    });
  });

  it('rejects what the engine refuses, with its code and words', async () => {
    await connected();
    peer.answer = () => ({ error: { code: 'port-unknown', detail: 'no such port' } });
    const refused = (error: unknown) => error instanceof GatewayError && error.code === 'port-unknown';
    await assert.rejects(client.audit(), refused);
  });

  it('tells each event once, and acknowledges it after its cascade was written', async () => {
    await connected();
    peer.event(1);
    peer.event(2);
    await until(() => peer.asked.some((message) => message['upTo'] === 2));
    assert.deepEqual(seen.slice(1), ['event 1', 'taken 1', 'event 2', 'taken 2']);
    assert.equal(written, 2);
    peer.socket?.destroy();
    await until(() => seen.filter((each) => each.startsWith('connected')).length === 2);
    assert.equal(peer.asked.findLast((message) => message.do === 'hello')?.['heardUpTo'], 2);
    peer.event(2);
    peer.event(3);
    await until(() => seen.includes('event 3'));
    assert.deepEqual(seen.slice(5), ['lost', 'connected first true', 'event 3', 'taken 3']);
  });

  it('rejects what was asked when the connection is lost, and what is asked while it is', async () => {
    await connected();
    peer.answer = () => undefined;
    const asked = client.audit();
    await until(() => peer.names().includes('audit'));
    const away = (error: unknown) => error instanceof GatewayError && error.code === 'engine-away';
    peer.socket?.destroy();
    await assert.rejects(asked, away);
    await assert.rejects(client.audit(), away);
  });

  it('knows another engine by its epoch, and asks it for all of its events', async () => {
    await connected();
    peer.event(57);
    await until(() => seen.includes('event 57'));
    peer.epoch = 'second';
    peer.socket?.destroy();
    await until(() => seen.includes('connected second false'));
    await until(() => peer.asked.findLast((message) => message.do === 'hello')?.['heardUpTo'] === 0);
    peer.event(1);
    await until(() => seen.includes('event 1'));
  });

  it('misses no event of another engine that has told more than the one before', async () => {
    await connected();
    peer.event(57);
    await until(() => seen.includes('event 57'));
    peer.epoch = 'second';
    peer.kept = [1, 2, 58];
    peer.socket?.destroy();
    await until(() => seen.includes('event 58'));
    await until(() => seen.includes('taken 58'));
    const from = seen.indexOf('connected second false');
    assert.deepEqual(
      seen.slice(from + 1).filter((each) => each.startsWith('event')),
      ['event 1', 'event 2', 'event 58'],
    );
  });

  it('can ask on what was kept for it right behind the hello', async () => {
    const asked: Promise<unknown>[] = [];
    client.onEvent(() => asked.push(client.audit()));
    peer.kept = [1, 2];
    await connected();
    await until(() => asked.length === 2);
    await Promise.all(asked);
  });

  it('ends a connection that sends what cannot be read, and comes back', async () => {
    await connected();
    peer.socket?.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await until(() => seen.filter((each) => each.startsWith('connected')).length === 2);
  });
});
