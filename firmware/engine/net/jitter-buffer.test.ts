import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Jitter } from '../../engine-protocol/messages.ts';
import { encodeG711, muLaw } from '../codec/g711.ts';
import { randomFrom } from '../sound/test-sounds.ts';
import { JitterBuffer } from './jitter-buffer.ts';

const adaptive: Jitter = { kind: 'adaptive', minMs: 20, initialMs: 40, maxMs: 200 };
const FRAME = 160;

type Packet = { readonly timestamp: number; readonly arrivesAt: number; readonly octets: Uint8Array };
type Played = { readonly at: number; readonly frame: Int16Array; readonly delayMs: number };

/** A stream of a tone, 20 ms each, whose packets arrive `latenessOf(index)` after they were sent; undefined is lost. */
const stream = (
  count: number,
  latenessOf: (index: number) => number | undefined,
  { first = 1000, hertz = 400, drift = 0 }: { first?: number; hertz?: number; drift?: number } = {},
): Packet[] => {
  const packets: Packet[] = [];
  for (let index = 0; index < count; index++) {
    const lateness = latenessOf(index);
    if (lateness === undefined) continue;
    const samples = Int16Array.from({ length: FRAME }, (_, at) =>
      Math.round(8000 * Math.sin((2 * Math.PI * hertz * (index * FRAME + at)) / 8000)),
    );
    const octets = new Uint8Array(FRAME);
    encodeG711(muLaw, samples, 0, FRAME, octets, 0);
    const timestamp = (first + index * FRAME) >>> 0;
    packets.push({ timestamp, arrivesAt: index * 20 * (1 + drift) + lateness, octets });
  }
  return packets.sort((one, other) => one.arrivesAt - other.arrivesAt);
};

const play = (buffer: JitterBuffer, packets: readonly Packet[], untilMs: number, phaseMs = 7): Played[] => {
  const played: Played[] = [];
  let next = 0;
  for (let at = phaseMs; at < untilMs; at += 20) {
    for (; next < packets.length && packets[next]!.arrivesAt <= at; next++) {
      const { timestamp, octets, arrivesAt } = packets[next]!;
      buffer.put(timestamp, octets, 0, octets.length, muLaw.decode, arrivesAt);
    }
    const frame = new Int16Array(FRAME);
    const delayMs = buffer.delayMs(at);
    buffer.take(frame, at, false);
    played.push({ at, frame, delayMs });
  }
  return played;
};

/** Largest step between samples: a 400 Hz sine of this level makes 2513 at most. */
const roughest = (played: readonly Played[]): number => {
  let worst = 0;
  let last: number | undefined;
  for (const { frame } of played) {
    for (const sample of frame) {
      if (last !== undefined) worst = Math.max(worst, Math.abs(sample - last));
      last = sample;
    }
  }
  return worst;
};

const after = (played: readonly Played[], ms: number): Played[] => played.filter(({ at }) => at >= ms);

describe('jitter buffer', () => {
  it('plays an even stream without a gap, and comes down to its least delay', () => {
    const buffer = new JitterBuffer(adaptive);
    const played = play(
      buffer,
      stream(1500, () => 5),
      30_000,
    );
    assert.equal(buffer.late, 0);
    assert.equal(buffer.concealedMs, 0);
    assert.ok(roughest(after(played, 100)) < 3300, `step of ${roughest(after(played, 100))}`);
    const { delayMs } = played.at(-2)!;
    assert.ok(delayMs >= 20 && delayMs < 45, `delay ${delayMs} ms`);
  });

  it('takes packets out of order and twice', () => {
    const buffer = new JitterBuffer(adaptive);
    const packets = stream(200, (index) => (index % 10 === 4 ? 25 : 0));
    const twice = packets.flatMap((packet) => [packet, packet]);
    const played = play(buffer, twice, 3900);
    assert.equal(buffer.concealedMs, 0);
    assert.ok(roughest(after(played, 100)) < 3300);
  });

  it('grows at once when packets come late, and loses nothing after that', () => {
    const random = randomFrom(1);
    const buffer = new JitterBuffer(adaptive);
    const packets = stream(1000, (index) => (index < 200 ? 0 : random() * 80));
    const played = play(buffer, packets, 19_900);
    const settled = buffer.late;
    assert.ok(settled <= 4, `${settled} late packets`);
    const { delayMs } = played.at(-2)!;
    assert.ok(delayMs > 80 && delayMs < 125, `delay ${delayMs} ms`);
  });

  it('comes down again within 30 s of calm', () => {
    const random = randomFrom(2);
    const buffer = new JitterBuffer(adaptive);
    const packets = stream(2200, (index) => (index < 400 ? random() * 100 : 0));
    const played = play(buffer, packets, 43_900);
    const high = played.find(({ at }) => at > 7900)!.delayMs;
    const low = played.at(-2)!.delayMs;
    assert.ok(high > 90, `delay ${high} ms while it jittered`);
    assert.ok(low < 50, `delay ${low} ms after`);
    assert.ok(roughest(after(played, 9000)) < 3300, 'periods are left out without a click');
  });

  it('never delays more than its limit', () => {
    const buffer = new JitterBuffer({ ...adaptive, maxMs: 100 });
    const played = play(
      buffer,
      stream(500, (index) => (index % 50 === 49 ? 400 : 0)),
      9900,
    );
    for (const { delayMs } of played) assert.ok(delayMs <= 125, `delay ${delayMs} ms`);
    assert.ok(buffer.late >= 9);
  });

  it('keeps a fixed delay', () => {
    const random = randomFrom(3);
    const buffer = new JitterBuffer({ kind: 'fixed', minMs: 20, initialMs: 80, maxMs: 200 });
    const played = play(
      buffer,
      stream(500, () => random() * 40),
      9900,
    );
    assert.equal(buffer.late, 0);
    for (const { delayMs } of after(played, 4000)) assert.ok(delayMs > 74 && delayMs < 104, `delay ${delayMs} ms`);
  });

  it('conceals what is lost, and counts it', () => {
    const buffer = new JitterBuffer(adaptive);
    const played = play(
      buffer,
      stream(500, (index) => (index > 50 && index % 20 === 0 ? undefined : 0)),
      9900,
    );
    const lost = 22;
    assert.ok(Math.abs(buffer.concealedMs - lost * 20) <= 60, `${buffer.concealedMs} ms concealed`);
    assert.ok(roughest(after(played, 100)) < 4500, `step of ${roughest(after(played, 100))}`);
    for (const { frame } of after(played, 200).slice(0, 400)) {
      assert.ok(Math.max(...frame) > 5000, 'a lost packet leaves no hole');
    }
  });

  it('is silent 60 ms after the stream ended', () => {
    const buffer = new JitterBuffer(adaptive);
    const played = play(
      buffer,
      stream(100, () => 0),
      4000,
    );
    const quiet = after(played, 2000 + 40 + 20 + 80);
    for (const { frame } of quiet) assert.ok(frame.every((sample) => sample === 0));
  });

  for (const [name, first] of [
    ['timestamps', 0xffff_ff00],
    ['half of the timestamps', 0x7fff_ff00],
  ] as const) {
    it(`goes on over the wrap of ${name}`, () => {
      const buffer = new JitterBuffer(adaptive);
      const played = play(
        buffer,
        stream(200, () => 0, { first }),
        3900,
      );
      assert.equal(buffer.concealedMs, 0);
      assert.ok(roughest(after(played, 100)) < 3300);
    });
  }

  for (const drift of [0.0005, -0.0005]) {
    it(`follows a clock that is ${drift < 0 ? 'fast' : 'slow'} by 500 parts in a million for ten minutes`, () => {
      const buffer = new JitterBuffer(adaptive);
      const played = play(
        buffer,
        stream(30_000, () => 0, { drift }),
        599_000,
      );
      const delays = after(played, 30_000).map(({ delayMs }) => delayMs);
      assert.ok(Math.min(...delays) > 5 && Math.max(...delays) < 70, `${Math.min(...delays)}..${Math.max(...delays)}`);
      assert.ok(buffer.late <= 2, `${buffer.late} late`);
      assert.ok(buffer.concealedMs < 600, `${buffer.concealedMs} ms concealed of 300 ms of drift`);
    });
  }

  it('begins anew when timestamps jump', () => {
    const buffer = new JitterBuffer(adaptive);
    play(
      buffer,
      stream(100, () => 0),
      1990,
    );
    const jumped = stream(100, () => 0, { first: 500_000_000 }).map((packet) => ({
      ...packet,
      arrivesAt: packet.arrivesAt + 2000,
    }));
    const played = play(buffer, jumped, 3900, 2007);
    assert.ok(Math.max(...played.at(20)!.frame) > 5000);
  });

  it('takes packets of 10, 30 and 60 ms', () => {
    for (const ms of [10, 30, 60]) {
      const buffer = new JitterBuffer({ ...adaptive, initialMs: 80 });
      const samples = ms * 8;
      const octets = new Uint8Array(samples).fill(muLaw.encode[4000]!);
      const packets = Array.from({ length: 100 }, (_, index) => ({
        timestamp: index * samples,
        arrivesAt: index * ms,
        octets,
      }));
      play(buffer, packets, 100 * ms - 100);
      assert.equal(buffer.concealedMs, 0, `${ms} ms`);
      assert.equal(buffer.late, 0);
    }
  });

  it('plays nothing of the time in which a digit sounds', () => {
    const buffer = new JitterBuffer(adaptive);
    play(
      buffer,
      stream(100, () => 0),
      1000,
    );
    const frame = new Int16Array(FRAME).fill(1);
    buffer.take(frame, 1007, true);
    assert.ok(frame.every((sample) => sample === 0));
  });
});
