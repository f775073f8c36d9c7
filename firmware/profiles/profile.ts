import type { FxoTiming, FxsTiming, RingCadence, Tone, ToneName } from '../engine-protocol/hardware.ts';
import type { NumberPlan } from './number-plan.ts';
import type { Language } from './sentence/names.ts';

/** What a country is to the gateway: one file in `countries/`, exporting `profile`. */
export type CountryProfile = NumberPlan & {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly name: string;
  /** In which callers are told something where settings say no other. */
  readonly language: Language;
  /** Companding law of the country's digital network (ITU-T G.711); the first codec offered where nothing else is set. */
  readonly law: 'A' | 'u';
  readonly tones: Readonly<Record<ToneName, Tone>>;
  /** Ring cadences by name; `normal` is the ringing of an ordinary call. */
  readonly rings: Readonly<Record<string, RingCadence>> & { readonly normal: RingCadence };
  readonly fxs: FxsTiming;
  readonly fxo: FxoTiming;
};

/**
 * Loads a country by its code. Countries are files of their own, loaded when they are wanted; the pattern of the
 * import is one that the bundler can follow.
 */
export const loadProfile = async (code: string): Promise<CountryProfile> => {
  const file = code.toLowerCase();
  const loaded = (await import(`./countries/${file}.ts`)) as { readonly profile: CountryProfile };
  return loaded.profile;
};

const MAX_FREQUENCIES = 4;
const VOICE_BAND: readonly [lowest: number, highest: number] = [300, 3400];
/** Full scale of G.711 is +3.14 dBm0; anything quieter than -40 dBm0 would not be heard. */
const LEVELS: readonly [lowest: number, highest: number] = [-40, 0];

/** Peak of all frequencies of a step together, as a share of full scale (a sine of +3.14 dBm0). */
const peakOf = (count: number, level: number): number => count * 10 ** ((level - 3.14) / 20);

const toneFaults = (name: string, tone: Tone): string[] => {
  const faults: string[] = [];
  const loop = tone.loopFrom;
  if (tone.steps.length === 0) faults.push(`${name} has no step`);
  if (loop !== undefined && (loop < 0 || loop >= tone.steps.length)) faults.push(`${name} loops from a step it lacks`);
  for (const { hertz, ms, level } of tone.steps) {
    if (hertz.length > MAX_FREQUENCIES) faults.push(`${name} has more than ${MAX_FREQUENCIES} frequencies at once`);
    if (hertz.some((each) => each < VOICE_BAND[0] || each > VOICE_BAND[1]))
      faults.push(`${name} leaves the voice band`);
    if (level < LEVELS[0] || level > LEVELS[1]) faults.push(`${name} has a level of ${level} dBm0`);
    if (peakOf(hertz.length, level) > 1) faults.push(`${name} clips`);
    if (ms < 0) faults.push(`${name} has a step of ${ms} ms`);
  }
  if (loop !== undefined && tone.steps.slice(loop).every((step) => step.ms === 0) && tone.steps.length - loop > 1)
    faults.push(`${name} has steps that are never reached`);
  return faults;
};

const timingFaults = ({ rings, fxs, fxo }: CountryProfile): string[] => {
  const faults: string[] = [];
  const longestGap = Math.max(...rings.normal.filter((_, index) => index % 2 === 1));
  const [, longestBreak] = fxs.pulseBreakMs ?? [0, 0];
  if (fxs.flashMs[0] > fxs.flashMs[1]) faults.push('the flash limits are the wrong way round');
  if (longestBreak >= fxs.flashMs[0]) faults.push('a dial pulse could be taken for a flash');
  if (fxo.ringGoneMs <= longestGap) faults.push('the pause of the ringing would count as the caller gone');
  for (const [name, cadence] of Object.entries(rings)) {
    if (cadence.length < 2 || cadence.length % 2 === 1) faults.push(`ringing ${name} is not in pairs of on and off`);
    if (cadence.some((ms) => ms <= 0)) faults.push(`ringing ${name} has a part without length`);
  }
  return faults;
};

/** What is wrong with a profile, in words; empty when it can be used. The limits are those of the engine and the ear. */
export const profileFaults = (profile: CountryProfile): readonly string[] => [
  ...Object.entries(profile.tones).flatMap(([name, tone]) => toneFaults(name, tone)),
  ...timingFaults(profile),
  ...profile.emergency.filter((number) => !/^\d{2,6}$/.test(number)).map((number) => `${number} is no number`),
];
