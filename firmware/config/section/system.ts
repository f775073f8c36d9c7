import * as v from 'valibot';
import { choice, optionalText } from '../setting.ts';

export const system = v.strictObject({
  name: optionalText({
    title: 'Name of the box',
    help: 'Shown on the page and to the fleet.',
    max: 64,
    default: 'holdfast',
  }),
  country: choice({
    title: 'Country',
    help: 'Sets tones, ringing, flash times and emergency numbers.',
    of: ['US', 'DE'],
    default: 'US',
  }),
  language: choice({
    title: 'Language of the sentences',
    help: 'What callers hear in words: the language of the country, or another.',
    of: ['country', 'en', 'es', 'de', 'zh'],
    default: 'country',
  }),
  sentences: optionalText({
    title: 'Own recordings',
    help: 'Folder of WAV files (8 kHz, mono) in place of the sentences that come with the box; a missing file is taken from those.',
    max: 255,
    default: '',
    form: { is: /^(\/.*)?$/, words: 'must be a path that begins with /' },
  }),
});
