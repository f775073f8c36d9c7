/** Peak of a 16-bit sine at 0 dBm0: full scale is +3.14 dBm0 (ITU-T G.711, A-law). */
export const amplitudeOf = (dBm0: number): number => 32767 * 10 ** ((dBm0 - 3.14) / 20);

/** Mean square of a frame's samples. */
export const powerOf = (frame: Int16Array, from = 0, to = frame.length): number => {
  let sum = 0;
  for (let index = from; index < to; index++) sum += frame[index]! * frame[index]!;
  return to > from ? sum / (to - from) : 0;
};

/** Mean square of a sine at this level. */
export const powerAt = (dBm0: number): number => amplitudeOf(dBm0) ** 2 / 2;

export const clamp16 = (sample: number): number => Math.max(-32768, Math.min(32767, sample));
