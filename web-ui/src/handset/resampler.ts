/**
 * Between the 8 kHz of the telephone and the rate of a sound device, whatever that is: one low-pass, a sinc of 4 kHz
 * in a Kaiser window, evaluated at the very moment of each sample. Flat up to 3.4 kHz; what lies above 4.6 kHz (the
 * images and aliases of the voice band) is 60 dB down. The delay is 1.75 ms each way.
 */

export const TELEPHONE_RATE = 8000;
/** Half the length of the filter, in samples of 8 kHz. */
const HALF = 14;
/** Places of the table for each sample of 8 kHz; between two of them it is a straight line (error -90 dB). */
const STEPS = 256;
/** Of the Kaiser window, for 60 dB. */
const BETA = 5.65;

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-9 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function kernelAt(distance: number): number {
  if (distance >= HALF) return 0;
  const window = bessel(BETA * Math.sqrt(1 - (distance / HALF) ** 2)) / bessel(BETA);
  return distance === 0 ? 1 : (window * Math.sin(Math.PI * distance)) / (Math.PI * distance);
}

/** The right half of the filter, which is even; a few zeros at its end spare a comparison. */
const kernel = Float32Array.from({ length: (HALF + 2) * STEPS }, (_, index) => kernelAt(index / STEPS));

/** From 8 kHz up to the rate of the device. */
export class Expander {
  readonly #step: number;
  /** The last samples twice over, so that they always lie in a row. */
  readonly #recent = new Float32Array(4 * HALF);
  #next = 0;
  /** Where between two samples of 8 kHz the next one of the device lies. */
  #between = 1;

  constructor(rate: number) {
    this.#step = TELEPHONE_RATE / rate;
  }

  /** Fills `device`, fetching samples of 8 kHz as they are needed, `speed` times as many as usual. */
  fill(device: Float32Array, take: () => number, speed = 1): void {
    for (let i = 0; i < device.length; i++) {
      for (; this.#between >= 1; this.#between--) this.#push(take());
      device[i] = this.#value();
      this.#between += this.#step * speed;
    }
  }

  #push(sample: number): void {
    this.#recent[this.#next] = sample;
    this.#recent[this.#next + 2 * HALF] = sample;
    this.#next = (this.#next + 1) % (2 * HALF);
  }

  #value(): number {
    const left = this.#between * STEPS;
    const right = (1 - this.#between) * STEPS;
    return this.#side(left, this.#next + HALF - 1, -1) + this.#side(right, this.#next + HALF, 1);
  }

  /** The samples on one side of the moment, outwards from the nearest; `place`: its distance in the table. */
  #side(place: number, nearest: number, outwards: 1 | -1): number {
    const whole = Math.floor(place);
    const rest = place - whole;
    let sum = 0;
    for (let k = 0, at = whole, index = nearest; k < HALF; k++, at += STEPS, index += outwards)
      sum += this.#recent[index]! * (kernel[at]! + rest * (kernel[at + 1]! - kernel[at]!));
    return sum;
  }
}

/** From the rate of the device (8 kHz or more) down to 8 kHz. */
export class Reducer {
  /** Samples of the device for each of 8 kHz. */
  readonly #ratio: number;
  /** Half the length of the filter, in samples of the device. */
  readonly #half: number;
  readonly #recent: Float32Array;
  #newest = 0;
  #due: number;

  constructor(rate: number) {
    this.#ratio = rate / TELEPHONE_RATE;
    this.#half = Math.ceil(HALF * this.#ratio);
    this.#recent = new Float32Array(2 * this.#half + 1);
    this.#due = this.#ratio;
  }

  /** Takes samples of the device and gives those of 8 kHz that have become due. */
  push(device: Float32Array, give: (sample: number) => void): void {
    for (let i = 0; i < device.length; i++) {
      this.#newest = this.#newest === this.#recent.length - 1 ? 0 : this.#newest + 1;
      this.#recent[this.#newest] = device[i]!;
      if (--this.#due > 0) continue;
      give(this.#value(this.#due));
      this.#due += this.#ratio;
    }
  }

  /** The sound half a filter ago; `since`: how long before the newest sample it was due, 0 or negative. */
  #value(since: number): number {
    const { length } = this.#recent;
    const step = STEPS / this.#ratio;
    let sum = 0;
    for (let k = 0, index = this.#newest; k < length; k++) {
      const place = Math.abs(k + since - this.#half) * step;
      const whole = Math.floor(place);
      sum += this.#recent[index]! * (kernel[whole]! + (place - whole) * (kernel[whole + 1]! - kernel[whole]!));
      index = index === 0 ? length - 1 : index - 1;
    }
    return sum / this.#ratio;
  }
}
