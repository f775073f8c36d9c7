/**
 * What the phone hears, from octets that come when they come to samples that are needed now. It begins with 60 ms in
 * hand and holds 200 ms at most. Where the clocks differ, it is read a little faster or slower; where a stall has left
 * more than is needed, a piece is cut out at a place where it matches.
 */

import { TELEPHONE_RATE } from './resampler.ts';
import { fromULaw } from './u-law.ts';

const samplesOf = (ms: number): number => (TELEPHONE_RATE * ms) / 1000;

const START = samplesOf(60);
const MOST = samplesOf(200);
/** What has lain there unneeded for so many packets (0.5 s) is too much, */
const REVIEW_PACKETS = 25;
/** where it is more than this. */
const NEEDLESS = samplesOf(80);
/** Reading faster or slower by 0.5 % is not heard, and more than clocks ever differ. */
const FASTEST = 0.005;
/** A piece that is cut out is 10 to 30 ms long, and its ends are blended over 10 ms. */
const SHORTEST_CUT = samplesOf(10);
const LONGEST_CUT = samplesOf(30);
const BLEND = samplesOf(10);
/** Sound after silence, and silence after sound, in 2.5 ms: no click. */
const RAMP = samplesOf(2.5);

export type Counters = {
  /** Sound in hand. */
  readonly heldMs: number;
  /** How often it ran out. */
  readonly gaps: number;
  /** Cut out or thrown away. */
  readonly droppedMs: number;
};

export class JitterRing {
  readonly #ring = new Float32Array(MOST);
  #first = 0;
  #held = 0;
  #runs = false;
  #level = 0;
  #last = 0;
  #smooth = START;
  #lowest = MOST;
  #packetsToReview = REVIEW_PACKETS;
  #gaps = 0;
  #dropped = 0;

  /** How fast to read, about 1. */
  get speed(): number {
    const excess = (this.#smooth - START) / START;
    return 1 + Math.max(-FASTEST, Math.min(FASTEST, excess * 2 * FASTEST));
  }

  get counters(): Counters {
    const ms = 1000 / TELEPHONE_RATE;
    return { heldMs: this.#held * ms, gaps: this.#gaps, droppedMs: this.#dropped * ms };
  }

  /** Takes octets of u-law. */
  put(octets: Uint8Array): void {
    this.#review();
    this.#drop(this.#held + octets.length - MOST);
    for (let i = Math.max(0, octets.length - MOST); i < octets.length; i++)
      this.#ring[(this.#first + this.#held++) % MOST] = fromULaw(octets[i]!);
    if (this.#runs) this.#smooth += (this.#held - this.#smooth) / REVIEW_PACKETS;
    else if (this.#held >= START) this.#begin();
  }

  /** The next sample. */
  readonly take = (): number => {
    if (this.#held === 0 && this.#runs) {
      this.#runs = false;
      this.#gaps++;
    }
    if (!this.#runs) {
      this.#level = Math.max(0, this.#level - 1 / RAMP);
      return this.#last * this.#level;
    }
    this.#level = Math.min(1, this.#level + 1 / RAMP);
    this.#last = this.#ring[this.#first]!;
    this.#forward(1);
    return this.#last * this.#level;
  };

  #begin(): void {
    this.#runs = true;
    this.#smooth = this.#held;
    this.#lowest = MOST;
    this.#packetsToReview = REVIEW_PACKETS;
  }

  #review(): void {
    if (!this.#runs) return;
    this.#lowest = Math.min(this.#lowest, this.#held);
    if (--this.#packetsToReview > 0) return;
    if (this.#lowest > NEEDLESS) this.#cut();
    this.#lowest = MOST;
    this.#packetsToReview = REVIEW_PACKETS;
  }

  /** Leaves out the piece whose end is most like its beginning. */
  #cut(): void {
    const length = this.#bestCut();
    for (let i = 0; i < BLEND; i++) {
      const to = (this.#first + length + i) % MOST;
      const share = i / BLEND;
      this.#ring[to] = this.#ring[to]! * share + this.#at(i) * (1 - share);
    }
    this.#drop(length);
    this.#smooth -= length;
  }

  #bestCut(): number {
    let best = LONGEST_CUT;
    let bestLikeness = 0;
    for (let length = SHORTEST_CUT; length <= LONGEST_CUT; length++) {
      let product = 0;
      let energy = 1e-9;
      for (let i = 0; i < BLEND; i++) {
        const other = this.#at(length + i);
        product += this.#at(i) * other;
        energy += other * other;
      }
      const likeness = product / Math.sqrt(energy);
      if (likeness >= bestLikeness) [best, bestLikeness] = [length, likeness];
    }
    return best;
  }

  #at(ahead: number): number {
    return this.#ring[(this.#first + ahead) % MOST]!;
  }

  #drop(samples: number): void {
    if (samples <= 0) return;
    const gone = Math.min(samples, this.#held);
    this.#forward(gone);
    this.#dropped += gone;
  }

  #forward(samples: number): void {
    this.#first = (this.#first + samples) % MOST;
    this.#held -= samples;
  }
}
