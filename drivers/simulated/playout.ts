/**
 * What a person elsewhere says into a simulated phone, from octets that come when they come to frames that leave every
 * 20 ms. It waits for 40 ms before it begins, holds 200 ms at most, drops the oldest, is silent where nothing is there.
 */

import { FRAME_SAMPLES, SAMPLE_RATE } from '../contract/line-card.ts';
import { expand } from './u-law.ts';

const START = (SAMPLE_RATE * 40) / 1000;
const MOST = (SAMPLE_RATE * 200) / 1000;
/** For so many frames (1 s) more than needed has lain there: so much of it is let go, and the delay with it. */
const REVIEW_FRAMES = 50;

export class Playout {
  readonly #ring = new Int16Array(MOST);
  #first = 0;
  #held = 0;
  #runs = false;
  #lowest = MOST;
  #framesToReview = REVIEW_FRAMES;
  #dropped = 0;
  #gaps = 0;

  /** Milliseconds that were thrown away because too much had come. */
  get droppedMs(): number {
    return (this.#dropped * 1000) / SAMPLE_RATE;
  }

  /** How often it ran empty while somebody spoke. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Takes octets of u-law. */
  put(octets: Uint8Array): void {
    this.#drop(this.#held + octets.length - MOST);
    for (let i = Math.max(0, octets.length - MOST); i < octets.length; i++) {
      this.#ring[(this.#first + this.#held) % MOST] = expand(octets[i]!);
      this.#held++;
    }
  }

  /** Fills `frame` with what is due in these 20 ms. */
  fill(frame: Int16Array): void {
    if (!this.#runs && this.#held >= START) this.#begin();
    if (this.#runs && this.#held < FRAME_SAMPLES) {
      this.#runs = false;
      this.#gaps++;
    }
    if (!this.#runs) {
      frame.fill(0);
      return;
    }
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = this.#ring[(this.#first + i) % MOST]!;
    this.#take(FRAME_SAMPLES);
    this.#review();
  }

  #begin(): void {
    this.#runs = true;
    this.#lowest = MOST;
    this.#framesToReview = REVIEW_FRAMES;
  }

  /** The far clock may run faster, or a stall may have come in at once: what never was needed is only delay. */
  #review(): void {
    this.#lowest = Math.min(this.#lowest, this.#held);
    if (--this.#framesToReview > 0) return;
    this.#drop(Math.min(FRAME_SAMPLES, this.#lowest - START));
    this.#lowest = MOST;
    this.#framesToReview = REVIEW_FRAMES;
  }

  #drop(samples: number): void {
    if (samples <= 0) return;
    const gone = Math.min(samples, this.#held);
    this.#take(gone);
    this.#dropped += gone;
  }

  #take(samples: number): void {
    this.#first = (this.#first + samples) % MOST;
    this.#held -= samples;
  }
}
