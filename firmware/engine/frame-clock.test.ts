import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { monotonicNow } from '../core/clock.ts';
import { FrameClock } from './frame-clock.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const block = (ms: number): void => {
  for (const end = monotonicNow() + ms; monotonicNow() < end; );
};

describe('frame clock', () => {
  it('ticks 50 times a second without drift, and makes up for what was missed', async () => {
    const times: number[] = [];
    const clock = new FrameClock((now) => {
      times.push(now);
      if (times.length === 20) block(95);
    });
    const began = monotonicNow();
    clock.start();
    await pause(1000);
    clock.stop();
    const expected = (monotonicNow() - began) / 20;
    assert.ok(Math.abs(times.length - expected) <= 1.5, `${times.length} ticks of ${expected}`);
    assert.equal(clock.frames, times.length);
    assert.equal(clock.skipped, 0);
    assert.ok(clock.takeLatest() >= 70);
    assert.equal(clock.takeLatest(), 0);
    const offsets = times.slice(30).map((at) => (at - began) % 20);
    assert.ok(
      offsets.filter((offset) => offset < 4 || offset > 19).length >= offsets.length - 3,
      'ticks keep to their raster',
    );
    const ticks = times.length;
    await pause(60);
    assert.equal(times.length, ticks, 'a stopped clock stands');
  });

  it('gives up what a long stop cost', async () => {
    let ticks = 0;
    const clock = new FrameClock(() => {
      if (++ticks === 2) block(1300);
    });
    clock.start();
    await pause(1500);
    clock.stop();
    assert.ok(clock.skipped >= 60 && ticks < 20, `${clock.skipped} given up, ${ticks} run`);
  });

  it('follows a card, and goes on alone when the card stops', async () => {
    let ticks = 0;
    const clock = new FrameClock(() => ticks++);
    clock.start();
    for (let count = 0; count < 10; count++) {
      await pause(10);
      clock.cardTick();
    }
    assert.equal(ticks, 10);
    await pause(300);
    assert.ok(ticks > 15, `${ticks} ticks`);
    clock.stop();
  });
});
