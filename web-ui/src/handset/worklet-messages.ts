import type { Counters } from './jitter-ring.ts';

/** Mean levels of the last tenth of a second, 1 for full scale, and how the jitter ring does. */
export type Levels = Counters & { readonly heard: number; readonly said: number };
/** What the audio thread tells the page: 160 octets of u-law from the microphone, or levels. */
export type FromWorklet = Uint8Array | Levels;
