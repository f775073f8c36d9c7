import type { Instant } from './machine.ts';

type Entry<T> = { readonly at: Instant; readonly of: T };

/** Binary heap of deadlines. Entries are never taken out early: `live` tells at the top which ones still hold. */
export class DeadlineHeap<T> {
  #entries: Entry<T>[] = [];
  readonly #live: (of: T, at: Instant) => boolean;

  constructor(live: (of: T, at: Instant) => boolean) {
    this.#live = live;
  }

  get size(): number {
    return this.#entries.length;
  }

  push(at: Instant, of: T): void {
    const entries = this.#entries;
    entries.push({ at, of });
    let child = entries.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (entries[parent]!.at <= entries[child]!.at) break;
      [entries[parent], entries[child]] = [entries[child]!, entries[parent]!];
      child = parent;
    }
  }

  /** The earliest deadline that still holds. */
  first(): Instant | undefined {
    for (;;) {
      const top = this.#entries[0];
      if (!top) return undefined;
      if (this.#live(top.of, top.at)) return top.at;
      this.#removeTop();
    }
  }

  /** Takes out the owner of the earliest deadline, if it is due by `now`. */
  takeDue(now: Instant): T | undefined {
    const at = this.first();
    if (at === undefined || at > now) return undefined;
    const { of } = this.#entries[0]!;
    this.#removeTop();
    return of;
  }

  #removeTop(): void {
    const entries = this.#entries;
    const last = entries.pop()!;
    if (entries.length === 0) return;
    entries[0] = last;
    for (let parent = 0; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < entries.length && entries[child]!.at < entries[least]!.at) least = child;
      }
      if (least === parent) return;
      [entries[parent], entries[least]] = [entries[least]!, entries[parent]!];
      parent = least;
    }
  }
}
