import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TestClock } from '../../core/test-clock.ts';
import type { Hardware } from '../../engine-protocol/hardware.ts';
import type { AddReply, NetMedia } from '../../engine-protocol/messages.ts';
import { profile } from '../../profiles/countries/us.ts';
import { EventLog } from '../event-log.ts';
import { MediaGateway } from '../media-gateway.ts';
import { RtpSession } from '../net/rtp-session.ts';
import { SocketPairs } from '../net/sockets.ts';
import { heldDigitTone, ToneGenerator } from '../sound/tone-generator.ts';
import { decodeWav } from '../sound/wav.ts';

const folder = await mkdtemp(join(tmpdir(), 'net-'));
const base = 27_000 + (process.pid % 100) * 40;
const { tones, rings } = profile;
const hardware: Hardware = { cards: [], lines: [], tones, rings, rtpPorts: [base, base + 19] };
const media = (port: number): NetMedia => ({
  remote: ['127.0.0.1', port],
  dscp: 46,
  as: 'audio',
  send: { name: 'PCMA', payloadType: 8 },
  receive: [{ name: 'PCMA', payloadType: 8 }],
  ptimeMs: 20,
  jitter: { kind: 'fixed', minMs: 40, initialMs: 40, maxMs: 40 },
  digits: { by: 'event', payloadType: 101 },
  lostAfterMs: 0,
});

describe('digits of a SIP far end that is recorded', () => {
  let clock: TestClock;
  let gateway: MediaGateway;
  let log: EventLog;
  let far: RtpSession;
  let net: AddReply;
  let recorder: AddReply;
  let file: string;
  const mouth = new ToneGenerator();
  const frame = new Int16Array(160);

  const run = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 20) {
      clock.turn(20);
      far.read(frame, clock.now());
      frame.fill(0);
      if (mouth.playing) mouth.read(frame);
      far.sender.frame(frame);
      for (let turns = 0; turns < 6; turns++) await nextTurn();
      gateway.frame(clock.now());
    }
  };
  const byEvent = async (digit: string): Promise<void> => {
    far.sender.beginDigit(digit, 0);
    await run(100);
    far.sender.events.end();
    await run(200);
  };
  const byTone = async (digit: string): Promise<void> => {
    mouth.start(heldDigitTone(digit));
    await run(100);
    mouth.stop();
    await run(200);
  };
  const told = (): string => {
    const digits: string[] = [];
    log.resume(0, (report) => {
      if (report.to === 'event' && report.event.is === 'digit') {
        digits.push(`${report.termination} ${report.event.digit} ${report.event.heardBy}`);
      }
    });
    log.pause();
    return digits.join(', ');
  };
  const ask = () => gateway.modify({ do: 'modify', id: 1, termination: net.termination, detect: ['digits'] });
  const recorded = async (): Promise<Int16Array> => {
    await gateway.subtract({ do: 'subtract', id: 1, termination: recorder.termination });
    return decodeWav(await readFile(file), file);
  };

  beforeEach(async () => {
    clock = new TestClock();
    log = new EventLog();
    gateway = new MediaGateway(clock, log, 'test@holdfast');
    gateway.retune(hardware);
    const pairs = new SocketPairs();
    pairs.range(base + 20, base + 39);
    const sockets = await pairs.open('127.0.0.1');
    far = new RtpSession(sockets, clock, 'far', () => 0, { began: () => {}, ended: () => {} });
    const add = { do: 'add', id: 1 } as const;
    const what = { kind: 'net', interface: '127.0.0.1' } as const;
    net = await gateway.add({ ...add, context: 'new', mode: 'sendReceive', what });
    gateway.modify({ do: 'modify', id: 1, termination: net.termination, media: media(sockets.port) });
    far.configure(media(net.local![1]));
    file = join(folder, 'said.wav');
    const recording = { kind: 'recorder', file, longestS: 60, silenceEndsS: 0 } as const;
    recorder = await gateway.add({ ...add, context: net.context, mode: 'sendOnly', what: recording });
    await run(200);
  });

  afterEach(async () => {
    far.close(clock.now());
    await gateway.close();
  });

  it('stay in the context unless they are asked for', async () => {
    await byEvent('4');
    assert.equal(told(), '');
    ask();
    await byEvent('5');
    await byEvent('5');
    assert.equal(told(), 'net/1 5 event, net/1 5 event');
  });

  it('come once from a far end that leaves their tone in its audio', async () => {
    ask();
    await byEvent('7');
    await byTone('8');
    assert.equal(told(), 'net/1 7 event');
    const loud = (await recorded()).filter((sample) => Math.abs(sample) > 50).length;
    assert.ok(loud <= 40 * 8, `${loud / 8} ms of the tone are recorded`);
  });

  it('are heard in the audio of a far end that sends no events, and kept out of the recording', async () => {
    ask();
    await byTone('9');
    await byTone('#');
    assert.equal(told(), 'net/1 9 dtmf, net/1 # dtmf');
    assert.ok(
      (await recorded()).every((sample) => Math.abs(sample) < 50),
      'a key is heard',
    );
  });
});
