/** What an end of a line hears: recorded, measured, waited for. */

import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE } from '../contract/line-card.ts';
import { levelOf, meanSquare, shareOf } from './tone.ts';

const CHUNK = SAMPLE_RATE;
/** A recording that nobody stops must not eat the memory: ten minutes are 9.6 MB. */
export const LONGEST_RECORDING_S = 600;
const RECENT_FRAMES = 5;
const RECENT = RECENT_FRAMES * FRAME_SAMPLES;
const SOUND_DBM0 = -45;
/** Of the power, so much must lie at the frequencies that are waited for. */
const TONE_SHARE = 0.5;

/** A growing recording; takes a chunk of one second at a time. */
export class Recording {
  readonly #chunks: Int16Array[] = [];
  readonly #limit: number;
  #filled = 0;

  /** `samples`: how many to take at most. */
  constructor(samples: number) {
    this.#limit = samples;
  }

  get full(): boolean {
    return this.#filled >= this.#limit;
  }

  add(frame: Int16Array): void {
    for (let i = 0; i < frame.length && this.#filled < this.#limit; i++) {
      const place = this.#filled % CHUNK;
      if (place === 0) this.#chunks.push(new Int16Array(CHUNK));
      this.#chunks[this.#chunks.length - 1]![place] = frame[i]!;
      this.#filled++;
    }
  }

  samples(): Int16Array {
    const whole = new Int16Array(this.#filled);
    this.#chunks.forEach((chunk, index) => {
      whole.set(chunk.subarray(0, this.#filled - index * CHUNK), index * CHUNK);
    });
    return whole;
  }
}

/** Something that is waited for in the sound: true when it has come. Called once a frame. */
type Watch = { readonly look: () => boolean; readonly done: (found: boolean) => void; framesLeft: number };
type Take = { readonly recording: Recording; readonly done: (samples: Int16Array) => void };

export class Ear {
  readonly #recent = new Int16Array(RECENT);
  readonly #takes: Take[] = [];
  readonly #watches: Watch[] = [];
  readonly #soundChanged: (on: boolean) => void;
  #listening: Recording | undefined;
  #soundOn = false;
  #quietFrames = 0;
  #loudFrames = 0;

  constructor(soundChanged: (on: boolean) => void) {
    this.#soundChanged = soundChanged;
  }

  get listening(): boolean {
    return this.#listening !== undefined;
  }

  /** Level in dBm0 of the last 100 ms. */
  get level(): number {
    return levelOf(meanSquare(this.#recent));
  }

  /** One frame of what comes to this ear. */
  hear(frame: Int16Array): void {
    this.#recent.copyWithin(0, FRAME_SAMPLES);
    this.#recent.set(frame, RECENT - FRAME_SAMPLES);
    this.#followSound(levelOf(meanSquare(frame)) > SOUND_DBM0);
    this.#listening?.add(frame);
    for (let i = this.#takes.length - 1; i >= 0; i--) this.#fillTake(i, frame);
    for (let i = this.#watches.length - 1; i >= 0; i--) this.#look(i);
  }

  /** Starts a recording in place of one that runs. */
  listen(): void {
    this.#listening = new Recording(LONGEST_RECORDING_S * SAMPLE_RATE);
  }

  /** Ends the recording; undefined where none ran. */
  stopListening(): Int16Array | undefined {
    const samples = this.#listening?.samples();
    this.#listening = undefined;
    return samples;
  }

  /** The next `ms` of sound. */
  take(ms: number): Promise<Int16Array> {
    const recording = new Recording(Math.ceil(ms / FRAME_MS) * FRAME_SAMPLES);
    return new Promise((done) => {
      this.#takes.push({ recording, done });
    });
  }

  /** True once these frequencies (Hz) make up the sound of 100 ms; false when `timeoutMs` have passed. */
  waitForTone(hertz: readonly number[], timeoutMs: number): Promise<boolean> {
    return this.#watch(() => this.#isTone(hertz), timeoutMs);
  }

  /** True once it has been loud (or quiet) for `ms`. */
  waitForSound(on: boolean, ms: number, timeoutMs: number): Promise<boolean> {
    return this.#watch(() => (on ? this.#loudFrames : this.#quietFrames) * FRAME_MS >= ms, timeoutMs);
  }

  /** The line is gone: whoever waits is told so with what there is. */
  close(): void {
    for (const take of this.#takes.splice(0)) take.done(take.recording.samples());
    for (const watch of this.#watches.splice(0)) watch.done(false);
  }

  #watch(look: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((done) => {
      this.#watches.push({ look, done, framesLeft: Math.max(1, Math.ceil(timeoutMs / FRAME_MS)) });
    });
  }

  #look(index: number): void {
    const watch = this.#watches[index]!;
    const found = watch.look();
    watch.framesLeft--;
    if (!found && watch.framesLeft > 0) return;
    this.#watches.splice(index, 1);
    watch.done(found);
  }

  #fillTake(index: number, frame: Int16Array): void {
    const take = this.#takes[index]!;
    take.recording.add(frame);
    if (!take.recording.full) return;
    this.#takes.splice(index, 1);
    take.done(take.recording.samples());
  }

  #followSound(loud: boolean): void {
    this.#loudFrames = loud ? this.#loudFrames + 1 : 0;
    this.#quietFrames = loud ? 0 : this.#quietFrames + 1;
    const on = loud ? this.#loudFrames >= 2 : this.#quietFrames < 2 && this.#soundOn;
    if (on === this.#soundOn || (loud && !on)) return;
    this.#soundOn = on;
    this.#soundChanged(on);
  }

  #isTone(hertz: readonly number[]): boolean {
    const mean = meanSquare(this.#recent);
    if (levelOf(mean) < SOUND_DBM0) return false;
    let sum = 0;
    for (const one of hertz) {
      const share = shareOf(one, this.#recent, 0, RECENT, mean * RECENT);
      if (share < 0.1) return false;
      sum += share;
    }
    return sum >= TONE_SHARE;
  }
}
