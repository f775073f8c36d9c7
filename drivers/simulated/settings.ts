/** Settings of the simulated card: the one place where each has its name, type, range, default and help. */

import * as v from 'valibot';
import { defaults } from './defaults.ts';

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const ms = (least: number, most: number) => v.pipe(whole(least, most), v.metadata({ unit: 'ms' }));
const absolute = v.pipe(v.string(), v.maxLength(4096), v.regex(/^\//, 'give a path that begins with /'));

const step = v.strictObject({
  hertz: v.pipe(v.array(v.pipe(v.number(), v.minValue(10), v.maxValue(4000))), v.maxLength(4)),
  ms: v.pipe(ms(0, 60_000), v.description('Length of the step; 0 lasts for ever.')),
  level: v.pipe(v.number(), v.minValue(-60), v.maxValue(3), v.metadata({ unit: 'dBm0' })),
});

const tone = (help: string) =>
  v.pipe(
    v.strictObject({
      steps: v.pipe(v.array(step), v.minLength(1), v.maxLength(32)),
      loopFrom: v.optional(v.pipe(whole(0, 31), v.description('After the last step it goes on at this one.'))),
    }),
    v.check(({ steps, loopFrom }) => loopFrom === undefined || loopFrom < steps.length, 'loopFrom names no step'),
    v.description(help),
  );

const plan = v.strictObject({
  does: v.pipe(
    v.picklist(['answers', 'noAnswer', 'busy', 'congestion', 'silence']),
    v.description('What happens when the number is dialled.'),
  ),
  afterMs: v.optional(v.pipe(ms(0, 600_000), v.description('Ringback before the answer.'))),
  hertz: v.optional(
    v.pipe(
      v.number(),
      v.minValue(10),
      v.maxValue(4000),
      v.metadata({ unit: 'Hz' }),
      v.description('Tone that the far party speaks once it has answered.'),
    ),
  ),
  file: v.optional(v.pipe(absolute, v.description('WAV file (8 kHz mono) that the far party speaks over and over.'))),
  hangsUpAfterMs: v.optional(
    v.pipe(ms(0, 3_600_000), v.description('The far party hangs up so long after its answer.')),
  ),
  reversal: v.optional(
    v.pipe(v.boolean(), v.description('Answer with reversed polarity, whatever answerReversal says.')),
  ),
});

const number = v.pipe(v.string(), v.maxLength(32), v.regex(/^[0-9*#]+$/, 'a number has the digits 0-9 * # only'));

export const settings = v.strictObject({
  phones: v.optional(
    v.pipe(whole(0, 24), v.description('Simulated phones (FXS ports phone/1, phone/2 …).')),
    defaults.phones,
  ),
  exchangeLines: v.optional(
    v.pipe(whole(0, 8), v.description('Simulated exchange lines (FXO ports exchange/1, exchange/2 …).')),
    defaults.exchangeLines,
  ),
  bench: v.optional(
    v.pipe(
      v.string(),
      v.maxLength(107),
      v.regex(/^(\/.*)?$/, 'give a path that begins with /, or nothing'),
      v.description(
        'Unix socket of the bench, by which scripts and people play the phones and the exchange; empty: none.',
      ),
    ),
    defaults.bench,
  ),
  tones: v.optional(
    v.pipe(
      v.strictObject({
        dial: tone('Dial tone.'),
        ringback: tone('Ringback.'),
        busy: tone('Busy.'),
        congestion: tone('Congestion (reorder).'),
      }),
      v.description('Tones of the simulated exchange; by default those of North America.'),
    ),
    defaults.tones as never,
  ),
  ringCadence: v.optional(
    v.pipe(
      v.array(ms(20, 60_000)),
      v.minLength(2),
      v.maxLength(8),
      v.check((steps) => steps.length % 2 === 0, 'give pairs of on and off'),
      v.description('Ringing of the simulated exchange: on, off, on, off …'),
    ),
    [...defaults.ringCadence],
  ),
  dialToneDelayMs: v.optional(
    v.pipe(ms(0, 30_000), v.description('From seizure to dial tone.')),
    defaults.dialToneDelayMs,
  ),
  interDigitMs: v.optional(
    v.pipe(ms(100, 30_000), v.description('A number without an entry is complete after this pause.')),
    defaults.interDigitMs,
  ),
  callSetupMs: v.optional(
    v.pipe(ms(0, 30_000), v.description('From the last digit to what follows.')),
    defaults.callSetupMs,
  ),
  flashLongestMs: v.optional(
    v.pipe(ms(20, 2000), v.description('A shorter opening of the loop is a hook flash, a longer one ends the call.')),
    defaults.flashLongestMs,
  ),
  answerReversal: v.optional(
    v.pipe(v.boolean(), v.description('The exchange reverses polarity when the far party answers.')),
    defaults.answerReversal,
  ),
  disconnect: v.optional(
    v.pipe(
      v.picklist(['loop', 'polarity', 'tone', 'nothing']),
      v.description('How the exchange tells that the far party has hung up.'),
    ),
    defaults.disconnect,
  ),
  loopDropMs: v.optional(
    v.pipe(ms(20, 60_000), v.description('Length of the loop drop after a hang-up.')),
    defaults.loopDropMs,
  ),
  numbers: v.optional(
    v.pipe(v.record(number, plan), v.description('What happens when these numbers are dialled.')),
    defaults.numbers as never,
  ),
  otherNumbers: v.optional(
    v.pipe(plan, v.description('What happens when any other number is dialled.')),
    defaults.otherNumbers as never,
  ),
});
