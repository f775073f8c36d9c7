/**
 * What can be wrong with an end of a line, or peculiar about it: small objects that are stacked on a phone or an
 * exchange line, each changing one thing. The top of the stack has the last word.
 */

import { FRAME_SAMPLES, SAMPLE_RATE } from '../contract/line-card.ts';
import { clip, peakOf } from './tone.ts';

export const behaviourNames = [
  'cableOut',
  'stuckOffHook',
  'stuckOnHook',
  'goesSilent',
  'noise',
  'hum',
  'echo',
  'hookBounce',
  'answers',
  'noDialTone',
  'deafToDigits',
  'noDisconnect',
] as const;
export type BehaviourName = (typeof behaviourNames)[number];

export type BehaviourOptions = {
  readonly level?: number | undefined;
  readonly hertz?: number | undefined;
  readonly ms?: number | undefined;
  readonly rings?: number | undefined;
};

export type Behaviour = {
  readonly name: BehaviourName;
  /** Does the line show a closed loop, given what stands below in the stack? */
  readonly loop?: (closed: boolean) => boolean;
  /** Changes a frame on its way from this end to the card. */
  readonly spoken?: (frame: Int16Array) => void;
  /** Sees a frame that came from the card. */
  readonly heard?: (frame: Int16Array) => void;
  /** The hook contact bounces so long at every change. */
  readonly bounceMs?: number;
  /** A phone is lifted at the beginning of this ring (1 is the first). */
  readonly liftsAtRing?: number;
};

type Maker = {
  readonly kinds: readonly ('phone' | 'exchange')[];
  readonly help: string;
  readonly make: (options: BehaviourOptions) => Omit<Behaviour, 'name'>;
};

const silence = (frame: Int16Array): void => {
  frame.fill(0);
};

/** White noise from a linear congruential generator (Numerical Recipes' constants): the same in every run. */
function noise(level: number): (frame: Int16Array) => void {
  // A uniform distribution of this half width has the same power as the sine.
  const half = (peakOf(level) / Math.SQRT2) * Math.sqrt(3);
  let seed = 1;
  return (frame) => {
    for (let i = 0; i < frame.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      frame[i] = clip(frame[i]! + (seed / 0x80000000) * half);
    }
  };
}

function hum(hertz: number, level: number): (frame: Int16Array) => void {
  const peak = peakOf(level);
  const step = (2 * Math.PI * hertz) / SAMPLE_RATE;
  let phase = 0;
  return (frame) => {
    for (let i = 0; i < frame.length; i++) {
      frame[i] = clip(frame[i]! + peak * Math.sin(phase));
      phase = (phase + step) % (2 * Math.PI);
    }
  };
}

/** The hybrid sends back what came, `level` dB weaker (negative) and `ms` later. */
function echo(level: number, ms: number): Pick<Behaviour, 'spoken' | 'heard'> {
  const delay = Math.round((ms * SAMPLE_RATE) / 1000) + FRAME_SAMPLES;
  const line = new Int16Array(delay + FRAME_SAMPLES);
  const gain = 10 ** (level / 20);
  // As if silence had come before: no index below 0.
  let written = line.length;
  return {
    heard: (frame) => {
      for (let i = 0; i < frame.length; i++) line[written++ % line.length] = frame[i]!;
    },
    spoken: (frame) => {
      const from = written - delay;
      for (let i = 0; i < frame.length; i++) frame[i] = clip(frame[i]! + gain * line[(from + i) % line.length]!);
    },
  };
}

export const behaviourTable: Readonly<Record<BehaviourName, Maker>> = {
  cableOut: {
    kinds: ['phone', 'exchange'],
    help: 'the line is unplugged: no loop, no ringing, no battery',
    make: () => ({ loop: () => false, spoken: silence }),
  },
  stuckOffHook: { kinds: ['phone'], help: 'stays off hook, whatever is done', make: () => ({ loop: () => true }) },
  stuckOnHook: { kinds: ['phone'], help: 'stays on hook, whatever is done', make: () => ({ loop: () => false }) },
  goesSilent: {
    kinds: ['phone', 'exchange'],
    help: 'nothing is heard from this end any more',
    make: () => ({ spoken: silence }),
  },
  noise: {
    kinds: ['phone', 'exchange'],
    help: 'white noise of `level` dBm0 (default -40)',
    make: ({ level = -40 }) => ({ spoken: noise(level) }),
  },
  hum: {
    kinds: ['phone', 'exchange'],
    help: 'mains hum of `hertz` (default 50) and `level` dBm0 (default -40)',
    make: ({ hertz = 50, level = -40 }) => ({ spoken: hum(hertz, level) }),
  },
  echo: {
    kinds: ['phone', 'exchange'],
    help: 'what comes is sent back `level` dB (default -12) and `ms` (default 4) later',
    make: ({ level = -12, ms = 4 }) => echo(level, ms),
  },
  hookBounce: {
    kinds: ['phone'],
    help: 'the hook contact bounces for `ms` (default 8) at each change',
    make: ({ ms = 8 }) => ({ bounceMs: ms }),
  },
  answers: {
    kinds: ['phone'],
    help: 'lifts itself at ring number `rings` (default 1)',
    make: ({ rings = 1 }) => ({ liftsAtRing: rings }),
  },
  noDialTone: { kinds: ['exchange'], help: 'gives no dial tone on seizure', make: () => ({}) },
  deafToDigits: { kinds: ['exchange'], help: 'does not hear DTMF', make: () => ({}) },
  noDisconnect: {
    kinds: ['exchange'],
    help: 'does not tell when the far party has gone: silence follows',
    make: () => ({}),
  },
};

/** Behaviours on top of each other; the last put on has the last word. */
export class BehaviourStack {
  #stack: Behaviour[] = [];

  get names(): BehaviourName[] {
    return this.#stack.map(({ name }) => name);
  }

  /** Puts one on; one of the same name is replaced. */
  put(name: BehaviourName, options: BehaviourOptions): void {
    this.remove(name);
    this.#stack.push({ name, ...behaviourTable[name].make(options) });
  }

  remove(name: BehaviourName): void {
    this.#stack = this.#stack.filter((behaviour) => behaviour.name !== name);
  }

  clear(): void {
    this.#stack = [];
  }

  has(name: BehaviourName): boolean {
    for (let i = 0; i < this.#stack.length; i++) if (this.#stack[i]!.name === name) return true;
    return false;
  }

  loop(closed: boolean): boolean {
    let shown = closed;
    for (let i = 0; i < this.#stack.length; i++) shown = this.#stack[i]!.loop?.(shown) ?? shown;
    return shown;
  }

  spoken(frame: Int16Array): void {
    for (let i = 0; i < this.#stack.length; i++) this.#stack[i]!.spoken?.(frame);
  }

  heard(frame: Int16Array): void {
    for (let i = 0; i < this.#stack.length; i++) this.#stack[i]!.heard?.(frame);
  }

  get bounceMs(): number {
    return this.#stack.reduce((longest, { bounceMs = 0 }) => Math.max(longest, bounceMs), 0);
  }

  liftsAt(ring: number): boolean {
    return this.#stack.some(({ liftsAtRing }) => liftsAtRing !== undefined && ring >= liftsAtRing);
  }
}
