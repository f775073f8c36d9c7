const RATE = 8000;
const BAND = [300, 3400] as const;
/** Half the length of the filter: with a Blackman window its edges are 170 Hz wide. */
const HALF_S = 0.016;
const FRAME = RATE / 100;
/** Mean square of a 16-bit sine at this level; full scale is +3.14 dBm0 (ITU-T G.711). */
const powerAt = (dBm0: number): number => (32_767 * 10 ** ((dBm0 - 3.14) / 20)) ** 2 / 2;
/** Active speech level: as loud as a caller who speaks up (ITU-T P.56 measures active frames only). */
const LEVEL_DBM0 = -16;
/** Frames so much below the loudest are pauses. */
const PAUSE_DB = 30;
/** What is quieter at both ends is cut off, but for this much. */
const SILENT_DBM0 = -45;
const MARGIN = RATE * 0.05;
/** Peaks above are pressed down, so that nothing clips. */
const HIGHEST_PEAK = 30_000;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const window = (x: number): number =>
  Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);

/** Impulse response of the telephone band at `s` seconds, per second. */
const bandPass = (s: number): number => {
  const [low, high] = BAND;
  return (2 * high * sinc(2 * high * s) - 2 * low * sinc(2 * low * s)) * window(s / HALF_S);
};

const greatestDivisor = (one: number, other: number): number =>
  other === 0 ? one : greatestDivisor(other, one % other);

/** The filter at each position that a sample of 8 kHz can have between two samples of the other rate. */
const tapsOf = (rate: number): readonly Float64Array[] => {
  const phases = RATE / greatestDivisor(RATE, rate);
  const half = Math.ceil(HALF_S * rate);
  return Array.from({ length: phases }, (_, phase) => {
    const taps = new Float64Array(2 * half);
    for (let tap = 1; tap < taps.length; tap++) taps[tap] = bandPass((phase / phases + half - tap) / rate) / rate;
    return taps;
  });
};

/** Brings sound of any rate to 8 kHz and the telephone band in one step (windowed sinc, polyphase). */
export const toTelephoneBand = (sound: Float64Array, rate: number): Float64Array => {
  const phases = tapsOf(rate);
  const half = phases[0]!.length / 2;
  const out = new Float64Array(Math.floor((sound.length * RATE) / rate));
  for (let index = 0; index < out.length; index++) {
    const at = Math.floor((index * rate) / RATE);
    const taps = phases[Math.round(((index * rate) / RATE - at) * phases.length) % phases.length]!;
    const last = Math.min(taps.length, sound.length - at + half);
    let sum = 0;
    for (let tap = Math.max(1, half - at); tap < last; tap++) sum += taps[tap]! * sound[at - half + tap]!;
    out[index] = sum;
  }
  return out;
};

const framePowers = (sound: Float64Array): number[] =>
  Array.from({ length: Math.ceil(sound.length / FRAME) }, (_, index) => {
    const frame = sound.subarray(index * FRAME, (index + 1) * FRAME);
    return frame.reduce((sum, sample) => sum + sample * sample, 0) / frame.length;
  });

/** Gain to the wanted active speech level; pauses do not count. */
const gainOf = (sound: Float64Array): number => {
  const powers = framePowers(sound);
  const threshold = Math.max(...powers) * 10 ** (-PAUSE_DB / 10);
  const active = powers.filter((power) => power >= threshold);
  return Math.sqrt((powerAt(LEVEL_DBM0) * active.length) / active.reduce((sum, power) => sum + power, 0));
};

const trimmed = (sound: Float64Array): Float64Array => {
  const loud = framePowers(sound).map((power) => power >= powerAt(SILENT_DBM0));
  const from = loud.indexOf(true) * FRAME;
  const to = Math.min(sound.length, (loud.lastIndexOf(true) + 1) * FRAME);
  const out = new Float64Array(to - from + 2 * MARGIN);
  out.set(sound.subarray(from, to), MARGIN);
  return out;
};

/** Peaks above the highest one allowed come as close to it as they were above it. */
const softPeak = (sample: number): number => {
  const knee = HIGHEST_PEAK * 0.8;
  const over = Math.abs(sample) - knee;
  if (over <= 0) return sample;
  const room = HIGHEST_PEAK - knee;
  return Math.sign(sample) * (knee + (room * over) / (room + over));
};

/** Speech of any rate as a sentence: 8 kHz, 300-3400 Hz, active level -16 dBm0, 50 ms of silence at both ends. */
export const sentenceSound = (speech: Float64Array, rate: number): Int16Array => {
  const band = toTelephoneBand(speech, rate);
  const gain = gainOf(band);
  return Int16Array.from(trimmed(band.map((sample) => sample * gain)), (sample) => Math.round(softPeak(sample)));
};

/** The tone after a greeting: 1000 Hz, 400 ms, -12 dBm0, without clicks at its ends. */
export const toneSound = (): Int16Array => {
  const count = RATE * 0.4;
  const ramp = RATE * 0.005;
  const peak = Math.sqrt(2 * powerAt(-12));
  return Int16Array.from({ length: count }, (_, index) => {
    const edge = Math.min(1, index / ramp, (count - index) / ramp);
    return Math.round(peak * edge * Math.sin((2 * Math.PI * 1000 * index) / RATE));
  });
};
