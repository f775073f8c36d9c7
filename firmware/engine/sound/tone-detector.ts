import type { Tone, ToneName } from '../../engine-protocol/hardware.ts';
import { FRAME_MS, FRAME_SAMPLES } from '../frame.ts';
import { powerAt, powerOf } from './level.ts';

export type ProgressTone = 'dial' | 'ringback' | 'busy' | 'congestion';
const PROGRESS: readonly ProgressTone[] = ['dial', 'ringback', 'busy', 'congestion'];
const SAMPLE_RATE = 8000;
/** Steps of the cadence that a hang-up tone must show, in whole cycles; fewer are met in speech and other tones. */
const STEPS_SHOWN = 6;
/** A steady tone may be dial tone after this, and can be nothing else when it outlasts each burst of ringback. */
const POSSIBLY_STEADY_MS = 500;
const STEADY_MS = 2600;
/** Ringback whose frequencies no other tone has is known so soon; others at the end of their first burst. */
const UNMISTAKABLE_MS = 300;
const QUIETEST = powerAt(-38);
/** Share of a frame's energy in the frequencies of a tone. */
const PURITY = 0.7;
/** Each frequency of a tone holds this share of the strongest at least. */
const BALANCE = 0.1;
const MOST_SEGMENTS = 24;

type Segment = { sound: number; ms: number };
const SILENCE = -1;
const OTHER = -2;

type Pattern = {
  readonly name: ProgressTone;
  readonly sounds: readonly number[];
  readonly ms: readonly number[];
  readonly steady: boolean;
};

/**
 * `certain`: nothing else can be meant. Dial tone is told twice, first while it may yet be a burst of ringback.
 * `soundedMs`: how long it had sounded at the end of the frame in which it was recognised, pauses of its cadence and all.
 */
export type ToneListener = (tone: ProgressTone, certain: boolean, soundedMs: number) => void;

/** Call progress tones by frequency and cadence, as the exchange of this country sends them. */
export class ToneDetector {
  readonly #listener: ToneListener;
  readonly #sounds: (readonly number[])[] = [];
  readonly #patterns: Pattern[];
  readonly #segments: Segment[] = [];
  /** Voice or another sound that is no tone of the exchange in the last frame. */
  otherSound = false;

  constructor(tones: Readonly<Record<ToneName, Tone>>, listener: ToneListener) {
    this.#listener = listener;
    this.#patterns = PROGRESS.flatMap((name) => this.#patternOf(name, tones[name]));
  }

  reset(): void {
    this.#segments.length = 0;
    this.otherSound = false;
  }

  write(frame: Int16Array): void {
    const sound = this.#classify(frame);
    this.otherSound = sound === OTHER;
    const last = this.#segments.at(-1);
    if (last?.sound === sound) {
      last.ms += FRAME_MS;
      this.#checkSteady(last);
      return;
    }
    this.#change(sound);
  }

  /** A segment of one frame between two of the same sound is an edge that fell into it, or a click. */
  #change(sound: number): void {
    const segments = this.#segments;
    const last = segments.at(-1);
    const before = segments.at(-2);
    if (last && last.ms <= FRAME_MS && before?.sound === sound) {
      before.ms += last.ms + FRAME_MS;
      segments.pop();
      return;
    }
    if (last && last.ms <= FRAME_MS && last.sound === OTHER) {
      last.sound = sound;
      last.ms += FRAME_MS;
    } else segments.push({ sound, ms: FRAME_MS });
    if (segments.length > MOST_SEGMENTS) segments.shift();
    this.#checkCadence();
  }

  #checkSteady(last: Segment): void {
    if (last.ms === UNMISTAKABLE_MS && last.sound >= 0) {
      const only = this.#patterns.filter(({ sounds }) => sounds.includes(last.sound));
      if (only.length === 1 && only[0]!.name === 'ringback') this.#listener('ringback', true, last.ms);
    }
    if (last.sound < 0 || (last.ms !== POSSIBLY_STEADY_MS && last.ms !== STEADY_MS)) return;
    const pattern = this.#patterns.find(({ steady, sounds }) => steady && sounds[0] === last.sound);
    if (pattern) this.#listener(pattern.name, last.ms === STEADY_MS, last.ms);
  }

  /** The last segment has just begun: those before it are whole. */
  #checkCadence(): void {
    const pattern = this.#patterns.find((each) => !each.steady && this.#endsWith(each));
    if (pattern) this.#listener(pattern.name, true, this.#soundedMs(pattern));
  }

  #endsWith(pattern: Pattern): boolean {
    const length = pattern.sounds.length;
    const needed = stepsNeeded(pattern);
    const end = this.#segments.length - 1;
    if (end < needed) return false;
    const offset = needed % length;
    for (let back = 1; back <= needed; back++) {
      const step = (offset - back + length * needed) % length;
      const segment = this.#segments[end - back]!;
      if (segment.sound !== pattern.sounds[step] || !near(segment.ms, pattern.ms[step]!)) return false;
    }
    return this.#segments[end]!.sound === pattern.sounds[offset];
  }

  /** Back from the last segment, a step of the cadence, to the first burst that belongs to it; that one may be cut. */
  #soundedMs({ name, sounds, ms }: Pattern): number {
    const end = this.#segments.length - 1;
    let step = stepsNeeded({ name, sounds }) % sounds.length;
    let passedMs = this.#segments[end]!.ms;
    let soundedMs = passedMs;
    for (let at = end - 1; at >= 0; at--) {
      step = (step + sounds.length - 1) % sounds.length;
      const segment = this.#segments[at]!;
      const whole = near(segment.ms, ms[step]!);
      if (segment.sound !== sounds[step] || !(whole || segment.ms < ms[step]!)) break;
      passedMs += segment.ms;
      if (segment.sound >= 0) soundedMs = passedMs;
      if (!whole) break;
    }
    return soundedMs;
  }

  #patternOf(name: ProgressTone, tone: Tone): readonly Pattern[] {
    const looped = tone.steps.slice(tone.loopFrom ?? 0);
    const first = looped.findIndex((step) => step.hertz.length > 0);
    if (first < 0) return [];
    const steps = [...looped.slice(first), ...looped.slice(0, first)];
    const sounds = steps.map((step) => this.#soundOf(step.hertz));
    const steady = steps[0]!.ms === 0 || steps.every((step) => step.hertz.length > 0);
    return [{ name, sounds, ms: steps.map((step) => step.ms), steady }];
  }

  #soundOf(hertz: readonly number[]): number {
    if (hertz.length === 0) return SILENCE;
    const known = this.#sounds.findIndex((sound) => sound.join() === hertz.join());
    return known >= 0 ? known : this.#sounds.push(hertz) - 1;
  }

  /** Of the tones that hold the frame's energy, the one whose weakest frequency is strongest: neighbours leak. */
  #classify(frame: Int16Array): number {
    const power = powerOf(frame);
    if (power < QUIETEST) return SILENCE;
    let best = OTHER;
    let bestLeast = 0;
    for (let sound = 0; sound < this.#sounds.length; sound++) {
      const least = weakestOf(frame, this.#sounds[sound]!, power);
      if (least <= bestLeast) continue;
      bestLeast = least;
      best = sound;
    }
    return best;
  }
}

/** Ringback shows itself in its first burst; hang-up tones after whole cycles. */
const stepsNeeded = ({ name, sounds }: Pick<Pattern, 'name' | 'sounds'>): number =>
  name === 'ringback' ? 1 : Math.ceil(STEPS_SHOWN / sounds.length) * sounds.length;

const near = (ms: number, wanted: number): boolean => Math.abs(ms - wanted) <= Math.max(50, wanted * 0.15);

/** Power of the weakest frequency when the frame is this tone, else 0. */
const weakestOf = (frame: Int16Array, hertz: readonly number[], power: number): number => {
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (const each of hertz) {
    const tone = tonePower(frame, each);
    sum += tone;
    least = Math.min(least, tone);
    greatest = Math.max(greatest, tone);
  }
  return sum >= PURITY * power && least >= BALANCE * greatest ? least : 0;
};

/** Mean square of one frequency in the frame (Goertzel). */
const tonePower = (frame: Int16Array, hertz: number): number => {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE);
  let last = 0;
  let before = 0;
  for (let index = 0; index < FRAME_SAMPLES; index++) {
    const next = frame[index]! + coefficient * last - before;
    before = last;
    last = next;
  }
  return ((last * last + before * before - coefficient * last * before) * 2) / (FRAME_SAMPLES * FRAME_SAMPLES);
};
