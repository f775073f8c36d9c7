import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TestClock } from '../../core/test-clock.ts';
import type { NetMedia } from '../../engine-protocol/messages.ts';
import { randomFrom, sines } from '../sound/test-sounds.ts';
import { RtpSession } from './rtp-session.ts';
import { SocketPairs } from './sockets.ts';

const clock = new TestClock();
const pairs = new SocketPairs();
const base = 33_000 + (process.pid % 100) * 60;
pairs.range(base, base + 59);

const media = (port: number): NetMedia => ({
  remote: ['127.0.0.1', port],
  dscp: 46,
  as: 'audio',
  send: { name: 'PCMA', payloadType: 8 },
  receive: [{ name: 'PCMA', payloadType: 8 }],
  ptimeMs: 20,
  jitter: { kind: 'adaptive', minMs: 20, initialMs: 40, maxMs: 200 },
  digits: { by: 'event', payloadType: 101 },
  lostAfterMs: 0,
});

type End = { session: RtpSession; port: number; digits: string[]; heard: Int16Array[] };

const open = async (): Promise<End> => {
  const sockets = await pairs.open('127.0.0.1');
  const digits: string[] = [];
  const events = { began: () => {}, ended: (digit: string) => digits.push(digit) };
  const session = new RtpSession(sockets, clock, 'test', () => 0, { ...events });
  return { session, port: sockets.port, digits, heard: [] };
};

/** Lets datagrams that are on their way through the kernel come in. */
const arrive = async (): Promise<void> => {
  for (let turns = 0; turns < 6; turns++) await nextTurn();
};

/** Runs both ends for so long on the test clock; each says its tone. */
const talk = async (ends: readonly End[], ms: number, each: (frame: number) => void = () => {}): Promise<void> => {
  const tones = [sines([[600, -10]], 20), sines([[1000, -10]], 20)];
  for (let frames = 0; frames * 20 < ms; frames++) {
    clock.turn(20);
    each(frames);
    for (const { session, heard } of ends) {
      const frame = new Int16Array(160);
      session.read(frame, clock.now());
      heard.push(frame);
    }
    for (const [index, { session }] of ends.entries()) session.sender.frame(tones[index]!);
    await arrive();
  }
};

const hertzOf = (frames: readonly Int16Array[]): number => {
  const sound = frames.flatMap((frame) => [...frame]);
  const risings = sound.filter((sample, index) => index > 0 && sound[index - 1]! < 0 && sample >= 0).length;
  return (risings * 8000) / sound.length;
};

/** Passes datagrams on between two ports, and lets `drops` decide which are lost. */
const relay = async (from: number, to: number, drops: (datagram: Buffer) => boolean): Promise<[Socket, number]> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', (datagram, source) => {
    if (!drops(datagram)) socket.send(datagram, source.port === from ? to : from, '127.0.0.1');
  });
  return [socket, socket.address().port];
};

describe('RTP session over loopback', () => {
  it('carries a tone each way without loss, and measures the round trip', async () => {
    const [one, other] = [await open(), await open()];
    one.session.configure(media(other.port));
    other.session.configure(media(one.port));
    await talk([one, other], 7000);
    assert.ok(Math.abs(hertzOf(one.heard.slice(200, 300)) - 1000) < 10, `${hertzOf(one.heard.slice(200, 300))} Hz`);
    assert.ok(Math.abs(hertzOf(other.heard.slice(200, 300)) - 600) < 6, `${hertzOf(other.heard.slice(200, 300))} Hz`);
    const now = clock.now();
    const { sent } = one.session.statistics('net/1', now);
    const far = other.session.statistics('net/2', now);
    assert.ok(Math.abs(far.received - sent) <= 1, `${far.received} of ${sent}`);
    assert.equal(far.lost, 0);
    assert.ok(far.roundTripMs !== undefined && far.roundTripMs < 10, `round trip ${far.roundTripMs} ms`);
    one.session.close(now);
    other.session.close(now);
  });

  it('goes on over other sockets when its own address changes, as the same stream', async () => {
    const [one, other] = [await open(), await open()];
    one.session.configure(media(other.port));
    other.session.configure(media(one.port));
    await talk([one, other], 1000);
    const { ssrc, packets } = one.session.sender;
    const moved = await pairs.open('127.0.0.2');
    one.session.bind(moved);
    other.session.configure({ ...media(moved.port), remote: ['127.0.0.2', moved.port] });
    await talk([one, other], 2000);
    assert.ok(Math.abs(hertzOf(one.heard.slice(100)) - 1000) < 10, `${hertzOf(one.heard.slice(100))} Hz`);
    assert.ok(Math.abs(hertzOf(other.heard.slice(100)) - 600) < 6, `${hertzOf(other.heard.slice(100))} Hz`);
    assert.equal(one.session.sender.ssrc, ssrc);
    const now = clock.now();
    const { lost, received } = other.session.statistics('net/2', now);
    assert.ok(one.session.sender.packets > packets && received >= one.session.sender.packets - 2, `${received} came`);
    assert.equal(lost, 0, 'its sequence goes on');
    one.session.close(now);
    other.session.close(now);
  });

  it('tells true loss at both ends, and each digit once', async () => {
    const random = randomFrom(9);
    const [one, other] = [await open(), await open()];
    let passed = 0;
    let dropped = 0;
    const drops = () => {
      const lost = random() < 0.2;
      if (lost) dropped++;
      else passed++;
      return lost;
    };
    const [socket, port] = await relay(one.port, other.port, drops);
    one.session.configure(media(port));
    other.session.configure(media(9));
    const { sender } = one.session;
    await talk([one], 6000, (frame) => {
      if (frame % 20 === 10) sender.beginDigit('123456789*0#1122'[Math.floor(frame / 20)]!, 0);
      if (frame % 20 === 15) sender.events.end();
      other.session.read(new Int16Array(160), clock.now());
    });
    await arrive();
    const { received, lost } = other.session.statistics('net/2', clock.now());
    // A stranger is believed from its fifth packet on, and what was lost at either end is not missed.
    assert.ok(Math.abs(received - passed) <= 5, `${received} of ${passed}`);
    assert.ok(Math.abs(lost - dropped) <= 4, `${lost} of ${dropped}`);
    other.session.read(new Int16Array(160), clock.now() + 1000);
    assert.equal(other.digits.join(''), '123456789*0#112');
    one.session.close(clock.now());
    other.session.close(clock.now());
    socket.close();
  });

  it('is not disturbed by 10,000 mutated datagrams from strangers and by a mutating peer', async () => {
    const random = randomFrom(3);
    const [one, other] = [await open(), await open()];
    one.session.configure(media(other.port));
    other.session.configure(media(one.port));
    await talk([one, other], 400);
    const stranger = createSocket('udp4');
    const mutated = (): Buffer => {
      const packet = Buffer.alloc(Math.floor(random() * 180));
      for (let at = 0; at < packet.length; at++) packet[at] = random() * 256;
      if (packet.length > 2 && random() < 0.8) packet[0] = 0x80;
      if (packet.length > 2 && random() < 0.5) packet[1] = random() < 0.5 ? 8 : 101;
      return packet;
    };
    one.heard.length = 0;
    const before = one.session.statistics('net/1', clock.now());
    const sentBefore = other.session.sender.packets;
    await talk([one, other], 4000, () => {
      for (let count = 0; count < 50; count++)
        stranger.send(mutated(), one.port + (count % 5 === 0 ? 1 : 0), '127.0.0.1');
    });
    await arrive();
    const { received, lost, concealedMs } = one.session.statistics('net/1', clock.now());
    const sent = other.session.sender.packets - sentBefore;
    assert.ok(
      Math.abs(received - before.received - sent) <= 2,
      `${received - before.received} of ${sent} packets taken`,
    );
    assert.ok(lost <= 1, `${lost} lost`);
    // The end that nobody attacks shows what this machine's other work costs.
    const calm = other.session.statistics('net/2', clock.now()).concealedMs;
    assert.ok(concealedMs <= calm + 80, `${concealedMs} ms concealed, ${calm} at the other end`);
    assert.ok(Math.abs(hertzOf(one.heard) - 1000) < 10);
    assert.deepEqual(one.digits, []);
    stranger.close();
    one.session.close(clock.now());
    other.session.close(clock.now());
  });

  it('finds a far end behind NAT, and one that moved by signalling', async () => {
    const [one, other, third] = [await open(), await open(), await open()];
    one.session.configure(media(9));
    other.session.configure(media(one.port));
    third.session.configure(media(one.port));
    await talk([one, other], 600);
    assert.ok(other.session.statistics('net/2', clock.now()).received > 10, 'answers go where packets came from');
    one.session.configure(media(third.port));
    await talk([one, third], 600);
    assert.ok(third.session.statistics('net/3', clock.now()).received > 20);
    for (const { session } of [one, other, third]) session.close(clock.now());
  });

  it('frees both of its ports when the far end has the highest port of all, and none above it', async () => {
    const narrow = new SocketPairs();
    narrow.range(base + 58, base + 59);
    const events = { began: () => {}, ended: () => {} };
    const session = new RtpSession(await narrow.open('127.0.0.1'), clock, 'test', () => 0, events);
    session.configure(media(65_535));
    for (let frame = 0; frame < 5; frame++) session.sender.frame(new Int16Array(160));
    session.close(clock.now());
    await arrive();
    const again = await narrow.open('127.0.0.1');
    again.close();
  });
});
