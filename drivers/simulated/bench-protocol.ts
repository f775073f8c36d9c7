/**
 * The language of the bench: every command with its fields, as declarations that the server checks by, the
 * command line reads by and the document is compared with.
 *
 * One JSON object a line over a Unix socket. `{"id", "do", "port", ...}` is answered by `{"id", "ok"}` or
 * `{"id", "error": {"code", "detail"}}`; after `subscribe`, `{"event", "port", "at", ...}` comes unasked.
 */

import { behaviourNames } from './behaviour.ts';

export const LONGEST_LINE_BYTES = 64 * 1024;
export const MAX_CLIENTS = 32;
/** Sound of one `say`: five frames of 20 ms. */
export const LONGEST_SAY_OCTETS = 800;
/** Requests of one client that wait for their answer. */
export const MAX_PENDING = 256;

export type Field = { readonly help: string; readonly optional?: true } & (
  | { readonly type: 'text'; readonly longest: number; readonly pattern?: RegExp; readonly remedy?: string }
  | { readonly type: 'number'; readonly least: number; readonly most: number; readonly whole?: true }
  | { readonly type: 'numbers'; readonly least: number; readonly most: number; readonly longest: number }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'yesno' }
);

export type Command = {
  readonly help: string;
  /** What the command acts on; `none` takes no port. */
  readonly on: 'none' | 'any' | 'phone' | 'exchange';
  /** In the order in which the command line takes them. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Waits until what was asked of the same port before is done. */
  readonly inOrder?: true;
};

const HOUR_MS = 3_600_000;
const file = (help: string): Field => ({
  type: 'text',
  longest: 4096,
  pattern: /^\//,
  remedy: 'give a path that begins with /',
  help,
});
const span = (help: string, most = HOUR_MS): Field => ({ type: 'number', least: 0, most, help });
const maybe = <T extends Field>(field: T): T & { readonly optional: true } => ({ ...field, optional: true });
const digits = (pattern: RegExp, remedy: string): Field => ({
  type: 'text',
  longest: 64,
  pattern,
  remedy,
  help: remedy,
});
const hertz = (help: string): Field => ({ type: 'numbers', least: 10, most: 4000, longest: 4, help });
const level: Field = { type: 'number', least: -60, most: 3, help: 'dBm0', optional: true };

export const commands = {
  help: { help: 'lists the commands', on: 'none', fields: {} },
  list: { help: 'lists the ports', on: 'none', fields: {} },
  subscribe: { help: 'sends events to this client from now on', on: 'none', fields: {} },
  state: { help: 'tells how a port is now', on: 'any', fields: {} },
  lift: { help: 'lifts the handset', on: 'phone', fields: {}, inOrder: true },
  hangUp: { help: 'puts the handset down', on: 'phone', fields: {}, inOrder: true },
  flash: {
    help: 'opens the loop shortly (hook flash)',
    on: 'phone',
    inOrder: true,
    fields: { ms: maybe({ type: 'number', least: 1, most: 2000, help: 'how long, default 250' }) },
  },
  press: {
    help: 'presses keys; answers when the last tone has ended',
    on: 'any',
    inOrder: true,
    fields: {
      digits: digits(/^[0-9*#A-Da-d]+$/, 'digits of a keypad: 0-9 * # A-D'),
      onMs: maybe({ type: 'number', least: 20, most: 10_000, help: 'tone, default 100 ms' }),
      offMs: maybe({ type: 'number', least: 20, most: 10_000, help: 'pause, default 100 ms' }),
    },
  },
  pulse: {
    help: 'dials by a rotary dial',
    on: 'phone',
    inOrder: true,
    fields: { digits: digits(/^[0-9]+$/, 'digits of a rotary dial: 0-9') },
  },
  speak: {
    help: 'speaks a WAV file (8 kHz mono)',
    on: 'any',
    fields: {
      file: file('the file'),
      repeat: maybe({ type: 'yesno', help: 'over and over' }),
      wait: maybe({ type: 'yesno', help: 'answers when it has ended' }),
    },
  },
  tone: {
    help: 'speaks a tone',
    on: 'any',
    fields: {
      hertz: hertz('1 to 4 frequencies'),
      level,
      ms: maybe(span('how long; left out: until silence')),
    },
  },
  silence: { help: 'stops speaking', on: 'any', fields: {} },
  listen: { help: 'records what is heard, into a WAV file', on: 'any', fields: { file: file('the file') } },
  stopListening: { help: 'ends the recording and writes its file', on: 'any', fields: {} },
  hear: {
    help: 'analyses what is heard in the next so many ms',
    on: 'any',
    fields: { ms: maybe({ type: 'number', least: 20, most: 120_000, help: 'default 1000' }) },
  },
  wait: {
    help: 'answers when something has happened',
    on: 'any',
    fields: {
      for: {
        type: 'choice',
        of: [
          'ringing',
          'notRinging',
          'offHook',
          'onHook',
          'loopClosed',
          'loopOpen',
          'tone',
          'sound',
          'quiet',
          'digits',
          'line',
        ],
        help: 'what to wait for',
      },
      timeoutMs: maybe({ type: 'number', least: 1, most: HOUR_MS, help: 'default 10000' }),
      hertz: maybe(hertz('with tone: its frequencies')),
      ms: maybe(span('with sound and quiet: for how long, default 100')),
      digits: maybe(digits(/^[0-9*#A-D]+$/, 'with digits: which, 0-9 * # A-D')),
      line: maybe({ type: 'text', longest: 16, help: 'with line: the state of an exchange line' }),
    },
  },
  mark: { help: 'makes the next frame a loud click and tells when it left', on: 'any', fields: {} },
  ring: {
    help: 'rings the line, as a caller through the exchange',
    on: 'exchange',
    fields: {
      callerId: maybe(digits(/^[0-9*#+]+$/, 'number of the caller: 0-9 * # +')),
      callerName: maybe({ type: 'text', longest: 15, help: 'name of the caller' }),
      cadence: maybe({ type: 'numbers', least: 20, most: 60_000, longest: 8, help: 'ms on, off, on, off …' }),
    },
  },
  stopRinging: { help: 'the caller gives up', on: 'exchange', fields: {} },
  answer: {
    help: 'the far party answers the dialled call',
    on: 'exchange',
    fields: { reversal: maybe({ type: 'yesno', help: 'with reversed polarity; default as the settings say' }) },
  },
  farHangUp: {
    help: 'the far party hangs up',
    on: 'exchange',
    fields: {
      by: maybe({
        type: 'choice',
        of: ['loop', 'polarity', 'tone', 'nothing'],
        help: 'how the exchange tells; default as the settings say',
      }),
    },
  },
  drop: { help: 'takes the feed away for a while', on: 'exchange', fields: { ms: maybe(span('default 800', 60_000)) } },
  polarity: {
    help: 'sets the polarity of the feed',
    on: 'exchange',
    fields: { reversed: { type: 'yesno', help: 'reversed or not' } },
  },
  exchangeTone: {
    help: 'plays a tone of the exchange',
    on: 'exchange',
    fields: { tone: { type: 'choice', of: ['dial', 'ringback', 'busy', 'congestion', 'none'], help: 'which' } },
  },
  attach: {
    help: 'holds the handset: sends what it hears as events heard, and lets it be spoken into by say',
    on: 'phone',
    fields: { hangsUp: maybe({ type: 'yesno', help: 'puts the handset down when this client ends' }) },
  },
  detach: { help: 'lets the handset go', on: 'phone', fields: {} },
  say: {
    help: 'speaks into the handset that this client holds; without an id it is not answered',
    on: 'phone',
    fields: {
      audio: {
        type: 'text',
        longest: (LONGEST_SAY_OCTETS * 4) / 3 + 4,
        pattern: /^[A-Za-z0-9+/]+={0,2}$/,
        remedy: `1 to ${LONGEST_SAY_OCTETS} octets of u-law in base64`,
        help: 'octets of u-law, in base64',
      },
    },
  },
  withoutFiles: { help: 'refuses from now on what would have this client read or write files', on: 'none', fields: {} },
  program: {
    help: 'says what happens when a number is dialled',
    on: 'exchange',
    fields: {
      number: digits(/^([0-9*#]+|other)$/, 'a number, or other for all without an entry'),
      does: {
        type: 'choice',
        of: ['answers', 'noAnswer', 'busy', 'congestion', 'silence'],
        help: 'what the far end does',
      },
      afterMs: maybe(span('ringback before the answer')),
      hertz: maybe({ type: 'number', least: 10, most: 4000, help: 'tone that the far party speaks' }),
      file: maybe(file('WAV file that the far party speaks')),
      hangsUpAfterMs: maybe(span('the far party hangs up so long after its answer')),
      reversal: maybe({ type: 'yesno', help: 'answer with reversed polarity' }),
    },
  },
  fault: {
    help: 'switches a fault or peculiarity on or off',
    on: 'any',
    fields: {
      name: { type: 'choice', of: behaviourNames, help: 'which' },
      on: maybe({ type: 'yesno', help: 'default yes' }),
      level: maybe({ type: 'number', least: -90, most: 3, help: 'dBm0, or dB of an echo' }),
      hertz: maybe({ type: 'number', least: 10, most: 4000, help: 'of hum' }),
      ms: maybe({ type: 'number', least: 0, most: 500, help: 'of echo and bounce' }),
      rings: maybe({ type: 'number', least: 1, most: 100, whole: true, help: 'of answers' }),
    },
  },
  clearFaults: { help: 'switches all faults of a port off', on: 'any', fields: {} },
  card: {
    help: 'pulls the card out of the box, or puts it back',
    on: 'none',
    fields: { is: { type: 'choice', of: ['in', 'out'], help: 'where' } },
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;
export const commandOf = (name: string): Command | undefined =>
  Object.hasOwn(commands, name) ? commands[name as CommandName] : undefined;

export type BenchErrorCode =
  | 'bad-line'
  | 'unknown-command'
  | 'unknown-port'
  | 'bad-field'
  | 'not-possible'
  | 'timed-out'
  | 'bad-file'
  | 'too-many';

/** A refusal; the detail names what is wrong, the limit and what to do. */
export class BenchRefusal extends Error {
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, detail: string) {
    super(detail);
    this.name = 'BenchRefusal';
    this.code = code;
  }
}

const within = (one: unknown, least: number, most: number): boolean =>
  typeof one === 'number' && Number.isFinite(one) && one >= least && one <= most;

function textFits(field: Extract<Field, { type: 'text' }>, value: unknown): boolean {
  return (
    typeof value === 'string' && value !== '' && value.length <= field.longest && field.pattern?.test(value) !== false
  );
}

/** What a value of this field must be, where `value` is not that; undefined where it fits. */
function unmet(field: Field, value: unknown): string | undefined {
  switch (field.type) {
    case 'text':
      return textFits(field, value) ? undefined : `${field.remedy ?? 'text'}, at most ${field.longest} characters`;
    case 'number': {
      const fits = within(value, field.least, field.most) && (!field.whole || Number.isInteger(value));
      return fits ? undefined : `a ${field.whole ? 'whole ' : ''}number from ${field.least} to ${field.most}`;
    }
    case 'numbers': {
      const { least, most, longest } = field;
      const list = Array.isArray(value) && value.length > 0 && value.length <= longest;
      const fits = list && value.every((one) => within(one, least, most));
      return fits ? undefined : `a list of 1 to ${longest} numbers from ${least} to ${most}`;
    }
    case 'choice':
      return typeof value === 'string' && field.of.includes(value) ? undefined : `one of ${field.of.join(', ')}`;
    case 'yesno':
      return typeof value === 'boolean' ? undefined : 'true or false';
  }
}

/** Checks one field; throws a {@link BenchRefusal} that names field, limit and remedy. */
export function checkField(name: string, field: Field, value: unknown): void {
  const wanted = unmet(field, value);
  if (wanted === undefined) return;
  throw new BenchRefusal('bad-field', `${name} is ${JSON.stringify(value)?.slice(0, 80)}: give ${wanted}`);
}

/** Checks all fields of a request against its command. */
export function checkFields(command: Command, request: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(request))
    if (!Object.hasOwn(command.fields, name) && !['id', 'do', 'port'].includes(name)) {
      const known = Object.keys(command.fields).join(', ') || 'no fields';
      throw new BenchRefusal('bad-field', `${name.slice(0, 40)} is no field of this command; it has ${known}`);
    }
  for (const [name, field] of Object.entries(command.fields)) {
    const value = request[name];
    if (value !== undefined) checkField(name, field, value);
    else if (!field.optional) throw new BenchRefusal('bad-field', `${name} is missing: ${field.help}`);
  }
}
