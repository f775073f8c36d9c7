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
});
