import type { Tone, ToneStep } from '../engine-protocol/hardware.ts';

/** Frequencies that sound together (`on`), or silence (`off`), for `ms`; level in dBm0 each. */
export const on = (hertz: readonly number[], ms: number, level: number): ToneStep => ({ hertz, ms, level });
export const off = (ms: number): ToneStep => ({ hertz: [], ms, level: 0 });

/** Sounds until it is ended. */
export const steady = (hertz: readonly number[], level: number): Tone => ({ steps: [on(hertz, 0, level)] });

/** The steps again and again. */
export const repeated = (...steps: readonly ToneStep[]): Tone => ({ steps, loopFrom: 0 });

/** `count` bursts of `ms` with as long a pause, then steady: the dial tone of a line that has a message. */
export const stuttered = (hertz: readonly number[], ms: number, count: number, level: number): Tone => ({
  steps: [...Array.from({ length: count }, () => [on(hertz, ms, level), off(ms)]).flat(), on(hertz, 0, level)],
});

/** Three rising tones (ITU-T E.180 §7: 950, 1400 and 1800 Hz, 330 ms each, then 1 s of silence), repeated. */
export const specialInformation = (level: number): Tone =>
  repeated(on([950], 330, level), on([1400], 330, level), on([1800], 330, level), off(1000));

/**
 * The receiver-off-hook tone: four frequencies, 100 ms on and off. Four sines of -10 dBm0 stay below full scale
 * together; louder ones would clip.
 */
export const howler: Tone = repeated(on([1400, 2060, 2450, 2600], 100, -10), off(100));
