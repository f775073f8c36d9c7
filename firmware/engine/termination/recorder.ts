import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError } from '../../core/error.ts';
import type { FileEvent } from '../../engine-protocol/events.ts';
import type { Mode, RecorderId } from '../../engine-protocol/ids.ts';
import type { Detector, NewRecorder, SubtractReply } from '../../engine-protocol/messages.ts';
import { encodeG711, muLaw } from '../codec/g711.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS } from '../frame.ts';
import { powerAt, powerOf } from '../sound/level.ts';
import { MU_LAW_HEADER, muLawHeader } from '../sound/wav.ts';
import type { CarriedDigit, Termination, TerminationHost } from './termination.ts';

const SAMPLE_RATE = 8000;
const QUIETEST = powerAt(-42);
/** Seconds that may wait for a slow disk before the recording ends with `disk`. */
const MOST_WAITING = 10;
const QUIET = new Int16Array(FRAME_SAMPLES);
/** Of a silence that ended the recording so much is kept: a voice that breaks off at its last sound seems cut. */
const SILENCE_KEPT_MS = 500;
/** A digit's tone began before the first window that the detector could be sure of. */
const BEFORE_DIGIT_MS = 20;
const MU_LAW_SILENCE = 0xff;

/** Opens `<file>.part` for a recorder. Throws GatewayError `store-unwritable`. */
export const openPart = async (file: string): Promise<FileHandle> => {
  let part: FileHandle | undefined;
  try {
    part = await open(`${file}.part`, 'w');
    await part.write(muLawHeader(0), 0, MU_LAW_HEADER, 0);
    return part;
  } catch (error) {
    // a full disk: the next caller may find room, and no descriptor is kept for it
    await part?.close().catch(() => {});
    throw new GatewayError('store-unwritable', `${file}.part cannot be written`, error);
  }
};

/**
 * Records what the others say as a u-law WAV file: `.part` grows a second at a time and is forced to disk each time,
 * with a header that is true for what is there, so that a power cut loses a second: what is good in a `.part` that was
 * left behind is what its header says, or what the file holds if that is less. Finished it takes its name.
 * Keys pressed meanwhile are not heard in it.
 */
export class RecorderTermination implements Termination {
  readonly id: RecorderId;
  mode: Mode;
  detect: readonly Detector[] = [];
  readonly heard = new Int16Array(FRAME_SAMPLES);
  readonly digitInAudio = false;
  readonly digitsApart = true;
  readonly digitsToControl = false;
  readonly mediaCame = false;
  readonly signal = undefined;
  readonly #host: TerminationHost;
  readonly #what: NewRecorder;
  readonly #part: FileHandle;
  #second = Buffer.alloc(SAMPLE_RATE);
  #filled = 0;
  #samples = 0;
  #written = 0;
  #silentSamples = 0;
  #waiting = 0;
  #ended = false;
  #failed = false;
  #work: Promise<void> = Promise.resolve();

  constructor(id: RecorderId, mode: Mode, part: FileHandle, what: NewRecorder, host: TerminationHost) {
    this.id = id;
    this.mode = mode;
    this.#part = part;
    this.#what = what;
    this.#host = host;
  }

  read(): void {}

  write(frame: Int16Array | undefined, now: number): void {
    if (this.#ended || this.mode === 'inactive' || this.mode === 'receiveOnly') return;
    const samples = frame ?? QUIET;
    encodeG711(muLaw, samples, 0, FRAME_SAMPLES, this.#second, this.#filled);
    this.#filled += FRAME_SAMPLES;
    this.#samples += FRAME_SAMPLES;
    this.#silentSamples = powerOf(samples) < QUIETEST ? this.#silentSamples + FRAME_SAMPLES : 0;
    if (this.#filled === SAMPLE_RATE) this.#hand();
    const why = this.#reasonToEnd();
    if (why === 'silence') this.#end(why, now, this.#without(this.#silentMs - SILENCE_KEPT_MS));
    else if (why) this.#end(why, now, this.#samples);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The tone of a digit is kept out from when it is known; what sounded before is taken back. */
  carry(digit: CarriedDigit): void {
    if (this.#ended || digit.phase !== 'began' || !digit.inAudio) return;
    const from = Math.max(0, this.#samples - Math.ceil(digit.sinceMs + BEFORE_DIGIT_MS) * SAMPLES_PER_MS);
    const handed = this.#samples - this.#filled;
    this.#second.fill(MU_LAW_SILENCE, Math.max(0, from - handed), this.#filled);
    if (from >= handed) return;
    const silence = Buffer.alloc(handed - from, MU_LAW_SILENCE);
    this.#later(async () => void (await this.#part.write(silence, 0, silence.length, MU_LAW_HEADER + from)));
  }

  yieldToMedia(): void {}

  /** Whom it recorded has gone, and did so `sinceMs` before the end of the frame that is being read. */
  hangUp(sinceMs: number, now: number): void {
    if (!this.#ended) this.#end('hangUp', now, this.#without(Math.max(0, sinceMs - FRAME_MS)));
  }

  /** Control's end: `cutMs` comes off, unless it has ended by itself before. */
  async close(_now: number, cutMs = 0): Promise<SubtractReply> {
    if (!this.#ended) this.#finish(this.#without(cutMs));
    await this.#work;
    return { seconds: this.#written / SAMPLE_RATE };
  }

  /** Samples that are left when so much is taken off the end. */
  #without(ms: number): number {
    return Math.max(0, this.#samples - Math.round(ms * SAMPLES_PER_MS));
  }

  #reasonToEnd(): 'silence' | 'longest' | 'disk' | undefined {
    if (this.#failed || this.#waiting > MOST_WAITING) return 'disk';
    if (this.#samples >= this.#what.longestS * SAMPLE_RATE) return 'longest';
    const { silenceEndsS } = this.#what;
    return silenceEndsS > 0 && this.#silentMs >= silenceEndsS * 1000 ? 'silence' : undefined;
  }

  get #silentMs(): number {
    return this.#silentSamples / SAMPLES_PER_MS;
  }

  #end(why: FileEvent['why'], now: number, keep: number): void {
    this.#finish(keep);
    this.#work = this.#work.then(() => {
      const event: FileEvent = {
        is: 'finished',
        seconds: this.#written / SAMPLE_RATE,
        why: this.#failed ? 'disk' : why,
      };
      this.#host.happened(this.id, event, now);
    });
  }

  /** Gives the second to the writer and goes on with another: the frame never waits for the disk. */
  #hand(): void {
    const full = this.#second.subarray(0, this.#filled);
    this.#second = Buffer.alloc(SAMPLE_RATE);
    this.#filled = 0;
    this.#waiting++;
    this.#later(async () => {
      await this.#part.write(full, 0, full.length, MU_LAW_HEADER + this.#written);
      this.#written += full.length;
      await this.#part.write(muLawHeader(this.#written), 0, MU_LAW_HEADER, 0);
      await this.#part.datasync();
      this.#waiting--;
    });
  }

  /** Nothing more comes; the first `keep` samples are the recording. */
  #finish(keep: number): void {
    this.#ended = true;
    if (this.#filled > 0) this.#hand();
    this.#later(async () => {
      if (keep < this.#written) await this.#shorten(keep);
      await this.#part.sync();
      await rename(`${this.#what.file}.part`, this.#what.file);
      await syncFolder(dirname(this.#what.file));
    });
    this.#work = this.#work.then(() => this.#part.close()).catch(() => {});
  }

  /** The header goes first: it never says more than there is. */
  async #shorten(keep: number): Promise<void> {
    await this.#part.write(muLawHeader(keep), 0, MU_LAW_HEADER, 0);
    await this.#part.truncate(MU_LAW_HEADER + keep);
    this.#written = keep;
  }

  /** After a failed write nothing more is written: what stands in `.part` is whole and is kept for the orphan search. */
  #later(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#failed) return;
      try {
        await work();
      } catch {
        this.#failed = true;
      }
    });
  }
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
