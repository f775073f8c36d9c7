import { monotonicNow } from '../core/clock.ts';
import { FRAME_MS } from './frame.ts';

/** Less than this before its time a tick runs at once: the timers of Node count whole milliseconds. */
const CLOSE_ENOUGH_MS = 0.6;
/** After a longer stop (the box slept, a debugger held it) the missed time is given up: nobody waits for that sound. */
const GIVE_UP_MS = 1000;
/** A card's own clock that is silent for so long has stopped; ours takes over until it comes back. */
const CARD_SILENT_MS = 100;

/** Time in ms, and a timer of whole ms that gives a function to take it back. */
export type Ticking = {
  readonly now: () => number;
  readonly wake: (ms: number, wake: () => void) => () => void;
};

const system: Ticking = {
  now: monotonicNow,
  wake: (ms, wake) => {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * The 20 ms tick. Deadlines are absolute, so a late tick does not move the next; ticks that were missed run at once.
 * It is the only timer of the engine.
 */
export class FrameClock {
  readonly #tick: (now: number) => void;
  readonly #time: Ticking;
  #due = 0;
  #cancel: () => void = () => {};
  #running = false;
  #latestMs = 0;
  /** Ticks run since the start. */
  frames = 0;
  /** Ticks given up after a long stop. */
  skipped = 0;

  constructor(tick: (now: number) => void, time: Ticking = system) {
    this.#tick = tick;
    this.#time = time;
  }

  start(): void {
    this.#running = true;
    this.#due = this.#time.now() + FRAME_MS;
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** The greatest lateness of a tick since the last call, in ms. */
  takeLatest(): number {
    const latest = this.#latestMs;
    this.#latestMs = 0;
    return latest;
  }

  /** A card with a clock of its own has a frame ready; our timer only watches then that it goes on. */
  readonly cardTick = (): void => {
    if (!this.#running) return;
    this.#cancel();
    this.#due = this.#time.now() + CARD_SILENT_MS;
    this.#run();
    this.#arm();
  };

  #arm(): void {
    const ms = this.#due - this.#time.now();
    this.#cancel = this.#time.wake(ms <= 1 ? 1 : Math.floor(ms), this.#wake);
  }

  readonly #wake = (): void => {
    let now = this.#time.now();
    while (this.#running && now >= this.#due - CLOSE_ENOUGH_MS) {
      this.#giveUp(now);
      this.#latestMs = Math.max(this.#latestMs, now - this.#due);
      this.#due += FRAME_MS;
      this.#run();
      now = this.#time.now();
    }
    if (this.#running) this.#arm();
  };

  #giveUp(now: number): void {
    if (now - this.#due < GIVE_UP_MS) return;
    const ticks = Math.floor((now - this.#due) / FRAME_MS);
    this.skipped += ticks;
    this.#due += ticks * FRAME_MS;
  }

  #run(): void {
    this.frames++;
    this.#tick(this.#time.now());
  }
}
