import { readFile, stat } from 'node:fs/promises';
import { GatewayError } from '../../core/error.ts';
import type { Mode, PlayerId } from '../../engine-protocol/ids.ts';
import type { Detector, NewPlayer, SubtractReply } from '../../engine-protocol/messages.ts';
import { FRAME_SAMPLES } from '../frame.ts';
import { decodeWav } from '../sound/wav.ts';
import type { Termination, TerminationHost } from './termination.ts';

/** Longest file played: half an hour of linear samples. */
const LARGEST_FILE = 30 * 60 * 16_000;
const SAMPLE_RATE = 8000;

/** Loads the files of a player. Throws GatewayError `engine-request` naming the file that cannot be played. */
export const loadFiles = async (files: readonly string[]): Promise<Int16Array[]> => {
  const sounds: Int16Array[] = [];
  for (const file of files) sounds.push(await load(file));
  return sounds;
};

const load = async (file: string): Promise<Int16Array> => {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw new GatewayError('engine-request', `${file} is larger than ${LARGEST_FILE} octets`);
    return decodeWav(await readFile(file), file);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('engine-request', `${file} cannot be read`, error);
  }
};

/** Plays sound files one after the other, and says when the last has ended. */
export class PlayerTermination implements Termination {
  readonly id: PlayerId;
  mode: Mode;
  detect: readonly Detector[] = [];
  readonly heard = new Int16Array(FRAME_SAMPLES);
  readonly digitInAudio = false;
  readonly digitsApart = false;
  readonly digitsToControl = false;
  readonly mediaCame = false;
  readonly signal = undefined;
  readonly #host: TerminationHost;
  readonly #sounds: readonly Int16Array[];
  readonly #repeat: boolean;
  #sound = 0;
  #at = 0;
  #played = 0;
  #finished = false;

  constructor(id: PlayerId, mode: Mode, sounds: readonly Int16Array[], what: NewPlayer, host: TerminationHost) {
    this.id = id;
    this.mode = mode;
    this.#sounds = sounds;
    this.#repeat = what.repeat && sounds.some((sound) => sound.length > 0);
    this.#host = host;
  }

  read(now: number): void {
    this.heard.fill(0);
    if (this.#finished || this.mode === 'inactive') return;
    for (let filled = 0; filled < FRAME_SAMPLES; ) {
      const sound = this.#sounds[this.#sound];
      if (!sound) {
        this.#end(now);
        return;
      }
      const count = Math.min(FRAME_SAMPLES - filled, sound.length - this.#at);
      this.heard.set(sound.subarray(this.#at, this.#at + count), filled);
      filled += count;
      this.#at += count;
      this.#played += count;
      if (this.#at >= sound.length) this.#next();
    }
  }

  write(): void {}

  carry(): void {}

  yieldToMedia(): void {}

  async close(): Promise<SubtractReply> {
    return { seconds: this.#played / SAMPLE_RATE };
  }

  #next(): void {
    this.#at = 0;
    this.#sound++;
    if (this.#repeat && this.#sound === this.#sounds.length) this.#sound = 0;
  }

  #end(now: number): void {
    this.#finished = true;
    this.#host.happened(this.id, { is: 'finished', seconds: this.#played / SAMPLE_RATE, why: 'end' }, now);
  }
}
