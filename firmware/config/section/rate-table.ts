import * as v from 'valibot';
import { dialled, shortName, text, whole } from '../setting.ts';

const rate = v.strictObject({
  prefix: text({ title: 'Prefix', help: 'Numbers that begin so, as they are sent.', max: 24, form: dialled }),
  perMinute: whole({
    title: 'Price of a minute',
    help: 'In millionths of the currency: 12000 is 0.012.',
    min: 0,
    max: 1_000_000_000,
    default: 0,
  }),
  minimumS: whole({
    title: 'Least',
    help: 'A call costs as much as this long a call.',
    unit: 's',
    min: 0,
    max: 600,
    default: 0,
  }),
  stepS: whole({ title: 'Step', help: 'Charged in parts of this length.', unit: 's', min: 1, max: 600, default: 60 }),
});

/** What calls cost over a trunk that names this table (U4). */
export const rateTable = v.strictObject({
  id: shortName('Named by trunks.'),
  rates: v.optional(v.pipe(v.array(rate), v.maxLength(2000, 'must have at most 2000 rates')), []),
});
