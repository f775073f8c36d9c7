/** A frame: 20 ms of linear 16-bit samples at 8 kHz. */
export const FRAME_SAMPLES = 160;
export const FRAME_MS = 20;
export const SAMPLES_PER_MS = 8;
