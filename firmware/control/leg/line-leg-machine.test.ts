import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant } from '../../core/machine.ts';
import type { LineEvent } from '../../engine-protocol/events.ts';
import type { Cause } from '../failure.ts';
import {
  CALLER_ID_WAIT_MS,
  type ExchangeLine,
  type ExchangeLineEffect,
  type ExchangeLineEvent,
  lineLegMachine,
} from './line-leg-machine.ts';

const start = 1000 as Instant;
const setup: ExchangeLineEvent = {
  type: 'command',
  command: {
    do: 'setup',
    leg: 'leg/2',
    target: { kind: 'line', id: 'line/9', number: '3456' },
    caller: { number: '11' },
    beside: 'leg/1',
  },
};
const release = (cause: Cause): ExchangeLineEvent => ({
  type: 'command',
  command: { do: 'release', leg: 'leg/2', cause },
});
const connect: ExchangeLineEvent = {
  type: 'command',
  command: { do: 'connect', leg: { leg: 'leg/2', is: 'offered' }, with: { leg: 'leg/3', is: 'connected' } },
};
const opened: ExchangeLineEvent = { type: 'opened' };
const heard = (event: LineEvent): ExchangeLineEvent => ({ type: 'line', event });
const rung = heard({ is: 'rung' });

const wordsOf = (effect: ExchangeLineEffect): string => {
  if ('tell' in effect) {
    const { tell } = effect;
    return tell.type === 'released' ? `<released ${tell.cause}>` : `<${tell.type}>`;
  }
  return effect.do === 'signal' ? `signal ${Object.values(effect.play).join(' ')}` : effect.do;
};

/** Steps an idle line through events; what it did, in words. */
const through = (...events: readonly (ExchangeLineEvent | 'lapse')[]): { did: string[]; at: ExchangeLine['at'] } => {
  let state: ExchangeLine = { at: 'idle' };
  let now = start;
  const did: string[] = [];
  for (const event of events) {
    if (event === 'lapse') now = after(now, CALLER_ID_WAIT_MS);
    const out = lineLegMachine.step(state, event === 'lapse' ? { type: 'lapse' } : event, now);
    state = out.state;
    did.push(...out.effects.map(wordsOf));
  }
  return { did, at: state.at };
};

const seized = [setup, opened, heard({ is: 'seized', dialTone: true }), heard({ is: 'dialled' })];
const blind: ExchangeLineEvent = {
  type: 'command',
  command: {
    ...{ do: 'setup', leg: 'leg/2', caller: { number: '11' }, beside: 'leg/1' },
    target: { kind: 'line', id: 'line/9', number: '112', blind: true },
  },
};
const rows: readonly [
  what: string,
  events: readonly (ExchangeLineEvent | 'lapse')[],
  did: readonly string[],
  at: ExchangeLine['at'],
][] = [
  [
    'seizes, dials and is answered',
    [...seized, heard({ is: 'answered', by: 'polarity' })],
    ['open', 'signal seize 3456', '<proceeding>', '<progress>', '<connect>'],
    'talking',
  ],
  [
    'dials without dial tone where it is told to',
    [blind, opened, heard({ is: 'dialled' })],
    ['open', 'signal seize 112 true', '<progress>'],
    'dialled',
  ],
  [
    'tells ringback',
    [...seized, heard({ is: 'ringback' })],
    ['open', 'signal seize 3456', '<proceeding>', '<progress>', '<alerting>'],
    'dialled',
  ],
  [
    'is dead without dial tone',
    [setup, opened, heard({ is: 'seized', dialTone: false })],
    ['open', 'signal seize 3456', 'close', '<released lineDead>'],
    'idle',
  ],
  [
    'gives way to a call that comes in',
    [setup, opened, heard({ is: 'glare' })],
    ['open', 'signal seize 3456', 'close', '<released lineBusyOut>'],
    'idle',
  ],
  ['cannot be joined', [setup, { type: 'mediaFailed' }], ['open', 'close', '<released lineBusyOut>'], 'idle'],
  [
    'hears that the callee is busy',
    [...seized, heard({ is: 'disconnected', by: 'tone', tone: 'busy' })],
    ['open', 'signal seize 3456', '<proceeding>', '<progress>', 'close', '<released busy>'],
    'idle',
  ],
  [
    'is let go by the caller',
    [...seized, release('hungUp')],
    ['open', 'signal seize 3456', '<proceeding>', '<progress>', 'close', '<released hungUp>'],
    'idle',
  ],
  [
    'takes one call at a time',
    [setup, { ...setup, command: { ...setup.command, leg: 'leg/5' } } as ExchangeLineEvent],
    ['open', '<released lineBusyOut>'],
    'seizing',
  ],
  ['waits for the number of a caller', [rung], [], 'rung'],
  [
    'hands a caller up with the number',
    [rung, heard({ is: 'callerId', callerId: { number: '7' } })],
    ['offer'],
    'ringing',
  ],
  ['hands a caller up without a number in time', [rung, 'lapse'], ['offer'], 'ringing'],
  ['forgets a caller who goes at once', [rung, heard({ is: 'ringEnded' })], [], 'idle'],
  ['joins its line for a caller', [rung, 'lapse', { type: 'offered', leg: 'leg/2' }], ['offer', 'open'], 'offered'],
  [
    'answers when it is joined and answered',
    [rung, 'lapse', { type: 'offered', leg: 'leg/2' }, opened, connect],
    ['offer', 'open', 'signal answer'],
    'talking',
  ],
  [
    'answers in the other order too',
    [rung, 'lapse', { type: 'offered', leg: 'leg/2' }, connect, opened],
    ['offer', 'open', 'signal answer'],
    'talking',
  ],
  [
    'tells a caller who goes before the answer',
    [rung, 'lapse', { type: 'offered', leg: 'leg/2' }, opened, heard({ is: 'ringEnded' })],
    ['offer', 'open', 'close', '<released hungUp>'],
    'idle',
  ],
  [
    'tells a far end that hangs up',
    [rung, 'lapse', { type: 'offered', leg: 'leg/2' }, opened, connect, heard({ is: 'disconnected', by: 'loop' })],
    ['offer', 'open', 'signal answer', 'close', '<released hungUp>'],
    'idle',
  ],
  ['cannot take up a caller who has gone', [{ type: 'offered', leg: 'leg/2' }], ['<released hungUp>'], 'idle'],
  [
    'ends what a restart has found',
    [...seized, { type: 'found', cause: 'mediaLost' }],
    ['open', 'signal seize 3456', '<proceeding>', '<progress>', 'close', '<released mediaLost>'],
    'idle',
  ],
];

describe('an exchange line', () => {
  for (const [what, events, did, at] of rows) {
    it(what, () => assert.deepEqual(through(...events), { did, at }));
  }

  it('asks to be woken only while it waits for the number of a caller', () => {
    assert.equal(lineLegMachine.deadline({ at: 'rung', offerAt: start }), start);
    assert.equal(lineLegMachine.deadline({ at: 'ringing' }), undefined);
  });
});
