/** Settings of the simulated card: the one place where each has its name, type, range, default and help. */

import * as v from 'valibot';
import { defaults } from './defaults.ts';

type About = { readonly title: string; readonly help: string; readonly unit?: string };

const told = <T extends v.GenericSchema>(schema: T, { title, help, unit }: About) =>
  v.pipe(schema, v.title(title), v.description(help), v.metadata({ unit }));

const within = (min: number, max: number) =>
  v.pipe(
    v.number(`must be a number from ${min} to ${max}`),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );
const whole = (min: number, max: number) =>
  v.pipe(within(min, max), v.integer(`must be a whole number from ${min} to ${max}`));
const text = (max: number, is: RegExp, words: string) =>
  v.pipe(v.string(words), v.maxLength(max, `must have at most ${max} characters`), v.regex(is, words));
const choice = <const T extends readonly string[]>(of: T) => v.picklist(of, `must be one of ${of.join(', ')}`);
const flag = v.boolean('must be true or false');

const number = text(32, /^[0-9*#]+$/, 'must be digits 0-9, * and #');
const hertz = within(10, 4000);

const step = v.strictObject({
  hertz: told(v.pipe(v.array(hertz), v.maxLength(4, 'must have at most 4 frequencies')), {
    title: 'Frequencies',
    help: 'What sounds at once; none is silence.',
    unit: 'Hz',
  }),
  ms: told(whole(0, 60_000), { title: 'Length', help: 'Of the step; 0 lasts for ever.', unit: 'ms' }),
  level: told(within(-60, 3), { title: 'Level', help: 'Of each frequency.', unit: 'dBm0' }),
});

const tone = (title: string) =>
  told(
    v.pipe(
      v.strictObject({
        steps: v.pipe(v.array(step), v.minLength(1, 'must have a step'), v.maxLength(32, 'must have at most 32 steps')),
        loopFrom: v.optional(
          told(whole(0, 31), { title: 'Goes on at', help: 'Step after the last one; left out, the tone ends.' }),
        ),
      }),
      v.check(
        ({ steps, loopFrom }) => loopFrom === undefined || loopFrom < steps.length,
        'must go on at one of its steps',
      ),
    ),
    { title, help: 'As the simulated exchange plays it.' },
  );

const plan = v.strictObject({
  does: told(choice(['answers', 'noAnswer', 'busy', 'congestion', 'silence']), {
    title: 'Outcome',
    help: 'What happens when the number is dialled.',
  }),
  afterMs: v.optional(told(whole(0, 600_000), { title: 'Answers after', help: 'Ringback before it.', unit: 'ms' })),
  hertz: v.optional(told(hertz, { title: 'Tone', help: 'What the far party says once it has answered.', unit: 'Hz' })),
  file: v.optional(
    told(text(4096, /^\//, 'must be a path that begins with /'), {
      title: 'WAV file',
      help: 'What the far party says over and over: 8 kHz, one channel.',
    }),
  ),
  hangsUpAfterMs: v.optional(
    told(whole(0, 3_600_000), { title: 'Hangs up after', help: 'From its answer; left out, it stays.', unit: 'ms' }),
  ),
  reversal: v.optional(told(flag, { title: 'Reversal', help: 'Answers with reversed polarity, or does not.' })),
});

const inPairs = v.check<number[], string>((steps) => steps.length % 2 === 0, 'must be pairs of on and off');

export const settings = v.strictObject({
  phones: v.optional(
    told(whole(0, 24), { title: 'Phones', help: 'FXS ports phone/1, phone/2 and so on.' }),
    defaults.phones,
  ),
  exchangeLines: v.optional(
    told(whole(0, 8), { title: 'Exchange lines', help: 'FXO ports exchange/1, exchange/2 and so on.' }),
    defaults.exchangeLines,
  ),
  bench: v.optional(
    told(text(107, /^(\/.*)?$/, 'must be a path that begins with /, or empty'), {
      title: 'Bench socket',
      help: 'Unix socket by which scripts and people play the phones and the exchange. Empty: none.',
    }),
    defaults.bench,
  ),
  tones: v.optional(
    told(
      v.strictObject({
        dial: tone('Dial tone'),
        ringback: tone('Ringback'),
        busy: tone('Busy tone'),
        congestion: tone('Congestion tone'),
      }),
      { title: 'Tones', help: 'Of the simulated exchange; by default those of North America.' },
    ),
    defaults.tones as never,
  ),
  ringCadence: v.optional(
    told(
      v.pipe(
        v.array(whole(20, 60_000)),
        v.minLength(2, 'must have a pair'),
        v.maxLength(8, 'must have at most 4 pairs'),
        inPairs,
      ),
      {
        title: 'Ringing',
        help: 'Of the simulated exchange: on, off, on, off and so on.',
        unit: 'ms',
      },
    ),
    [...defaults.ringCadence],
  ),
  dialToneDelayMs: v.optional(
    told(whole(0, 30_000), { title: 'Dial tone delay', help: 'From seizure to dial tone.', unit: 'ms' }),
    defaults.dialToneDelayMs,
  ),
  interDigitMs: v.optional(
    told(whole(100, 30_000), { title: 'Digit pause', help: 'Ends a number that has no entry.', unit: 'ms' }),
    defaults.interDigitMs,
  ),
  callSetupMs: v.optional(
    told(whole(0, 30_000), { title: 'Call setup', help: 'From the last digit to what follows.', unit: 'ms' }),
    defaults.callSetupMs,
  ),
  flashLongestMs: v.optional(
    told(whole(20, 2000), { title: 'Longest flash', help: 'A longer opening of the loop ends the call.', unit: 'ms' }),
    defaults.flashLongestMs,
  ),
  answerReversal: v.optional(
    told(flag, { title: 'Answer reversal', help: 'The exchange reverses polarity on answer.' }),
    defaults.answerReversal,
  ),
  disconnect: v.optional(
    told(choice(['loop', 'polarity', 'tone', 'nothing']), {
      title: 'Disconnect signal',
      help: 'How the exchange tells that the far party has hung up.',
    }),
    defaults.disconnect,
  ),
  loopDropMs: v.optional(
    told(whole(20, 60_000), { title: 'Loop drop', help: 'Length of the disconnect signal.', unit: 'ms' }),
    defaults.loopDropMs,
  ),
  numbers: v.optional(
    told(v.record(number, plan), { title: 'Numbers', help: 'What happens when one of these is dialled.' }),
    defaults.numbers as never,
  ),
  otherNumbers: v.optional(
    told(plan, { title: 'Other numbers', help: 'What happens when any other number is dialled.' }),
    defaults.otherNumbers as never,
  ),
});
