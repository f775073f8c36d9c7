import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviourTable } from './behaviour.ts';
import { defaults } from './defaults.ts';
import { analyse } from './spectrum.ts';
import { levelOf, meanSquare, type Script, ToneSource } from './tone.ts';

const atOnce = async (): Promise<void> => {};

function render(script: Script, ms: number): Int16Array {
  const source = new ToneSource();
  source.start(script);
  const samples = new Int16Array(ms * 8);
  source.addTo(samples);
  return samples;
}

test('dial tone is heard as 350 and 440 Hz at its level, without a gap', async () => {
  const heard = await analyse(render(defaults.tones.dial, 2000), atOnce);
  const hertz = [...heard.hertz].sort((a, b) => a - b);
  assert.equal(hertz.length, 2);
  assert.ok(Math.abs(hertz[0]! - 350) < 1 && Math.abs(hertz[1]! - 440) < 1, String(hertz));
  assert.ok(Math.abs(heard.level - -10) < 0.2, `two tones of -13 dBm0 are ${heard.level}`);
  for (const { level } of heard.peaks) assert.ok(Math.abs(level - -13) < 0.5, String(level));
  assert.deepEqual(heard.segments, [{ on: true, ms: 2000 }]);
});

test('busy tone is heard with its cadence', async () => {
  const heard = await analyse(render(defaults.tones.busy, 3000), atOnce);
  assert.deepEqual(
    heard.segments.map(({ on }) => on),
    [true, false, true, false, true, false],
  );
  for (const { ms } of heard.segments) assert.ok(Math.abs(ms - 500) <= 10, String(ms));
  assert.deepEqual(heard.hertz.map(Math.round).sort(), [480, 620]);
});

test('frequencies are true within 1 % from 100 to 3400 Hz, in sounds of 100 ms too', async () => {
  for (let hertz = 100; hertz <= 3400; hertz += 77) {
    for (const ms of [100, 1000]) {
      const heard = await analyse(render({ steps: [{ hertz: [hertz], ms: 0, level: -20 }] }, ms), atOnce);
      assert.ok(Math.abs(heard.hertz[0]! / hertz - 1) < 0.01, `${hertz} Hz in ${ms} ms: ${heard.hertz}`);
    }
  }
});

test('a gap of 40 ms is seen, and silence is no tone', async () => {
  const gap = [
    { hertz: [1000], ms: 500, level: -10 },
    { hertz: [], ms: 40, level: 0 },
    { hertz: [1000], ms: 460, level: -10 },
  ];
  const heard = await analyse(render({ steps: gap }, 1000), atOnce);
  assert.deepEqual(heard.segments[1], { on: false, ms: 40 });
  const silent = await analyse(new Int16Array(8000), atOnce);
  assert.deepEqual([silent.hertz, silent.segments], [[], [{ on: false, ms: 1000 }]]);
});

test('0 dBm0 is 3.14 dB below full scale, and noise has the level it was given', () => {
  const peak = Math.max(...render({ steps: [{ hertz: [1000], ms: 0, level: 0 }] }, 1000));
  assert.ok(Math.abs(peak - 32767 / 10 ** (3.14 / 20)) < 60, String(peak));
  const frame = new Int16Array(8000);
  behaviourTable.noise.make({ level: -30 }).spoken!(frame);
  assert.ok(Math.abs(levelOf(meanSquare(frame)) - -30) < 0.3, String(levelOf(meanSquare(frame))));
});

test('a script ends after its last step, goes on at loopFrom, and holds a step of 0 ms', () => {
  const source = new ToneSource();
  const step = { hertz: [1000], ms: 15, level: -10 };
  source.start({ steps: [step] });
  assert.equal(source.addTo(new Int16Array(160)), true);
  assert.equal(source.playing, false);
  source.start({ steps: [step, { ...step, hertz: [] }], loopFrom: 0 });
  for (let i = 0; i < 50; i++) assert.equal(source.addTo(new Int16Array(160)), false);
  source.start({ steps: [{ ...step, ms: 0 }] });
  for (let i = 0; i < 5000; i++) source.addTo(new Int16Array(160));
  const late = new Int16Array(160);
  source.addTo(late);
  // A recurrence that lost its level over 100 s would show here.
  assert.ok(Math.abs(levelOf(meanSquare(late)) - -10) < 0.2);
});
