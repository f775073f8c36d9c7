import type { CountryProfile } from '../profile.ts';
import { howler, off, on, repeated, specialInformation, steady } from '../tone.ts';

const TONE = [425];

/** Germany (ITU-T E.180 Suppl. 2; Deutsche Telekom 1 TR 110-1). */
export const profile: CountryProfile = {
  code: 'DE',
  name: 'Germany',
  language: 'de',
  law: 'A',
  emergency: ['112', '110'],
  countryCode: '49',
  international: ['00'],
  national: '0',
  mobile: ['015', '016', '017'],
  // 010: another carrier for one call, at its own price; 012 and 019: services that are priced on their own
  premium: ['0900', '0137', '0138', '0180', '118', '010', '012', '019'],
  premiumDigits: 5,
  tones: {
    dial: steady(TONE, -13),
    // The "special dial tone": a second frequency beside the usual one.
    stutter: steady([425, 400], -13),
    ringback: repeated(on(TONE, 1000, -13), off(4000)),
    busy: repeated(on(TONE, 480, -13), off(480)),
    congestion: repeated(on(TONE, 240, -13), off(240)),
    howler,
    special: specialInformation(-13),
    callWaiting: repeated(on(TONE, 200, -13), off(200), on(TONE, 200, -13), off(5000)),
    // no tone plan names one: a soft beep says that the call is still there
    hold: repeated(on(TONE, 300, -24), off(2700)),
  },
  rings: { normal: [1000, 4000] },
  fxs: {
    hookDebounceMs: 20,
    flashMs: [80, 310],
    // 60 ms break; the upper limit stays below the shortest flash.
    pulseBreakMs: [30, 75],
    interDigitMs: 250,
    ringHertz: 25,
    // German exchanges end a call by tone.
    openOnReleaseMs: 0,
  },
  fxo: {
    ringOnMs: 150,
    ringGoneMs: 6000,
    dialToneWaitMs: 3000,
    digitMs: 80,
    digitPauseMs: 80,
    flashMs: 200,
    loopDropMs: 250,
    answerAssumedMs: 6000,
    hangUpTones: ['busy', 'congestion', 'dial'],
  },
};
