import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JitterRing } from './jitter-ring.ts';
import { fromULaw, toULaw } from './u-law.ts';

const PACKET = 160;

/** Packets of a tone that goes on from one to the next. */
function toneSource(hertz: number): () => Uint8Array {
  let at = 0;
  return () => Uint8Array.from({ length: PACKET }, () => toULaw(0.5 * Math.sin((2 * Math.PI * hertz * at++) / 8000)));
}

const take = (ring: JitterRing, count: number): number[] => Array.from({ length: count }, ring.take);
/** The largest step from one sample to the next: a click stands out. */
const steepest = (samples: readonly number[]): number =>
  samples.reduce((most, sample, i) => Math.max(most, i === 0 ? 0 : Math.abs(sample - samples[i - 1]!)), 0);

test('every octet is itself again, and what is too loud is clipped', () => {
  for (let octet = 0; octet < 256; octet++) if (octet !== 0x7f) assert.equal(toULaw(fromULaw(octet)), octet);
  assert.equal(toULaw(2), 0x80);
  assert.equal(toULaw(-2), 0x00);
});

test('it begins with 60 ms in hand, and plays what came', () => {
  const ring = new JitterRing();
  const next = toneSource(440);
  for (let i = 0; i < 2; i++) ring.put(next());
  assert.deepEqual(take(ring, 3), [0, 0, 0]);
  ring.put(next());
  assert.equal(ring.counters.heldMs, 60);
  const samples = take(ring, 480);
  assert.ok(Math.max(...samples) > 0.49);
  assert.deepEqual(ring.counters, { heldMs: 0, gaps: 0, droppedMs: 0 });
});

test('where nothing comes it fades, counts a gap, and begins again with 60 ms', () => {
  const ring = new JitterRing();
  const next = toneSource(440);
  for (let i = 0; i < 3; i++) ring.put(next());
  const samples = take(ring, 600);
  assert.ok(steepest(samples) < 0.2, `a step of ${steepest(samples)}`);
  assert.deepEqual(samples.slice(510), new Array(90).fill(0));
  assert.equal(ring.counters.gaps, 1);
  ring.put(next());
  assert.equal(take(ring, 1)[0], 0);
});

test('200 ms are held, the oldest go', () => {
  const ring = new JitterRing();
  for (let i = 0; i < 12; i++) ring.put(new Uint8Array(PACKET).fill(toULaw(i / 20)));
  assert.equal(ring.counters.heldMs, 200);
  assert.equal(ring.counters.droppedMs, 40);
  assert.ok(Math.abs(take(ring, 30).at(-1)! - 2 / 20) < 0.005);
});

test('what a stall has left is cut away within seconds, without a click', () => {
  const ring = new JitterRing();
  const next = toneSource(437);
  for (let i = 0; i < 10; i++) ring.put(next());
  const samples: number[] = [];
  for (let i = 0; i < 250; i++) {
    samples.push(...take(ring, PACKET));
    ring.put(next());
  }
  const { heldMs, gaps, droppedMs } = ring.counters;
  assert.ok(heldMs <= 100, `${heldMs} ms are left`);
  assert.ok(droppedMs >= 100);
  assert.equal(gaps, 0);
  const smoothest = 0.5 * 2 * Math.PI * (437 / 8000);
  assert.ok(steepest(samples.slice(100)) < smoothest * 1.4, `a step of ${steepest(samples.slice(100))}`);
});

for (const [what, drift] of [
  ['faster', 1.0003],
  ['slower', 0.9997],
] as const)
  test(`a far clock that runs 0.03 % ${what} is followed for ten minutes: no gap, nothing dropped`, () => {
    const ring = new JitterRing();
    const packet = new Uint8Array(PACKET).fill(toULaw(0.1));
    for (let i = 0; i < 3; i++) ring.put(packet);
    let sent = 0;
    let wanted = 0;
    for (let quantum = 1; quantum <= (600 * 8000) / 21; quantum++) {
      // 128 samples of 48 kHz are 21.3 of 8 kHz
      for (wanted += (128 / 6) * ring.speed; wanted >= 1; wanted--) ring.take();
      for (; sent < ((quantum * 128) / 6 / PACKET) * drift; sent++) ring.put(packet);
    }
    const { gaps, droppedMs, heldMs } = ring.counters;
    assert.deepEqual({ gaps, droppedMs }, { gaps: 0, droppedMs: 0 });
    assert.ok(heldMs < 90, `${heldMs} ms`);
  });
