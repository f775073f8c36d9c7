import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom } from '../sound/test-sounds.ts';
import { RTP_HEADER } from './rtp-packet.ts';
import { EventReceiver, EventSender, eventNumber } from './telephone-event.ts';

type Sent = { timestamp: number; marker: boolean; event: number; end: boolean; duration: number; payload: Buffer };

/** A digit begun at `timestamp` and held for so many frames. */
const send = (digit: string, timestamp: number, frames: number, since = 0): Sent[] => {
  const sender = new EventSender();
  const packets: Sent[] = [];
  sender.begin(digit, timestamp, since);
  for (let frame = 1; sender.busy && frame < 10_000; frame++) {
    if (frame === frames) sender.end();
    const datagram = Buffer.alloc(RTP_HEADER + 4);
    const due = sender.next(datagram);
    if (!due) break;
    const payload = datagram.subarray(RTP_HEADER);
    const [event, flags] = [payload[0]!, payload[1]!];
    packets.push({ ...due, event, end: (flags & 0x80) !== 0, duration: payload.readUInt16BE(2), payload });
  }
  return packets;
};

const receive = (packets: readonly Sent[], gapMs = 20): string[] => {
  const told: string[] = [];
  const receiver = new EventReceiver({
    began: (digit) => told.push(`+${digit}`),
    ended: (digit, ms) => told.push(`${digit} ${ms}`),
  });
  packets.forEach((packet, index) => {
    receiver.tend(index * gapMs);
    receiver.receive(packet.payload, 0, 4, packet.timestamp, index * gapMs);
  });
  receiver.tend(packets.length * gapMs + 1000);
  return told;
};

const ended = (told: readonly string[]): string =>
  told
    .filter((each) => !each.startsWith('+'))
    .map((each) => each[0])
    .join('');

describe('telephone events (RFC 4733)', () => {
  it('are sent each frame with growing duration, the same timestamp, and three ends', () => {
    const packets = send('5', 8000, 5);
    assert.deepEqual(
      packets.map(({ timestamp, marker, event, end, duration }) => [timestamp, marker, event, end, duration]),
      [
        [8000, true, 5, false, 160],
        [8000, false, 5, false, 320],
        [8000, false, 5, false, 480],
        [8000, false, 5, false, 640],
        [8000, false, 5, true, 800],
        [8000, false, 5, true, 800],
        [8000, false, 5, true, 800],
      ],
    );
  });

  it('begin when the tone began, not when it was recognised', () => {
    const [first] = send('1', 8000, 5, 320);
    assert.deepEqual([first?.timestamp, first?.duration], [7680, 480]);
  });

  it('keep audio back until the first end', () => {
    const sender = new EventSender();
    const datagram = Buffer.alloc(16);
    sender.begin('1', 0, 0);
    sender.next(datagram);
    assert.equal(sender.sounding, true);
    sender.end();
    sender.next(datagram);
    assert.deepEqual([sender.sounding, sender.busy], [false, true]);
    sender.next(datagram);
    sender.next(datagram);
    assert.deepEqual([sender.sounding, sender.busy], [false, false]);
  });

  it('go on in segments when held for longer than 16 bits can say', () => {
    const packets = send('9', 0xffff_0000, 1000);
    assert.equal(packets.filter(({ marker }) => marker).length, 1);
    assert.ok(new Set(packets.map(({ timestamp }) => timestamp)).size === 3);
    assert.deepEqual(receive(packets).slice(-1), ['9 20000']);
    assert.equal(ended(receive(packets)), '9');
  });

  for (const key of '0123456789*#ABCD') {
    it(`carry ${key}`, () => assert.deepEqual(receive(send(key, 100, 5)), [`+${key}`, `${key} 100`]));
  }

  it('do not carry what is no digit', () => {
    assert.equal(eventNumber('x'), -1);
    assert.deepEqual(send('x', 0, 5), []);
    assert.deepEqual(receive([{ ...send('1', 0, 3)[0]!, payload: Buffer.from([16, 10, 0, 160]) }]), []);
  });

  it('arrive once each, whatever is lost, repeated or out of order, as long as one packet comes', () => {
    const random = randomFrom(11);
    for (let round = 0; round < 500; round++) {
      const keys = '1122#0';
      const packets = [...keys].flatMap((key, index) => {
        const all = send(key, 5000 + index * 2000, 4);
        const kept = all.filter(() => random() > 0.4);
        const some = kept.length > 0 ? kept : [all[3]!];
        return some
          .flatMap((packet) => (random() < 0.2 ? [packet, packet] : [packet]))
          .sort(() => (random() < 0.1 ? 1 : 0));
      });
      assert.equal(ended(receive(packets)), keys);
    }
  });

  it('end 150 ms after their last packet when the end was lost', () => {
    const told: string[] = [];
    const receiver = new EventReceiver({ began: () => {}, ended: (digit, ms) => told.push(`${digit} ${ms}`) });
    const packets = send('4', 0, 10).slice(0, 3);
    for (const [index, packet] of packets.entries())
      receiver.receive(packet.payload, 0, 4, packet.timestamp, index * 20);
    receiver.tend(40 + 150);
    assert.deepEqual(told, []);
    receiver.tend(40 + 151);
    assert.deepEqual(told, ['4 60']);
    receiver.receive(send('4', 0, 10).at(-1)!.payload, 0, 4, 0, 300);
    assert.deepEqual(told, ['4 60'], 'a late end is no second digit');
  });

  it('are left unread when cut short', () => {
    const receiver = new EventReceiver({ began: () => assert.fail(), ended: () => assert.fail() });
    receiver.receive(Buffer.from([1, 10, 0]), 0, 3, 0, 0);
    receiver.receive(Buffer.alloc(0), 0, 0, 0, 0);
  });
});
