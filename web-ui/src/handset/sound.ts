/** Loudspeaker and microphone of the page, at the rate of the device, with the tones that the page makes itself. */

import type { FromWorklet, Levels } from './worklet-messages.ts';

/** Address of the worklet, put in by the build. */
declare const HANDSET_WORKLET: string;

/** `insecure`: a browser gives a microphone only to a page that came by HTTPS. */
export type Microphone = 'closed' | 'asking' | 'open' | 'refused' | 'none' | 'insecure';

/** DTMF (ITU-T Q.23): rows and columns of the keypad in Hz. */
const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477] as const;
const KEYS = '123456789*0#';
const KEY_TONE_S = 0.1;
const KEY_TONE_GAIN = 0.06;
/** A bell of two gongs, struck 20 times a second. */
const GONGS = [1250, 1540] as const;
const STROKES_A_SECOND = 20;
const BELL_GAIN = 0.09;

export class Sound {
  readonly context: AudioContext;
  readonly #ready: Promise<AudioWorkletNode>;
  readonly #onSaid: (octets: Uint8Array) => void;
  readonly #onLevels: (levels: Levels) => void;
  #node: AudioWorkletNode | undefined;
  #stream: MediaStream | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  #bell: { readonly gain: GainNode; readonly parts: readonly OscillatorNode[] } | undefined;

  /** To be made when a person has touched the page: a browser lets no other page be heard. */
  constructor(onSaid: (octets: Uint8Array) => void, onLevels: (levels: Levels) => void) {
    this.#onSaid = onSaid;
    this.#onLevels = onLevels;
    this.context = new AudioContext({ latencyHint: 'interactive' });
    this.#ready = this.#load();
    this.#ready.catch(() => {});
  }

  /** Rejects where the browser has no AudioWorklet, or could not load ours. */
  async start(): Promise<void> {
    await Promise.all([this.context.resume(), this.#ready]);
  }

  heard(octets: Uint8Array): void {
    this.#node?.port.postMessage(octets, [octets.buffer]);
  }

  /**
   * Asks for the microphone; noise is left as it is, as in a telephone, but who uses a loudspeaker makes no echo. It is
   * closed again where there is nothing that could pass it on.
   */
  async openMicrophone(): Promise<Microphone> {
    if (!isSecureContext || !navigator.mediaDevices) return 'insecure';
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
      });
    } catch (error) {
      return (error as DOMException).name === 'NotAllowedError' ? 'refused' : 'none';
    }
    try {
      const node = await this.#ready;
      this.#source = this.context.createMediaStreamSource(this.#stream);
      this.#source.connect(node);
      return 'open';
    } catch {
      this.closeMicrophone();
      return 'none';
    }
  }

  closeMicrophone(): void {
    this.#source?.disconnect();
    this.#source = undefined;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
  }

  /** The tone of a key at once, as a telephone's own earpiece gives it. */
  keyTone(key: string): void {
    const place = KEYS.indexOf(key);
    const from = this.context.currentTime;
    const gain = this.#faded(from, from + KEY_TONE_S);
    for (const hertz of [ROWS[Math.floor(place / 3)]!, COLUMNS[place % 3]!]) {
      const part = new OscillatorNode(this.context, { frequency: hertz });
      part.connect(gain);
      part.start(from);
      part.stop(from + KEY_TONE_S);
    }
  }

  /** Rings, or stops; for a page that nobody has touched yet it stays silent. */
  ring(on: boolean): void {
    for (const part of this.#bell?.parts ?? []) part.stop();
    this.#bell?.gain.disconnect();
    this.#bell = undefined;
    if (!on) return;
    this.context.resume().catch(() => {});
    const gain = new GainNode(this.context, { gain: BELL_GAIN });
    const strokes = new OscillatorNode(this.context, { type: 'square', frequency: STROKES_A_SECOND });
    const gongs = GONGS.map((frequency, index) => {
      const gong = new OscillatorNode(this.context, { frequency });
      const struck = new GainNode(this.context, { gain: 0.5 });
      strokes.connect(new GainNode(this.context, { gain: index === 0 ? 0.5 : -0.5 })).connect(struck.gain);
      gong.connect(struck).connect(gain);
      return gong;
    });
    gain.connect(this.context.destination);
    for (const part of [strokes, ...gongs]) part.start();
    this.#bell = { gain, parts: [strokes, ...gongs] };
  }

  close(): void {
    this.closeMicrophone();
    this.ring(false);
    this.context.close().catch(() => {});
  }

  async #load(): Promise<AudioWorkletNode> {
    await this.context.audioWorklet.addModule(HANDSET_WORKLET);
    const options = { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1 };
    const node = new AudioWorkletNode(this.context, 'handset', { ...options, channelCountMode: 'explicit' });
    node.port.onmessage = ({ data }: MessageEvent<FromWorklet>) => {
      if (data instanceof Uint8Array) this.#onSaid(data);
      else this.#onLevels(data);
    };
    node.connect(this.context.destination);
    this.#node = node;
    return node;
  }

  #faded(from: number, to: number): GainNode {
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setTargetAtTime(KEY_TONE_GAIN, from, 0.001);
    gain.gain.setTargetAtTime(0, to - 0.005, 0.001);
    gain.connect(this.context.destination);
    return gain;
  }
}
