import type { Jitter } from '../../engine-protocol/messages.ts';
import { powerOf } from '../sound/level.ts';
import { ArrivalSpread } from './arrival-spread.ts';
import { Concealment } from './concealment.ts';
import { timestampDistance } from './rtp-packet.ts';

const SAMPLES_PER_MS = 8;
const FRAME = 160;
/** Samples held at most: 1 s. A power of two, so that timestamps index it. */
const CAPACITY = 8192;
const MASK = CAPACITY - 1;
/** Spread is met with this much to spare, so that the slowest packet is not just in time. */
const MARGIN_MS = 4;
/** The buffer shrinks when it has been longer than wanted by this, in a pause after one wait, in sound after two. */
const SHRINK_STEP_MS = 20;
const PATIENCE_MS = 1000;
/** Below this mean square a frame is a pause: -45 dBm0. */
const PAUSE_POWER = 5600;
const LONGEST_LAG = 160;
const COMPARED = 80;
/** A hole longer than this is no loss but a pause of the sender: not counted as concealed. */
const LONGEST_HOLE_MS = 1000;

/**
 * Jitter buffer over decoded samples, addressed by RTP timestamp: order, duplicates, wrap and packet length need no
 * bookkeeping of their own.
 *
 * The wanted delay is the spread of arrivals of the last ten seconds within `minMs` and `maxMs`. It grows at once, by
 * holding playout back; it shrinks by leaving out a pause or one pitch period. The delay is measured against the
 * fastest packet, so a sender whose clock drifts is followed by the same two moves.
 */
export class JitterBuffer {
  readonly #samples = new Int16Array(CAPACITY);
  readonly #present = new Uint8Array(CAPACITY);
  readonly #concealment = new Concealment();
  readonly #spread = new ArrivalSpread();
  #shape: Jitter;
  #started = false;
  #next = 0;
  #newest = 0;
  /** Where the last packet began, and how long it was. */
  #packetAt = 0;
  #packetSamples = FRAME;
  #transitBase = 0;
  #shrinkSince = 0;
  #lastArrival = 0;
  /** Packets that came after their turn. */
  late = 0;
  concealedMs = 0;

  constructor(shape: Jitter) {
    this.#shape = shape;
  }

  set shape(shape: Jitter) {
    this.#shape = shape;
  }

  /** Time from the arrival of the fastest packet to its playout, in ms, at `now`. */
  delayMs(now: number): number {
    if (!this.#started || this.#spread.leastMs === Number.POSITIVE_INFINITY) return 0;
    return now - this.#mediaMs(this.#next) - this.#spread.leastMs;
  }

  wantedMs(): number {
    const { kind, minMs, initialMs, maxMs } = this.#shape;
    if (kind === 'fixed') return initialMs;
    return Math.min(maxMs, Math.max(minMs, this.#spread.spreadMs + MARGIN_MS));
  }

  /**
   * What a frame needs beyond the wanted delay: its end may lie in a packet that begins, and so arrives, later than
   * its own beginning, where packets are short or playout no longer runs in step with them.
   */
  #stepMs(): number {
    const end = timestampDistance(this.#packetAt, this.#next) + FRAME - 1;
    const packetStart = Math.floor(end / this.#packetSamples) * this.#packetSamples;
    return Math.max(0, packetStart - (end - FRAME + 1)) / SAMPLES_PER_MS;
  }

  /** Forgets everything: another source, or a jump of its timestamps. */
  reset(): void {
    this.#started = false;
    this.#present.fill(0);
    this.#spread.reset();
    this.#concealment.reset();
  }

  /** Takes the octets of one packet, decoded by `table` (256 entries). */
  put(timestamp: number, octets: Uint8Array, from: number, to: number, table: Int16Array, now: number): void {
    if (!this.#started) this.#start(timestamp, now);
    let ahead = timestampDistance(this.#next, timestamp);
    if (ahead > CAPACITY - 2 * FRAME || ahead < -CAPACITY) {
      this.reset();
      this.#start(timestamp, now);
      ahead = timestampDistance(this.#next, timestamp);
    }
    this.#spread.add(now - this.#mediaMs(timestamp), now);
    this.#lastArrival = now;
    this.#packetAt = timestamp;
    this.#packetSamples = Math.max(1, to - from);
    const length = Math.min(to - from, CAPACITY - 2 * FRAME - Math.max(0, ahead));
    if (ahead + length <= 0) {
      this.late++;
      return;
    }
    for (let index = Math.max(0, -ahead); index < length; index++) {
      const slot = (timestamp + index) & MASK;
      this.#samples[slot] = table[octets[from + index]!]!;
      this.#present[slot] = 1;
    }
    const end = (timestamp + length) >>> 0;
    if (timestampDistance(this.#newest, end) > 0) this.#newest = end;
  }

  /** Fills `frame` with the next 20 ms; false while nothing has ever come. `hushed`: play nothing of this time. */
  take(frame: Int16Array, now: number, hushed: boolean): boolean {
    if (!this.#started) {
      frame.fill(0);
      return false;
    }
    const excessMs = this.delayMs(now) - this.wantedMs() - this.#stepMs();
    if (excessMs < -MARGIN_MS) return this.#hold(frame);
    if (excessMs < SHRINK_STEP_MS) this.#shrinkSince = now;
    this.#play(frame, now);
    if (excessMs >= SHRINK_STEP_MS) this.#shrink(frame, now);
    if (hushed) frame.fill(0);
    return true;
  }

  #mediaMs(timestamp: number): number {
    return timestampDistance(this.#transitBase, timestamp) / SAMPLES_PER_MS;
  }

  #start(timestamp: number, now: number): void {
    const initial = this.#shape.initialMs * SAMPLES_PER_MS;
    this.#started = true;
    this.#next = (timestamp - initial) >>> 0;
    this.#newest = timestamp;
    this.#transitBase = timestamp;
    this.#shrinkSince = now;
  }

  /** Playout waits for a frame. */
  #hold(frame: Int16Array): boolean {
    this.#concealment.fill(frame, 0, FRAME);
    this.concealedMs += FRAME / SAMPLES_PER_MS;
    return true;
  }

  #play(frame: Int16Array, now: number): void {
    let index = 0;
    while (index < FRAME) {
      const present = this.#present[(this.#next + index) & MASK]!;
      const from = index;
      while (index < FRAME && this.#present[(this.#next + index) & MASK] === present) {
        const slot = (this.#next + index) & MASK;
        if (present) frame[index] = this.#samples[slot]!;
        this.#present[slot] = 0;
        index++;
      }
      if (present) this.#concealment.real(frame, from, index);
      else this.#conceal(frame, from, index, now);
    }
    this.#advance(FRAME);
  }

  #conceal(frame: Int16Array, from: number, to: number, now: number): void {
    this.#concealment.fill(frame, from, to);
    const waited = timestampDistance(this.#transitBase, this.#next) > 0;
    if (waited && now - this.#lastArrival < LONGEST_HOLE_MS) this.concealedMs += (to - from) / SAMPLES_PER_MS;
  }

  #advance(samples: number): void {
    this.#next = (this.#next + samples) >>> 0;
    // Long calls: the base follows, or the distance to it would overflow after three days.
    if (timestampDistance(this.#transitBase, this.#next) > 0x3fffffff) this.reset();
  }

  /** Leaves out a pause, or one period of what sounds, joined to the frame just made. */
  #shrink(frame: Int16Array, now: number): void {
    const excessFor = now - this.#shrinkSince;
    if (excessFor < PATIENCE_MS || timestampDistance(this.#next, this.#newest) < LONGEST_LAG) return;
    if (powerOf(frame) < PAUSE_POWER) {
      this.#skip(FRAME, now);
      return;
    }
    if (excessFor < 2 * PATIENCE_MS || !this.#presentFor(LONGEST_LAG)) return;
    this.#leaveOutPeriod(frame, now);
  }

  #leaveOutPeriod(frame: Int16Array, now: number): void {
    const lag = this.#findLag(frame);
    for (let index = 0; index < COMPARED; index++) {
      const share = (index + 1) / (COMPARED + 1);
      const at = FRAME - COMPARED + index;
      const later = this.#samples[(this.#next + lag - COMPARED + index) & MASK]!;
      frame[at] = frame[at]! * (1 - share) + later * share;
    }
    this.#skip(lag, now);
  }

  #presentFor(samples: number): boolean {
    for (let index = 0; index < samples; index++) if (!this.#present[(this.#next + index) & MASK]) return false;
    return true;
  }

  #skip(samples: number, now: number): void {
    this.#shrinkSince = Math.max(this.#shrinkSince, now - 1.5 * PATIENCE_MS);
    for (let index = 0; index < samples; index++) this.#present[(this.#next + index) & MASK] = 0;
    this.#advance(samples);
  }

  /** How many of the next samples to leave out, so that the frame's end and what follows fit best. */
  #findLag(frame: Int16Array): number {
    let best = COMPARED;
    let bestLikeness = Number.NEGATIVE_INFINITY;
    for (let lag = COMPARED; lag <= LONGEST_LAG; lag++) {
      let product = 0;
      let energy = 1;
      for (let index = 0; index < COMPARED; index++) {
        const later = this.#samples[(this.#next + lag - COMPARED + index) & MASK]!;
        product += frame[FRAME - COMPARED + index]! * later;
        energy += later * later;
      }
      const likeness = product / Math.sqrt(energy);
      if (likeness > bestLikeness) {
        bestLikeness = likeness;
        best = lag;
      }
    }
    return best;
  }
}
