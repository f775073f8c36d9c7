import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { SipSignal } from '../sip/face.ts';
import type { Negotiator } from './negotiator.ts';
import { type SipLeg, type SipLegEffect, type SipLegEvent, sipLegMachine } from './sip-leg-machine.ts';
import { agreedAt, mediaWay as way } from './test-media-way.ts';

/** A description is the port that it names. */
const ports: Negotiator = {
  offer: () => 'offer',
  answer: (_, offer) => ({ sdp: 'answer', agreed: agreedAt(Number(offer)) }),
  read: (_, answer) => agreedAt(Number(answer)),
};
const machine = sipLegMachine(ports);
const now = 1_000 as Instant;
const asked = { target: { kind: 'trunk', id: 'a', number: '12' }, caller: { number: '11' } } as const;
const opening = { phase: 'opening', leg: 'leg/7', trunk: 'a', way, asked } as unknown as SipLeg;
const arriving = {
  phase: 'arriving',
  leg: 'leg/7',
  trunk: 'a',
  way,
  owed: 'nothing',
  offer: '4000',
} as unknown as SipLeg;
const opened: SipLegEvent = { type: 'opened', local: ['192.0.2.1', 10_000] };
const release: SipLegEvent = { type: 'command', command: { do: 'release', leg: 'leg/7', cause: 'answeredElsewhere' } };
const got = (status: number, sdp?: string): SipSignal => ({
  sip: 'provisional',
  status,
  ...(sdp === undefined ? {} : { sdp }),
});
const ok: SipSignal = { sip: 'accepted', sdp: '4000' };
const refused: SipSignal = { sip: 'refused', status: 486, contacts: [], credentialsRefused: false };

const wordOf = (effect: SipLegEffect): string => {
  if ('tell' in effect) return `<${effect.tell.type}>`;
  if (effect.do === 'respond') return `respond ${effect.status}`;
  if (effect.do === 'media') return `media ${effect.media.remote?.[1]}`;
  return effect.do;
};
/** What a leg does, event by event, apart from the evidence of health. */
const does = (from: SipLeg, ...events: readonly SipLegEvent[]): { words: string[]; phase: SipLeg['phase'] } => {
  let state = from;
  const words: string[] = [];
  for (const event of events) {
    const out = machine.step(state, event, now);
    state = out.state;
    words.push(...out.effects.map(wordOf).filter((word) => word !== 'hear'));
  }
  return { words, phase: state.phase };
};

describe('a leg that has lost the race', () => {
  const table: readonly (readonly [what: string, events: readonly SipLegEvent[], does: string, phase: string])[] = [
    ['late 100', [release, got(100)], 'abandon close cancel', 'cancelling'],
    ['late 18x', [release, got(180, '4000')], 'abandon close cancel', 'cancelling'],
    ['late 100, then late 18x', [release, got(100), got(183, '4000')], 'abandon close cancel', 'cancelling'],
    ['late 200 without a 1xx', [release, ok], 'abandon close bye <released>', 'leaving'],
    ['late 200 after the CANCEL', [release, got(100), ok], 'abandon close cancel bye <released>', 'leaving'],
    ['CANCEL crosses 200', [got(100), release, ok], '<proceeding> close cancel bye <released>', 'leaving'],
    ['CANCEL crosses 486', [got(100), release, refused], '<proceeding> close cancel <released>', 'gone'],
    ['late refusal', [release, refused], 'abandon close <released>', 'gone'],
    ['rang, was cancelled, is answered', [got(180), release, ok], '<alerting> close cancel bye <released>', 'leaving'],
    ['released twice', [got(100), release, release, ok], '<proceeding> close cancel bye <released>', 'leaving'],
  ];
  for (const [what, events, wanted, phase] of table) {
    it(`${what}: ${wanted}`, () => {
      const done = does(opening, opened, ...events);
      assert.deepEqual(done, { words: ['invite', ...wanted.split(' ')], phase });
    });
  }
});

describe('early media of two branches of one INVITE', () => {
  it('is that of one branch at a time, and at last that of the one that answered', () => {
    const done = does(opening, opened, got(183, '4000'), got(183, '5000'), { sip: 'accepted', sdp: '5000' });
    assert.deepEqual(done.words, [
      ...['invite', 'media 4000', '<progress>', 'media 5000', '<progress>'],
      ...['media 5000', '<connect>'],
    ]);
  });
});

describe('an offered leg', () => {
  const caller = { leg: 'leg/7', is: 'offered' } as const;
  it('says 182 while its call waits, and 183 or 180 when there is something to hear', () => {
    const queued: SipLegEvent = { type: 'command', command: { do: 'alert', leg: caller, hear: 'queued' } };
    const rings: SipLegEvent = { type: 'command', command: { do: 'alert', leg: caller, hear: 'local ringback' } };
    assert.deepEqual(does(arriving, opened, queued, queued, rings).words, [
      'respond 182',
      'respond 182',
      'respond 180',
    ]);
    assert.deepEqual(does(arriving, queued, opened).words, ['respond 182']);
  });
  it('is refused with the status that was asked for', () => {
    const command = { do: 'release', leg: 'leg/7', cause: 'duplicate', status: 486 } as const;
    assert.deepEqual(does(arriving, opened, { type: 'command', command }).words, [
      'respond 486',
      'close',
      '<released>',
    ]);
  });
});
