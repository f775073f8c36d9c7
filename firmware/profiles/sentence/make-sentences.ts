import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeG711, muLaw } from '../../engine/codec/g711.ts';
import { muLawHeader } from '../../engine/sound/wav.ts';
import { type Language, languages, type SentenceName } from './names.ts';
import { sentenceSound, toneSound } from './telephone-sound.ts';
import { texts } from './texts.ts';
import { fingerprintOf, type MadeBy, TONE_FINGERPRINT, voices } from './voices.ts';

/** Makes the sound files of all sentences anew: `npm run prompts`. Wants flite and espeak-ng. */

const folder = fileURLToPath(new URL('.', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'sentences-'));

/** Samples and rate of a 16-bit mono WAV file as the synthesisers write it. */
const readSpeech = (file: string): readonly [samples: Float64Array, rate: number] => {
  const octets = readFileSync(file);
  const rate = octets.readUInt32LE(24);
  const from = octets.indexOf('data', 12, 'latin1') + 8;
  const count = (octets.length - from) >> 1;
  return [Float64Array.from({ length: count }, (_, index) => octets.readInt16LE(from + 2 * index)), rate];
};

const speak = (language: Language, text: string): Int16Array => {
  const { generator, arguments: how } = voices[language];
  const file = join(work, 'speech.wav');
  const said = generator === 'flite' ? ['-t', text, '-o', file] : ['-w', file, text];
  execFileSync(generator, [...how, ...said], { stdio: ['ignore', 'ignore', 'inherit'] });
  return sentenceSound(...readSpeech(file));
};

const write = (language: Language, name: SentenceName, sound: Int16Array): void => {
  const octets = Buffer.alloc(sound.length);
  encodeG711(muLaw, sound, 0, sound.length, octets, 0);
  writeFileSync(join(folder, language, `${name}.wav`), Buffer.concat([muLawHeader(sound.length), octets]));
};

/** flite tells its version and fails all the same. */
const versionOf = (generator: 'flite' | 'espeak-ng'): string => {
  const { stdout } = spawnSync(generator, ['--version'], { encoding: 'utf8' });
  const version = generator === 'flite' ? /version: (\S+)/ : /text-to-speech: (\S+)/;
  return version.exec(stdout)?.[1] ?? stdout.trim();
};

const make = (language: Language): MadeBy => {
  const here = join(folder, language);
  rmSync(here, { recursive: true, force: true });
  mkdirSync(here);
  const made: Record<string, string> = {};
  if (language === 'en') {
    write(language, 'tone', toneSound());
    made['tone'] = TONE_FINGERPRINT;
  }
  for (const [each, text] of Object.entries(texts[language])) {
    const name = each as keyof (typeof texts)[Language];
    write(language, name, speak(language, text));
    made[name] = fingerprintOf(language, name);
  }
  const { generator, voice } = voices[language];
  return { generator, voice, version: versionOf(generator), made };
};

try {
  const by: Partial<Record<Language, MadeBy>> = {};
  for (const language of languages) {
    by[language] = make(language);
    console.log(`${language}: ${readdirSync(join(folder, language)).length} sentences`);
  }
  writeFileSync(join(folder, 'voices.json'), `${JSON.stringify(by, undefined, 2)}\n`);
} finally {
  rmSync(work, { recursive: true });
}
