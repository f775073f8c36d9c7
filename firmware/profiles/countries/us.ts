import type { CountryProfile } from '../profile.ts';
import { howler, off, on, repeated, specialInformation, steady, stuttered } from '../tone.ts';

const DIAL = [350, 440];
const RINGBACK = [440, 480];
const BUSY = [480, 620];

/** United States: the precise tone plan (ITU-T E.180 Suppl. 2; levels of each frequency by Telcordia GR-506). */
export const profile: CountryProfile = {
  code: 'US',
  name: 'United States',
  language: 'en',
  law: 'u',
  emergency: ['911'],
  countryCode: '1',
  international: ['011'],
  national: '1',
  // mobile numbers look like all others (North American Numbering Plan)
  mobile: [],
  // 1010: another carrier for one call; 0: the operator, who connects to anywhere
  premium: ['1900', '900', '1976', '976', '1010', '0'],
  premiumDigits: 7,
  tones: {
    dial: steady(DIAL, -13),
    stutter: stuttered(DIAL, 100, 6, -13),
    ringback: repeated(on(RINGBACK, 2000, -19), off(4000)),
    busy: repeated(on(BUSY, 500, -24), off(500)),
    congestion: repeated(on(BUSY, 250, -24), off(250)),
    howler,
    special: specialInformation(-14),
    callWaiting: repeated(on([440], 300, -13), off(10_000)),
    // no tone plan names one: a soft beep says that the call is still there
    hold: repeated(on([400], 300, -24), off(2700)),
  },
  rings: { normal: [2000, 4000] },
  fxs: {
    hookDebounceMs: 20,
    flashMs: [300, 1100],
    // 10 pulses a second, 60 ms break; phones wander from 8 to 12 pulses.
    pulseBreakMs: [30, 90],
    interDigitMs: 250,
    ringHertz: 20,
    // Loop-open disconnect; receivers accept from 90-250 ms on.
    openOnReleaseMs: 600,
  },
  fxo: {
    ringOnMs: 150,
    ringGoneMs: 6000,
    dialToneWaitMs: 3000,
    digitMs: 80,
    digitPauseMs: 80,
    flashMs: 600,
    loopDropMs: 250,
    answerAssumedMs: 6000,
    hangUpTones: ['busy', 'congestion', 'dial'],
  },
};
