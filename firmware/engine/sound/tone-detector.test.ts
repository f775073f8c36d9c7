import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tone } from '../../engine-protocol/hardware.ts';
import { profile as germany } from '../../profiles/countries/de.ts';
import { profile as unitedStates } from '../../profiles/countries/us.ts';
import { babble, inFrames, joined } from './test-sounds.ts';
import { ToneDetector } from './tone-detector.ts';
import { ToneGenerator } from './tone-generator.ts';

const play = (tone: Tone, ms: number): Int16Array => {
  const generator = new ToneGenerator();
  generator.start(tone);
  const sound = new Int16Array(Math.round(ms / 20) * 160);
  for (let at = 0; at < sound.length; at += 160) generator.read(sound.subarray(at, at + 160));
  return sound;
};

const listen = (sound: Int16Array, tones: typeof germany.tones): string[] => {
  const told: string[] = [];
  let index = 0;
  const detector = new ToneDetector(tones, (tone, certain) => told.push(`${index * 20} ${tone}${certain ? '' : '?'}`));
  inFrames(sound, (frame, at) => {
    index = at;
    detector.write(frame);
  });
  return told;
};

const names = (told: readonly string[]): string[] => [...new Set(told.map((each) => each.split(' ')[1]!))];

describe('call progress tones', () => {
  for (const { code, tones } of [germany, unitedStates]) {
    for (const tone of ['busy', 'congestion'] as const) {
      it(`${code}: ${tone} is heard within 4 s, after three cycles, and nothing else`, () => {
        const told = listen(play(tones[tone], 4000), tones);
        assert.deepEqual(names(told), [tone]);
        assert.ok(Number.parseInt(told[0]!, 10) >= 2.5 * (tones[tone].steps[0]!.ms + tones[tone].steps[1]!.ms));
      });
    }

    it(`${code}: ringback is heard at the end of its first burst`, () => {
      const told = listen(play(tones.ringback, 14_000), tones);
      const certain = told.filter((each) => !each.endsWith('?'));
      assert.deepEqual(names(certain), ['ringback']);
      assert.ok(Number.parseInt(certain[0]!, 10) <= tones.ringback.steps[0]!.ms + 40);
      assert.ok(certain.length >= 2, 'each burst is told');
    });

    it(`${code}: dial tone is possible after 0.5 s and certain after 2.6 s`, () => {
      const told = listen(play(tones.dial, 5000), tones);
      assert.deepEqual(
        told.map((each) => each.split(' ')[1]),
        ['dial?', 'dial'],
      );
      assert.ok(Number.parseInt(told[0]!, 10) < 520 && Number.parseInt(told[1]!, 10) < 2620);
    });

    it(`${code}: something like speech is none of them`, () => {
      assert.deepEqual(listen(babble(120, 5), tones), []);
    });
  }

  for (const { code, tones } of [germany, unitedStates]) {
    for (const tone of ['busy', 'congestion', 'dial'] as const) {
      it(`${code}: knows how long ${tone} had sounded, wherever its cadence began`, () => {
        for (const skippedMs of [0, 100, 170, 350, 440, 640]) {
          const voice = babble(3, 7);
          const sound = play(tones[tone], 8000).subarray(skippedMs * 8);
          const first = sound.findIndex((sample) => sample !== 0);
          const heard: { endMs: number; soundedMs: number }[] = [];
          let endMs = 0;
          const detector = new ToneDetector(
            tones,
            (_, certain, soundedMs) => certain && heard.push({ endMs, soundedMs }),
          );
          inFrames(joined(voice, sound), (frame, index) => {
            endMs = (index + 1) * 20;
            detector.write(frame);
          });
          const beganMs = heard[0]!.endMs - heard[0]!.soundedMs;
          const wantedMs = 3000 + first / 8;
          assert.ok(Math.abs(beganMs - wantedMs) <= 60, `${beganMs} instead of ${wantedMs}, ${skippedMs} ms skipped`);
        }
      });
    }
  }

  it('tells voice from tone and silence', () => {
    const detector = new ToneDetector(germany.tones, () => {});
    let other = 0;
    inFrames(babble(10, 3), (frame) => {
      detector.write(frame);
      if (detector.otherSound) other++;
    });
    assert.ok(other > 200, `${other} of 500 frames`);
    inFrames(play(germany.tones.busy, 3000), (frame, index) => {
      detector.write(frame);
      if (index > 1) assert.equal(detector.otherSound && index % 24 !== 0 && index % 48 !== 0, false);
    });
  });
});
