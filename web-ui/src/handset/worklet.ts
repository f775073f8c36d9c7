/**
 * The part of the handset that runs in the audio thread of the browser: from the octets of the phone to the samples of
 * the sound device, and from the microphone to octets. It works at whatever rate the device has.
 */

import { JitterRing } from './jitter-ring.ts';
import { Expander, Reducer } from './resampler.ts';
import { fromULaw, toULaw } from './u-law.ts';
import type { FromWorklet } from './worklet-messages.ts';

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** 20 ms of 8 kHz. */
const FRAME_OCTETS = 160;
/** Levels are told ten times a second. */
const REPORT_SECONDS = 0.1;

class HandsetProcessor extends AudioWorkletProcessor {
  readonly #ring = new JitterRing();
  readonly #expander = new Expander(sampleRate);
  readonly #reducer = new Reducer(sampleRate);
  #frame = new Uint8Array(FRAME_OCTETS);
  #filled = 0;
  #heardPower = 0;
  #saidPower = 0;
  #measured = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Uint8Array>) => this.#ring.put(data);
  }

  process(inputs: readonly Float32Array[][], outputs: readonly Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out) this.#play(out);
    const microphone = inputs[0]?.[0];
    if (microphone) this.#reducer.push(microphone, this.#say);
    return true;
  }

  #play(out: Float32Array): void {
    this.#expander.fill(out, this.#ring.take, this.#ring.speed);
    for (let i = 0; i < out.length; i++) this.#heardPower += out[i]! * out[i]!;
    this.#measured += out.length;
    if (this.#measured >= sampleRate * REPORT_SECONDS) this.#report();
  }

  readonly #say = (sample: number): void => {
    const octet = toULaw(sample);
    this.#saidPower += fromULaw(octet) ** 2;
    this.#frame[this.#filled++] = octet;
    if (this.#filled < FRAME_OCTETS) return;
    this.#tell(this.#frame, [this.#frame.buffer]);
    this.#frame = new Uint8Array(FRAME_OCTETS);
    this.#filled = 0;
  };

  #report(): void {
    const heard = Math.sqrt(this.#heardPower / this.#measured);
    const said = Math.sqrt((this.#saidPower * sampleRate) / (8000 * this.#measured));
    this.#tell({ heard, said, ...this.#ring.counters });
    this.#heardPower = 0;
    this.#saidPower = 0;
    this.#measured = 0;
  }

  #tell(message: FromWorklet, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer);
  }
}

registerProcessor('handset', HandsetProcessor);
