import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { amplitudeOf, powerAt, powerOf } from './level.ts';
import { digitsTone, heldDigitTone, ToneGenerator, toneDurationMs } from './tone-generator.ts';

const frames = (generator: ToneGenerator, count: number): Int16Array => {
  const sound = new Int16Array(count * 160);
  for (let at = 0; at < sound.length; at += 160) generator.read(sound.subarray(at, at + 160));
  return sound;
};

const risings = (sound: Int16Array): number => {
  let count = 0;
  for (let index = 1; index < sound.length; index++) if (sound[index - 1]! < 0 && sound[index]! >= 0) count++;
  return count;
};

describe('tone generator', () => {
  it('plays frequency and level exactly, for hours of phasor turns', () => {
    const generator = new ToneGenerator();
    generator.start({ steps: [{ hertz: [425], ms: 0, level: -13 }] });
    for (let second = 0; second < 3600; second++) frames(generator, 1);
    const sound = frames(generator, 50);
    assert.ok(Math.abs(risings(sound) - 425) <= 1);
    assert.ok(Math.abs(10 * Math.log10(powerOf(sound) / powerAt(-13))) < 0.1);
  });

  it('keeps the cadence to the sample', () => {
    const generator = new ToneGenerator();
    generator.start({
      steps: [
        { hertz: [1000], ms: 33, level: -10 },
        { hertz: [], ms: 17, level: 0 },
      ],
      loopFrom: 0,
    });
    const sound = frames(generator, 10);
    for (let at = 0; at < sound.length; at += 400) {
      assert.ok(powerOf(sound, at, at + 264) > powerAt(-11));
      assert.equal(powerOf(sound, at + 264, at + 400), 0);
    }
  });

  it('ends a tone that does not loop, with silence', () => {
    const generator = new ToneGenerator();
    generator.start({ steps: [{ hertz: [1000], ms: 10, level: -10 }] });
    const sound = frames(generator, 1);
    assert.equal(generator.playing, false);
    assert.equal(powerOf(sound, 80, 160), 0);
    assert.ok(powerOf(sound, 0, 80) > 0);
  });

  it('clips instead of wrapping', () => {
    const generator = new ToneGenerator();
    generator.start({ steps: [{ hertz: [1000, 1000, 1000, 1000], ms: 0, level: 0 }] });
    const sound = frames(generator, 1);
    assert.equal(Math.max(...sound), 32767);
    assert.ok(amplitudeOf(3.14) > 32766);
    assert.ok(risings(sound) >= 19 && risings(sound) <= 20);
  });

  it('makes digits with pauses, and leaves out what is none', () => {
    const tone = digitsTone('1x,#', 80, 60);
    assert.deepEqual(
      tone.steps.map(({ hertz, ms }) => [...hertz, ms]),
      [[697, 1209, 80], [60], [1000], [941, 1477, 80], [60]],
    );
    assert.equal(toneDurationMs(tone), 1280);
    assert.deepEqual(heldDigitTone('x').steps, []);
  });
});
