import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { powerOf } from '../sound/level.ts';
import { sines } from '../sound/test-sounds.ts';
import { Concealment } from './concealment.ts';

describe('concealment', () => {
  const fill = (hertz: number, frames: number): Int16Array[] => {
    const concealment = new Concealment();
    const sound = sines([[hertz, -10]], 60);
    concealment.real(sound, 0, sound.length);
    return Array.from({ length: frames }, () => {
      const frame = new Int16Array(160);
      concealment.fill(frame, 0, 160);
      return frame;
    });
  };

  for (const hertz of [100, 150, 220, 400]) {
    it(`goes on with a voice of ${hertz} Hz at its level`, () => {
      const [first] = fill(hertz, 1);
      const ratio = powerOf(first!, 0, 80) / powerOf(sines([[hertz, -10]], 10));
      assert.ok(ratio > 0.7 && ratio < 1.4, `ratio ${ratio}`);
    });
  }

  it('fades to silence within 60 ms', () => {
    const [first, second, third, fourth] = fill(200, 4);
    assert.ok(powerOf(first!) > powerOf(second!) && powerOf(second!) > powerOf(third!));
    assert.equal(powerOf(fourth!), 0);
  });

  it('joins the real sound without a click', () => {
    const concealment = new Concealment();
    const sound = sines([[200, -10]], 100);
    concealment.real(sound, 0, 480);
    const out = new Int16Array(320);
    concealment.fill(out, 0, 160);
    out.set(sound.subarray(640, 800), 160);
    concealment.real(out, 160, 320);
    for (let index = 130; index < 220; index++) {
      const step = Math.abs(out[index]! - out[index - 1]!);
      assert.ok(step < 2500, `step of ${step} at ${index}`);
    }
  });

  it('is silent where nothing was heard', () => {
    const frame = new Int16Array(160).fill(5);
    new Concealment().fill(frame, 0, 160);
    assert.equal(powerOf(frame), 0);
  });
});
