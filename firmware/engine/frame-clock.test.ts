import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { monotonicNow } from '../core/clock.ts';
import { after } from '../core/machine.ts';
import { TestClock } from '../core/test-clock.ts';
import { FrameClock, type Ticking } from './frame-clock.ts';

describe('frame clock', () => {
  let clock: TestClock;
  let time: Ticking;
  let times: number[];
  /** Timers fire so much late, as they do on a busy machine. */
  let lateMs: (count: number) => number;
  let timers: number;
  let began: number;

  beforeEach(() => {
    clock = new TestClock();
    began = clock.now();
    times = [];
    timers = 0;
    lateMs = () => 0;
    time = {
      now: () => clock.now(),
      wake: (ms, wake) => clock.at(after(clock.now(), ms + lateMs(timers++)), wake),
    };
  });

  const ticking = (each: () => void = () => {}): FrameClock => {
    const frames = new FrameClock((now) => {
      times.push(now);
      each();
    }, time);
    frames.start();
    return frames;
  };

  it('ticks 50 times a second without drift, however late its timers are', () => {
    lateMs = (count) => (count % 7) * 0.9;
    const frames = ticking();
    clock.turn(60_000);
    assert.ok(times.length >= 2999 && times.length <= 3000, `${times.length} ticks`);
    assert.equal(frames.frames, times.length);
    assert.equal(frames.skipped, 0);
    for (const [index, at] of times.entries()) {
      const late = at - began - (index + 1) * 20;
      assert.ok(late >= -0.6 && late <= 5.5, `tick ${index} is ${late} ms late`);
    }
  });

  it('makes up at once for what was missed, and says how late it was', () => {
    const frames = ticking(() => {
      if (times.length === 20) clock.turn(95);
    });
    clock.turn(1000);
    assert.equal(times.length, 50);
    assert.deepEqual(
      times.slice(19, 26).map((at) => at - began),
      [400, 495, 495, 495, 495, 500, 520],
    );
    assert.equal(frames.takeLatest(), 75);
    assert.equal(frames.takeLatest(), 0);
  });

  it('gives up what a long stop cost', () => {
    const frames = ticking(() => {
      if (times.length === 2) clock.turn(1310);
    });
    clock.turn(1400);
    assert.equal(frames.skipped, 64);
    assert.deepEqual(
      times.slice(0, 5).map((at) => at - began),
      [20, 40, 1350, 1360, 1380],
    );
  });

  it('follows a card, and goes on alone when the card stops', () => {
    const frames = ticking();
    for (let count = 0; count < 10; count++) {
      clock.turn(10);
      frames.cardTick();
    }
    assert.equal(times.length, 10);
    clock.turn(300);
    assert.equal(times.length, 10 + 1 + 200 / 20);
  });

  it('stands when it is stopped', () => {
    const frames = ticking();
    clock.turn(100);
    frames.stop();
    clock.turn(1000);
    frames.cardTick();
    assert.equal(times.length, 5);
  });

  it('keeps real time', async () => {
    const started = monotonicNow();
    const frames = new FrameClock((now) => times.push(now));
    frames.start();
    while (times.length < 10) await new Promise((resolve) => setTimeout(resolve, 5));
    frames.stop();
    assert.ok(times[9]! - started >= 199, `ten ticks in ${times[9]! - started} ms`);
  });
});
