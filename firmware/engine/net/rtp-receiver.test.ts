import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyRtpView, readRtp, writeRtpHeader } from './rtp-packet.ts';
import { RtpReceiver } from './rtp-receiver.ts';

const packet = (sequence: number, ssrc = 7) => ({
  ...emptyRtpView(),
  sequence: sequence & 0xffff,
  timestamp: (sequence * 160) >>> 0,
  ssrc,
});

const takeAll = (receiver: RtpReceiver, sequences: readonly number[]): string[] =>
  sequences.map((sequence) => receiver.take(packet(sequence), sequence * 20, true));

describe('RTP receiver', () => {
  it('counts loss over the wrap of sequence numbers', () => {
    const receiver = new RtpReceiver();
    takeAll(receiver, [65_533, 65_534, 65_536, 65_537, 65_540]);
    assert.equal(receiver.lost, 3);
    const report = receiver.report();
    assert.deepEqual(
      [report.cumulativeLost, report.highestSequence, report.fractionLost],
      [3, 0x10004, Math.floor((3 * 256) / 8)],
    );
  });

  it('tells the fraction lost since the last report', () => {
    const receiver = new RtpReceiver();
    takeAll(receiver, [1, 2, 3, 5]);
    assert.equal(receiver.report().fractionLost, Math.floor(256 / 5));
    takeAll(receiver, [6, 7]);
    assert.equal(receiver.report().fractionLost, 0);
    assert.equal(receiver.report().cumulativeLost, 1);
  });

  it('does not count what only came out of order, nor what came twice', () => {
    const receiver = new RtpReceiver();
    assert.deepEqual(takeAll(receiver, [1, 3, 2, 2, 4]), ['restarted', 'taken', 'taken', 'repeated', 'taken']);
    assert.equal(receiver.lost, 0);
    assert.equal(receiver.packets, 4);
  });

  it('measures jitter as RFC 3550 A.8 does', () => {
    const receiver = new RtpReceiver();
    let jitter = 0;
    let before: number | undefined;
    for (let index = 0; index < 200; index++) {
      const late = index % 2 === 0 ? 0 : 10;
      receiver.take(packet(index), index * 20 + late, true);
      if (before !== undefined) jitter += (Math.abs(late - before) * 8 - jitter) / 16;
      before = late;
    }
    assert.ok(Math.abs(receiver.jitterMs - jitter / 8) < 0.01);
    assert.equal(receiver.report().jitter, Math.floor(jitter));
  });

  it('leaves events out of jitter', () => {
    const receiver = new RtpReceiver();
    for (let index = 0; index < 50; index++) {
      receiver.take({ ...packet(index), timestamp: index < 20 ? index * 160 : 3200 }, index * 20, index < 20);
    }
    assert.ok(receiver.jitterMs < 0.2);
  });

  it('believes another source from its second packet in a row on', () => {
    const receiver = new RtpReceiver();
    takeAll(receiver, [1, 2, 4]);
    assert.equal(receiver.take(packet(900, 8), 0, true), 'refused');
    assert.equal(receiver.take(packet(5), 0, true), 'taken');
    assert.equal(receiver.take(packet(901, 8), 0, true), 'restarted');
    assert.equal(receiver.ssrc, 8);
    assert.equal(receiver.lost, 1, 'what the first source lost stays counted');
  });

  it('believes a jump of the sequence from its second packet on', () => {
    const receiver = new RtpReceiver();
    takeAll(receiver, [1, 2]);
    assert.deepEqual(takeAll(receiver, [20_000, 3, 20_001, 20_002]), ['refused', 'taken', 'refused', 'restarted']);
    assert.deepEqual(takeAll(receiver, [20_003, 4]), ['taken', 'refused']);
  });
});

describe('RTP packet', () => {
  const datagram = Buffer.alloc(20);
  writeRtpHeader(datagram, true, 101, 65_537, 0xffff_fff0, 0x8000_0001);

  it('reads what it wrote', () => {
    const view = emptyRtpView();
    assert.equal(readRtp(datagram, view), true);
    assert.deepEqual(view, {
      marker: true,
      payloadType: 101,
      sequence: 1,
      timestamp: 0xffff_fff0,
      ssrc: 0x8000_0001,
      payloadFrom: 12,
      payloadTo: 20,
    });
  });

  it('skips sources, extension and padding', () => {
    const full = Buffer.concat([
      datagram.subarray(0, 12),
      Buffer.alloc(4),
      Buffer.from([0, 0, 0, 1, 1, 2, 3, 4]),
      Buffer.from([9, 9, 0, 2]),
    ]);
    full[0] = 0x80 | 0x20 | 0x10 | 1;
    const view = emptyRtpView();
    assert.equal(readRtp(full, view), true);
    assert.deepEqual([view.payloadFrom, view.payloadTo], [24, 26]);
  });

  const broken: [string, (full: Buffer) => Buffer][] = [
    ['short', (full) => full.subarray(0, 11)],
    ['another version', (full) => Buffer.concat([Buffer.from([0x40]), full.subarray(1)])],
    ['more sources than there are octets', (full) => Buffer.concat([Buffer.from([0x8f]), full.subarray(1)])],
    [
      'an extension that ends outside',
      (full) => Buffer.concat([Buffer.from([0x90]), full.subarray(1, 12), Buffer.from([0, 0, 0xff, 0xff])]),
    ],
    ['padding of nothing', (full) => Buffer.concat([Buffer.from([0xa0]), full.subarray(1, 19), Buffer.from([0])])],
    [
      'padding longer than all',
      (full) => Buffer.concat([Buffer.from([0xa0]), full.subarray(1, 19), Buffer.from([0xff])]),
    ],
  ];
  for (const [name, make] of broken) {
    it(`refuses ${name}`, () => assert.equal(readRtp(make(datagram), emptyRtpView()), false));
  }
});
