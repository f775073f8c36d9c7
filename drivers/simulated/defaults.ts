/** Defaults of the settings, in one place for their schema and for a card that is opened with some left out. */

import type { Script } from './tone.ts';

export type ExchangeToneName = 'dial' | 'ringback' | 'busy' | 'congestion';
export type ExchangeTones = Readonly<Record<ExchangeToneName, Script>>;

/** What happens when a number is dialled. */
export type NumberPlan = {
  readonly does: 'answers' | 'noAnswer' | 'busy' | 'congestion' | 'silence';
  /** Ringback before the answer. */
  readonly afterMs?: number | undefined;
  /** What the far party says once it has answered: a tone of this frequency, or a WAV file over and over. */
  readonly hertz?: number | undefined;
  readonly file?: string | undefined;
  /** The far party hangs up so long after its answer; left out, it stays. */
  readonly hangsUpAfterMs?: number | undefined;
  /** The exchange reverses polarity on answer; left out, as the line's setting says. */
  readonly reversal?: boolean | undefined;
};

export type SimulatedSettings = {
  readonly phones: number;
  readonly exchangeLines: number;
  readonly bench: string;
  readonly tones: ExchangeTones;
  /** ms on, off, on, off … */
  readonly ringCadence: readonly number[];
  readonly dialToneDelayMs: number;
  readonly interDigitMs: number;
  readonly callSetupMs: number;
  readonly flashLongestMs: number;
  readonly answerReversal: boolean;
  readonly disconnect: 'loop' | 'polarity' | 'tone' | 'nothing';
  readonly loopDropMs: number;
  readonly numbers: Readonly<Record<string, NumberPlan>>;
  readonly otherNumbers: NumberPlan;
};

const forever = (hertz: readonly number[], level: number): Script => ({ steps: [{ hertz, ms: 0, level }] });
const onOff = (hertz: readonly number[], level: number, on: number, off: number): Script => ({
  steps: [
    { hertz, ms: on, level },
    { hertz: [], ms: off, level: 0 },
  ],
  loopFrom: 0,
});

export const defaults: SimulatedSettings = {
  phones: 4,
  exchangeLines: 2,
  bench: '',
  // Telcordia GR-506: the tones of North America.
  tones: {
    dial: forever([350, 440], -13),
    ringback: onOff([440, 480], -19, 2000, 4000),
    busy: onOff([480, 620], -24, 500, 500),
    congestion: onOff([480, 620], -24, 250, 250),
  },
  ringCadence: [2000, 4000],
  dialToneDelayMs: 200,
  interDigitMs: 3000,
  callSetupMs: 300,
  flashLongestMs: 300,
  answerReversal: false,
  disconnect: 'loop',
  loopDropMs: 800,
  numbers: {
    '5550100': { does: 'answers', afterMs: 2000, hertz: 1004 },
    '5550101': { does: 'busy' },
    '5550102': { does: 'noAnswer' },
    '5550103': { does: 'congestion' },
    '5550104': { does: 'silence' },
  },
  otherNumbers: { does: 'answers', afterMs: 3000 },
};
