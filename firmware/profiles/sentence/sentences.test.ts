import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { muLaw } from '../../engine/codec/g711.ts';
import { powerAt, powerOf } from '../../engine/sound/level.ts';
import { decodeWav } from '../../engine/sound/wav.ts';
import { languages, numberSentences, type SentenceName, sentenceNames } from './names.ts';
import { recordingFault, sentenceFile } from './sentence.ts';
import { texts } from './texts.ts';
import { fingerprintOf, type MadeBy, TONE_FINGERPRINT, voices } from './voices.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const made = JSON.parse(readFileSync(join(folder, 'voices.json'), 'utf8')) as Record<string, MadeBy>;
const RATE = 8000;

const soundOf = (file: string): Int16Array => decodeWav(readFileSync(file), file);
const dBm0 = (power: number): number => 10 * Math.log10(power / powerAt(0));
const frames = (sound: Int16Array): Int16Array[] =>
  Array.from({ length: Math.floor(sound.length / 80) }, (_, index) => sound.subarray(index * 80, (index + 1) * 80));

/** Power of one frequency in windows of 20 ms (Goertzel), summed over the sound. */
const energyAt = (sound: Int16Array, hertz: number): number => {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
  let energy = 0;
  for (let from = 0; from + 160 <= sound.length; from += 160) {
    let last = 0;
    let before = 0;
    for (let index = 0; index < 160; index++) {
      const next = sound[from + index]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * index) / 160)) + turn * last - before;
      before = last;
      last = next;
    }
    energy += last * last + before * before - turn * last * before;
  }
  return energy;
};
const bandEnergy = (sound: Int16Array, from: number, to: number): number => {
  let energy = 0;
  for (let hertz = from; hertz <= to; hertz += 75) energy += energyAt(sound, hertz);
  return energy;
};

/** Seconds that a text takes: a letter of an alphabet, a Chinese syllable, and the pauses at its commas. */
const secondsOf = (text: string): number => {
  const syllables = text.match(/[\u4e00-\u9fff]/g)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)!.length - syllables;
  return syllables * 0.22 + letters * 0.065;
};

/** A coarse picture of a sound: its power in 10 parts of its time. */
const shapeOf = (sound: Int16Array): number[] =>
  Array.from({ length: 10 }, (_, part) => {
    const from = Math.floor((part * sound.length) / 10);
    return dBm0(powerOf(sound, from, Math.floor(((part + 1) * sound.length) / 10)) + 1);
  });

describe('the spoken sentences', () => {
  for (const language of languages) {
    it(`${language}: each has its file, made of the text and by the voice that stand there now`, () => {
      const { generator, voice, version, made: prints } = made[language]!;
      assert.deepEqual([generator, voice], [voices[language].generator, voices[language].voice]);
      assert.match(version, /\d/);
      const names = sentenceNames.filter((name) => name !== 'tone') as Exclude<SentenceName, 'tone'>[];
      for (const name of names) {
        const fresh = prints[name] === fingerprintOf(language, name);
        assert.ok(fresh, `${language}/${name} is not what its text says: run \`npm run prompts\``);
      }
      const files = [...names, ...(language === 'en' ? (['tone'] as const) : [])].map((name) => `${name}.wav`);
      assert.deepEqual(readdirSync(join(folder, language)).sort(), files.sort());
    });

    it(`${language}: each is speech as the telephone carries it`, () => {
      for (const [name, text] of Object.entries(texts[language])) {
        const file = join(folder, language, `${name}.wav`);
        const octets = readFileSync(file);
        assert.equal(octets.readUInt16LE(20), 7, `${file} is u-law`);
        const sound = soundOf(file);
        const powers = frames(sound).map((frame) => powerOf(frame));
        const loudest = Math.max(...powers);
        const active = powers.filter((power) => power >= loudest / 1000);
        const level = dBm0(active.reduce((sum, power) => sum + power, 0) / active.length);
        assert.ok(Math.abs(level + 16) < 1, `${file} speaks at ${level.toFixed(1)} dBm0`);
        const peak = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        assert.ok(peak > 4000 && peak < muLaw.decode[0x80]! * 0.97, `${file} has a peak of ${peak}`);
        const begins = powers.findIndex((power) => power > powerAt(-46)) * 10;
        const ends = powers.toReversed().findIndex((power) => power > powerAt(-46)) * 10;
        assert.ok(begins >= 40 && begins <= 60, `${file} begins after ${begins} ms`);
        assert.ok(ends >= 40 && ends <= 70, `${file} ends ${ends} ms before its end`);
        const seconds = sound.length / RATE - 0.1;
        const wanted = secondsOf(text);
        assert.ok(seconds > wanted * 0.5 && seconds < wanted * 2 + 0.5, `${file}: ${seconds} s for ${wanted} s`);
      }
    });

    it(`${language}: nearly all of its energy is in the telephone band, at both ends of it`, () => {
      for (const name of ['greeting', 'messageMenu', 'noWayOut', 'goodbye'] as const) {
        const sound = soundOf(join(folder, language, `${name}.wav`));
        const inBand = bandEnergy(sound, 300, 3400);
        const below = bandEnergy(sound, 50, 150) / inBand;
        const above = bandEnergy(sound, 3650, 3950) / inBand;
        assert.ok(below < 0.01 && above < 0.01, `${language}/${name}: ${below} below, ${above} above`);
        assert.ok(bandEnergy(sound, 300, 1000) / inBand > 0.2, `${language}/${name} has no body`);
        assert.ok(bandEnergy(sound, 1500, 3400) / inBand > 0.005, `${language}/${name} is dull`);
      }
    });
  }

  it('are all different', () => {
    const shapes = languages.flatMap((language) =>
      Object.keys(texts[language]).map((name) => {
        const sound = soundOf(join(folder, language, `${name}.wav`));
        return { file: `${language}/${name}`, length: sound.length, shape: shapeOf(sound) };
      }),
    );
    for (const [at, one] of shapes.entries()) {
      for (const other of shapes.slice(at + 1)) {
        if (Math.abs(one.length - other.length) > 800) continue;
        const apart = Math.max(...one.shape.map((level, part) => Math.abs(level - other.shape[part]!)));
        assert.ok(apart > 1, `${one.file} and ${other.file} are as good as the same`);
      }
    }
  });

  it('have a tone of 1000 Hz, 400 ms, -12 dBm0', () => {
    assert.equal(made['en']!.made['tone'], TONE_FINGERPRINT);
    const sound = soundOf(join(folder, 'en', 'tone.wav'));
    assert.equal(sound.length, 0.4 * RATE);
    assert.ok(Math.abs(dBm0(powerOf(sound, 400, 2800)) + 12) < 0.2, `${dBm0(powerOf(sound, 400, 2800))} dBm0`);
    assert.ok(energyAt(sound, 1000) > 0.6 * bandEnergy(sound, 300, 3400), 'another frequency');
  });

  it('fit in 4 MB together, and say nothing twice', () => {
    const octets = languages.flatMap((language) =>
      readdirSync(join(folder, language)).map((name) => readFileSync(join(folder, language, name)).length),
    );
    assert.ok(octets.reduce((sum, each) => sum + each, 0) < 4_000_000, 'they are too long');
    for (const language of languages) {
      const said = Object.values(texts[language]);
      assert.equal(new Set(said).size, said.length, language);
    }
  });
});

describe('the file of a sentence', () => {
  const own = mkdtempSync(join(tmpdir(), 'own-'));
  const english = readFileSync(join(folder, 'en', 'goodbye.wav'));
  const file = (name: SentenceName, language: (typeof languages)[number] = 'de', from = own) =>
    sentenceFile(name, { language, folder, own: from });

  it('is the one of the language, or the English one', () => {
    assert.equal(file('goodbye', 'zh', ''), join(folder, 'zh', 'goodbye.wav'));
    assert.equal(file('tone', 'zh', ''), join(folder, 'en', 'tone.wav'));
  });

  it('is the own recording where there is one', () => {
    writeFileSync(join(own, 'goodbye.wav'), english);
    assert.equal(file('goodbye'), join(own, 'goodbye.wav'));
    assert.equal(file('many'), join(folder, 'de', 'many.wav'));
    assert.equal(file('goodbye', 'de', '/nowhere'), join(folder, 'de', 'goodbye.wav'));
  });

  const broken: [string, Buffer, RegExp][] = [
    ['no WAV file', Buffer.from('hello world, this is text and no sound at all'), /no WAV/],
    ['stereo', Buffer.from(english).fill(2, 22, 23), /2 channels/],
    ['of another rate', Buffer.from(english).fill(0x44, 24, 25), /samples a second/],
    ['of a format that nobody plays', Buffer.from(english).fill(3, 20, 21), /format 3/],
    ['cut off', english.subarray(0, 40), /no sound/],
    ['empty', Buffer.alloc(0), /no WAV/],
  ];
  for (const [name, octets, words] of broken) {
    it(`is not an own recording that is ${name}`, () => {
      assert.match(recordingFault(octets) ?? '', words);
      writeFileSync(join(own, 'testCall.wav'), octets);
      assert.equal(file('testCall'), join(folder, 'de', 'testCall.wav'));
    });
  }

  it('of a number is its own up to twenty', () => {
    assert.deepEqual([0, 1, 20, 21].map(numberSentences), [['number0'], ['number1'], ['number20'], ['many']]);
  });
});
