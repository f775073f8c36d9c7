import { createHash } from 'node:crypto';
import type { Language, SentenceName } from './names.ts';
import { texts } from './texts.ts';

/** Who speaks a language, and how. `arguments` stand before the text. */
export type Voice = {
  readonly generator: 'flite' | 'espeak-ng';
  readonly voice: string;
  readonly arguments: readonly string[];
};

/**
 * At the speed of somebody who explains a menu (`-s` is words a minute). Of espeak-ng's Chinese voices only this one
 * reads Chinese characters itself.
 */
export const voices: Readonly<Record<Language, Voice>> = {
  en: { generator: 'flite', voice: 'slt', arguments: ['-voice', 'slt', '--setf', 'duration_stretch=0.96'] },
  es: { generator: 'espeak-ng', voice: 'es-419', arguments: ['-b', '1', '-v', 'es-419', '-s', '195'] },
  de: { generator: 'espeak-ng', voice: 'de', arguments: ['-b', '1', '-v', 'de', '-s', '185'] },
  zh: {
    generator: 'espeak-ng',
    voice: 'cmn-latn-pinyin',
    arguments: ['-b', '1', '-v', 'cmn-latn-pinyin', '-s', '215'],
  },
};

/** What `voices.json` says of a language: who made its files, and from which texts. */
export type MadeBy = Omit<Voice, 'arguments'> & {
  /** Of the generator, in its own words. */
  readonly version: string;
  /** Fingerprint of text and voice by sentence. */
  readonly made: Readonly<Record<string, string>>;
};

/** Changes with the text and with the voice that speaks it: what was made with another one is not fresh. */
export const fingerprintOf = (language: Language, name: Exclude<SentenceName, 'tone'>): string =>
  createHash('sha256')
    .update([voices[language].generator, ...voices[language].arguments, texts[language][name]].join('\n'))
    .digest('hex');

/** The tone is in English only: the other languages fall back to it. */
export const TONE_FINGERPRINT = '1000 Hz, 400 ms, -12 dBm0';
