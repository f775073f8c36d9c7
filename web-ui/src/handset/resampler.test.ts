import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Expander, Reducer, TELEPHONE_RATE } from './resampler.ts';

const rates = [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000];
/** As a browser calls: 128 samples of the device at a time. */
const QUANTUM = 128;

const sine = (hertz: number, rate: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

/** Level in dB of one frequency, of a sine of full scale: Goertzel's sum in a Blackman-Harris window (-92 dB). */
function levelAt(samples: Float32Array, rate: number, hertz: number): number {
  let re = 0;
  let im = 0;
  let weight = 0;
  for (let i = 0; i < samples.length; i++) {
    const turn = (2 * Math.PI * i) / samples.length;
    const window = 0.35875 - 0.48829 * Math.cos(turn) + 0.14128 * Math.cos(2 * turn) - 0.01168 * Math.cos(3 * turn);
    const angle = (2 * Math.PI * hertz * i) / rate;
    re += samples[i]! * window * Math.cos(angle);
    im += samples[i]! * window * Math.sin(angle);
    weight += window;
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / weight + 1e-12);
}

/** A tone of 8 kHz as the device plays it, half a second without the beginning. */
function expanded(hertz: number, rate: number): Float32Array {
  const source = sine(hertz, TELEPHONE_RATE, 8000);
  const expander = new Expander(rate);
  const device = new Float32Array(Math.floor((rate * 0.6) / QUANTUM) * QUANTUM);
  let at = 0;
  for (let i = 0; i < device.length; i += QUANTUM)
    expander.fill(device.subarray(i, i + QUANTUM), () => source[at++] ?? 0);
  return device.subarray(Math.round(rate * 0.1));
}

/** A tone of the device as it comes at 8 kHz. */
function reduced(hertz: number, rate: number): Float32Array {
  const source = sine(hertz, rate, Math.round(rate * 0.6));
  const reducer = new Reducer(rate);
  const out: number[] = [];
  for (let i = 0; i < source.length; i += QUANTUM)
    reducer.push(source.subarray(i, i + QUANTUM), (sample) => out.push(sample));
  return Float32Array.from(out.slice(800));
}

for (const rate of rates) {
  test(`8 kHz to ${rate} Hz: the voice band is flat, its images are gone`, () => {
    for (const hertz of [300, 440, 1000, 2100, 3000, 3400]) {
      const device = expanded(hertz, rate);
      assert.ok(Math.abs(levelAt(device, rate, hertz)) < 0.1, `${hertz} Hz: ${levelAt(device, rate, hertz)} dB`);
      for (const image of [8000 - hertz, 8000 + hertz, 16_000 - hertz])
        if (image < rate / 2 - 50)
          assert.ok(levelAt(device, rate, image) < -58, `${image} Hz of ${hertz}: ${levelAt(device, rate, image)} dB`);
    }
  });

  test(`${rate} Hz to 8 kHz: the voice band is flat, what would fold into it is gone`, () => {
    for (const hertz of [300, 440, 1000, 2100, 3000, 3400]) {
      const level = levelAt(reduced(hertz, rate), TELEPHONE_RATE, hertz);
      assert.ok(Math.abs(level) < 0.1, `${hertz} Hz: ${level} dB`);
    }
    for (const hertz of [4600, 5000, 7000, 7700, 9000, 12_345, 15_000, 20_000].filter((each) => each < rate / 2)) {
      const folded = Math.abs(hertz - 8000 * Math.round(hertz / 8000));
      const level = levelAt(reduced(hertz, rate), TELEPHONE_RATE, folded);
      assert.ok(level < -58, `${hertz} Hz folds to ${folded} Hz with ${level} dB`);
    }
  });

  test(`${rate} Hz: a click comes 1.75 ms later each way, as many samples as the clocks say`, () => {
    const expander = new Expander(rate);
    const device = new Float32Array(rate);
    let taken = 0;
    expander.fill(device, () => (taken++ === 100 ? 1 : 0));
    assert.ok(Math.abs(taken - 8000) <= 1, `${taken} samples taken in a second`);
    const peak = device.indexOf(Math.max(...device.subarray(0, rate >> 2)));
    // the first sample is fetched at once: the 101st lies 100 samples later
    assert.ok(Math.abs(peak / rate - (100 + 14) / 8000) < 0.0002, `after ${(peak / rate) * 1000} ms`);

    const reducer = new Reducer(rate);
    const click = new Float32Array(rate);
    click[Math.round(rate / 80)] = 1;
    const out: number[] = [];
    reducer.push(click, (sample) => out.push(sample));
    assert.ok(Math.abs(out.length - 8000) <= 1, `${out.length} samples given in a second`);
    const at = out.indexOf(Math.max(...out)) / 8000;
    assert.ok(Math.abs(at - 0.0125 - 14 / 8000) < 0.0003, `after ${(at - 0.0125) * 1000} ms`);
  });
}

test('speed fetches more or fewer samples, and the tone moves by as much', () => {
  for (const speed of [0.995, 1.005]) {
    const source = sine(1000, TELEPHONE_RATE, 9000);
    const device = new Float32Array(48_000);
    let at = 0;
    new Expander(48_000).fill(device, () => source[at++]!, speed);
    assert.ok(Math.abs(at - 8000 * speed) <= 1);
    assert.ok(levelAt(device, 48_000, 1000 * speed) > -0.1);
  }
});
