import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_SAMPLES } from '../contract/line-card.ts';
import { DTMF_DIGITS, DtmfDetector, digitScript, frequenciesOf } from './dtmf.ts';
import { analyse } from './spectrum.ts';
import { clip, peakOf, type Script, ToneSource } from './tone.ts';

const atOnce = async (): Promise<void> => {};

function render(script: Script, ms: number): Int16Array {
  const source = new ToneSource();
  source.start(script);
  const samples = new Int16Array(ms * 8 - ((ms * 8) % FRAME_SAMPLES));
  for (let at = 0; at < samples.length; at += FRAME_SAMPLES) source.addTo(samples.subarray(at, at + FRAME_SAMPLES));
  return samples;
}

function digitsIn(samples: Int16Array): string {
  const detector = new DtmfDetector();
  let heard = '';
  for (let at = 0; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES)
    heard += detector.hear(samples.subarray(at, at + FRAME_SAMPLES));
  return heard;
}

test('the keypad has the frequencies of Q.23', () => {
  const rows = [697, 770, 852, 941];
  const columns = [1209, 1336, 1477, 1633];
  const keypad = ['123A', '456B', '789C', '*0#D'];
  keypad.forEach((keys, row) => {
    [...keys].forEach((key, column) => {
      assert.deepEqual(frequenciesOf(key), [rows[row], columns[column]]);
    });
  });
});

test('a key beneath a louder third tone and a burst of 15 ms are no digits', () => {
  const covered = [
    { hertz: [770, 1336], ms: 200, level: -13 },
    { hertz: [], ms: 100, level: 0 },
  ];
  const third = new ToneSource();
  third.start({ steps: [{ hertz: [500], ms: 0, level: -9 }] });
  const samples = render({ steps: covered }, 300);
  assert.equal(digitsIn(samples), '5');
  third.addTo(samples);
  assert.equal(digitsIn(samples), '');
  assert.equal(digitsIn(render({ steps: [{ hertz: [770, 1336], ms: 15, level: -8 }] }, 200)), '');
});

test('each key has its two frequencies within 1 %', async () => {
  for (const digit of DTMF_DIGITS) {
    const [row, column] = frequenciesOf(digit)!;
    const { hertz } = await analyse(render(digitScript(digit, 500, 20), 500), atOnce);
    const [low, high] = [...hertz].sort((a, b) => a - b);
    assert.equal(hertz.length, 2, `${digit}: ${hertz}`);
    assert.ok(Math.abs(low! / row - 1) < 0.01, `${digit}: ${low} for ${row}`);
    assert.ok(Math.abs(high! / column - 1) < 0.01, `${digit}: ${high} for ${column}`);
  }
});

test('all 16 digits are heard, at ordinary and at shortest length, wherever they begin in a frame', () => {
  for (const shift of [0, 3, 7, 11, 17])
    for (const [on, off] of [
      [100, 100],
      [50, 50],
    ] as const) {
      const { steps } = digitScript(DTMF_DIGITS, on, off);
      const shifted = { steps: [{ hertz: [], ms: shift + 1, level: 0 }, ...steps] };
      assert.equal(digitsIn(render(shifted, 3400)), DTMF_DIGITS);
    }
});

test('the same key twice is two digits, a long one is one', () => {
  assert.equal(digitsIn(render(digitScript('11', 60, 60), 400)), '11');
  assert.equal(digitsIn(render(digitScript('5', 3000, 60), 3200)), '5');
});

test('tones 1.5 % off are digits, 3.5 % off are none (Q.24)', () => {
  for (const digit of DTMF_DIGITS) {
    const pair = frequenciesOf(digit)!;
    const off = (factor: number) => ({ steps: [{ hertz: pair.map((one) => one * factor), ms: 200, level: -10 }] });
    assert.equal(digitsIn(render(off(1.015), 400)), digit);
    assert.equal(digitsIn(render(off(0.985), 400)), digit);
    assert.equal(digitsIn(render(off(1.035), 400)), '');
    assert.equal(digitsIn(render(off(0.965), 400)), '');
  }
});

test('dial tone, one tone alone and ten minutes of noise are no digits', () => {
  assert.equal(digitsIn(render({ steps: [{ hertz: [350, 440], ms: 0, level: -10 }] }, 2000)), '');
  assert.equal(digitsIn(render({ steps: [{ hertz: [941], ms: 0, level: -10 }] }, 2000)), '');
  const noise = new Int16Array(600 * 8000);
  let seed = 1;
  for (let i = 0; i < noise.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    noise[i] = clip((seed / 0x80000000) * peakOf(-5));
  }
  assert.equal(digitsIn(noise), '');
});

test('what is on no keypad is refused', () => {
  assert.equal(frequenciesOf('E'), undefined);
  assert.throws(() => digitScript('12x', 100, 100), RangeError);
});
