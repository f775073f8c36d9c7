import type { LegId } from '../facts.ts';

/** A party may be transferred, and transferred again: so many links from one leg to who stands for it at most. */
const MOST_LINKS = 16;

/** Legs that have no termination of their own, and the leg that stands where each of them would. */
export class StandIns {
  readonly #instead = new Map<LegId, LegId>();

  /** From here on `other` stands for the leg; left out: it stands for itself again. */
  set(leg: LegId, other: LegId | undefined): void {
    if (other === undefined) this.#instead.delete(leg);
    else this.#instead.set(leg, other);
  }

  has(leg: LegId): boolean {
    return this.#instead.has(leg);
  }

  /** The first that is there, from the leg itself on; the last of all if none is. */
  of(leg: LegId, isThere: (leg: LegId) => boolean): LegId {
    let at = leg;
    for (let link = 0; link < MOST_LINKS && !isThere(at); link++) at = this.#instead.get(at) ?? at;
    return at;
  }
}
