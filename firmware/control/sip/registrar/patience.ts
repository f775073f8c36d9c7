import type { Instant } from '../../../core/machine.ts';

/** What an answer costs; a wrong password is dear, so that guessing is slow. */
export const COSTS = { challenge: 1, wrong: 10 } as const;
/** A source begins with so much, and gets so much back a second. */
const FULL = 60;
const BACK_PER_SECOND = 1;
/** All strangers together: nobody is flooded with answers to questions that he has not asked. */
const FULL_OF_ALL = 240;
const BACK_OF_ALL = 40;
/** Sources that are remembered; the one that was heard longest ago is forgotten. */
const MOST_SOURCES = 512;

type Purse = { left: number; at: Instant };

/**
 * How much a source that has proved nothing may still ask (token buckets). What it asks beyond that is not answered: a
 * scanner learns nothing, and nobody can have us flood a third.
 */
export class Patience {
  readonly #now: () => Instant;
  readonly #purses = new Map<string, Purse>();
  readonly #all: Purse;

  constructor(now: () => Instant) {
    this.#now = now;
    this.#all = { left: FULL_OF_ALL, at: now() };
  }

  /** Whether this source is answered; takes the price of a challenge if so. */
  answers(source: string): boolean {
    const purse = this.#purseOf(source);
    this.#fill(this.#all, FULL_OF_ALL, BACK_OF_ALL);
    if (purse.left < COSTS.challenge || this.#all.left < COSTS.challenge) return false;
    purse.left -= COSTS.challenge;
    this.#all.left -= COSTS.challenge;
    return true;
  }

  /** Its password was wrong. */
  charge(source: string): void {
    const purse = this.#purseOf(source);
    purse.left = Math.max(-FULL, purse.left - COSTS.wrong);
  }

  #purseOf(source: string): Purse {
    const purse = this.#purses.get(source) ?? { left: FULL, at: this.#now() };
    this.#fill(purse, FULL, BACK_PER_SECOND);
    this.#purses.delete(source);
    this.#purses.set(source, purse);
    if (this.#purses.size > MOST_SOURCES) this.#forgetOne();
    return purse;
  }

  #forgetOne(): void {
    const [oldest] = this.#purses.keys();
    if (oldest !== undefined) this.#purses.delete(oldest);
  }

  #fill(purse: Purse, full: number, perSecond: number): void {
    const now = this.#now();
    purse.left = Math.min(full, purse.left + ((now - purse.at) / 1000) * perSecond);
    purse.at = now;
  }
}
