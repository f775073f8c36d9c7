/** What an end of a line says: keys and tones, over a recording, over silence. */

import { FRAME_SAMPLES } from '../contract/line-card.ts';
import { type Script, ToneSource } from './tone.ts';

/** Why a sound ended. */
export type Ended = 'end' | 'stopped';

export class Mouth {
  readonly #tone = new ToneSource();
  #toneEnded: ((why: Ended) => void) | undefined;
  #voice: Int16Array | undefined;
  #position = 0;
  #repeat = false;
  #voiceEnded: ((why: Ended) => void) | undefined;
  #marked: (() => void) | undefined;

  get speaking(): boolean {
    return this.#tone.playing || this.#voice !== undefined;
  }

  /** Plays a tone script; it mutes a recording that goes on beneath, as a keypad mutes the microphone. */
  play(script: Script, ended?: (why: Ended) => void): void {
    this.#endTone('stopped');
    this.#toneEnded = ended;
    this.#tone.start(script);
  }

  speak(samples: Int16Array, repeat: boolean, ended?: (why: Ended) => void): void {
    this.#endVoice('stopped');
    this.#voice = samples;
    this.#position = 0;
    this.#repeat = repeat && samples.length > 0;
    this.#voiceEnded = ended;
  }

  silence(): void {
    this.#endTone('stopped');
    this.#endVoice('stopped');
  }

  /** Makes the next frame a click of full scale: a square wave of 1 kHz; `left` is called when it has been read. */
  mark(left: () => void): void {
    this.#marked = left;
  }

  /** Puts what is said in these 20 ms in the place of what `frame` holds; a mouth that is shut leaves it. */
  fill(frame: Int16Array): void {
    if (this.#voice !== undefined) this.#fillVoice(frame);
    if (!this.#tone.playing) return;
    frame.fill(0);
    if (this.#tone.addTo(frame)) this.#endTone('end');
  }

  /** Writes over `frame` where a mark is due. */
  fillMark(frame: Int16Array): void {
    const left = this.#marked;
    if (left === undefined) return;
    this.#marked = undefined;
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = (i & 4) === 0 ? 32000 : -32000;
    left();
  }

  #fillVoice(frame: Int16Array): void {
    const voice = this.#voice!;
    frame.fill(0);
    for (let i = 0; i < frame.length; i++) {
      if (this.#position >= voice.length) {
        if (!this.#repeat) break;
        this.#position = 0;
      }
      frame[i] = voice[this.#position++]!;
    }
    if (this.#position >= voice.length && !this.#repeat) this.#endVoice('end');
  }

  #endTone(why: Ended): void {
    const ended = this.#toneEnded;
    this.#toneEnded = undefined;
    this.#tone.stop();
    ended?.(why);
  }

  #endVoice(why: Ended): void {
    const ended = this.#voiceEnded;
    this.#voiceEnded = undefined;
    this.#voice = undefined;
    ended?.(why);
  }
}
