import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import type { LegId } from '../leg/leg.ts';
import type { Message, Reservation } from '../mailbox/shelf.ts';
import { type Announcement, announcementMachine, beginAnnouncement } from './announcement-machine.ts';
import {
  beginMessage,
  type LeaveMessage,
  type LeaveMessageEffect,
  type LeaveMessageEvent,
  leaveMessageMachine,
} from './leave-message-machine.ts';
import { beginMenu, type Menu, type MenuEffect, type MenuEvent, mailboxMenuMachine } from './mailbox-menu-machine.ts';
import { chance, drive, VoiceInvariants } from './test-sequences.ts';
import { summaryOf } from './utterance.ts';
import type { VoiceEvent } from './voice-leg.ts';

const SEEDS = 2_000;
const leg: LegId = 'leg/2';
const now = 1_000 as Instant;
const room: Reservation = { message: 'm1', mailbox: 'line/2', file: '/m1.wav', longestS: 180, silenceEndsS: 10 };
const ask = { leg, beside: 'leg/1', mailbox: 'line/2', from: { number: '7890' }, greeting: 'greeting' } as const;
const connected = { leg, is: 'connected' } as const;
const release: VoiceEvent = { type: 'command', command: { do: 'release', leg, cause: 'hungUp' } };
const digit = (key: string): VoiceEvent => ({ type: 'command', command: { do: 'digit', leg: connected, digit: key } });

/** News of the present voice, or now and then of one that is long gone. */
const voiceNews = (voice: number, random: () => number): VoiceEvent => {
  const of = random() < 0.85 ? voice : Math.max(0, voice - 1);
  const which = Math.floor(random() * 5);
  if (which === 0) return { type: 'opened', voice: of, context: 'context/1', termination: 'recorder/7' };
  if (which === 1) return { type: 'failed', voice: of };
  if (which === 2) return { type: 'stopped', voice: of };
  const why = (['end', 'silence', 'longest', 'disk', 'hangUp'] as const)[Math.floor(random() * 5)]!;
  return { type: 'finished', voice: of, why };
};

describe('leaving a message', () => {
  type Row = readonly [
    what: string,
    state: LeaveMessage,
    event: LeaveMessageEvent,
    phase: LeaveMessage['phase'],
    effects: readonly string[],
  ];
  const common = { leg, beside: 'leg/1', mailbox: 'line/2', from: { number: '7890' }, voice: 3 } as const;
  const recording: LeaveMessage = { ...common, phase: 'recording', room };
  const storing: LeaveMessage = { ...common, phase: 'storing', room, next: 'farewell' };
  const tone: VoiceEvent = { type: 'command', command: { do: 'release', leg, cause: 'hungUp', toneMs: 1_400 } };
  const rows: readonly Row[] = [
    [
      'the greeting waits for the room',
      { ...common, phase: 'answering', until: now, paused: true, greeting: 'greeting' },
      { type: 'room', room },
      'greeting',
      ['play greeting,tone'],
    ],
    [
      'and for the path',
      { ...common, phase: 'answering', until: now, paused: false, greeting: 'greeting' },
      { type: 'room', room },
      'answering',
      [],
    ],
    [
      'no room is told',
      { ...common, phase: 'answering', until: now, paused: false, greeting: 'greeting' },
      { type: 'room', room: { refused: 'quota', why: '' } },
      'farewell',
      ['play mailboxFull'],
    ],
    [
      'recording begins when the tone ends',
      { ...common, phase: 'greeting', room, skippable: true },
      { type: 'finished', voice: 3, why: 'end' },
      'recording',
      ['stop 3', 'record /m1.wav'],
    ],
    [
      'an older voice says nothing',
      { ...common, phase: 'greeting', room, skippable: true },
      { type: 'finished', voice: 2, why: 'end' },
      'greeting',
      [],
    ],
    ['# ends it', recording, digit('#'), 'storing', ['stop 3']],
    ['other keys do not', recording, digit('1'), 'recording', []],
    ['the hang-up tone comes off', recording, tone, 'storing', ['stop 3 less 1400', 'released']],
    ['it is stored when it stands', storing, { type: 'stopped', voice: 3 }, 'farewell', ['commit', 'play goodbye']],
    [
      'not before',
      storing,
      { type: 'opened', voice: 3, context: 'context/1', termination: 'recorder/7' },
      'storing',
      [],
    ],
    ['a caller who goes meanwhile is let go', storing, release, 'storing', ['released']],
    [
      'room that comes too late is given back',
      { ...common, phase: 'awaitingRoom' },
      { type: 'room', room },
      'gone',
      ['commit'],
    ],
  ];
  const inShort = (effect: LeaveMessageEffect): string => {
    if ('tell' in effect) return effect.tell.type;
    if (effect.do === 'play') return `play ${effect.words}`;
    if (effect.do === 'record') return `record ${effect.room.file}`;
    if (effect.do === 'stop') return `stop ${effect.voice}${effect.cutMs === undefined ? '' : ` less ${effect.cutMs}`}`;
    return effect.do;
  };
  for (const [what, state, event, phase, effects] of rows) {
    it(what, () => {
      const out = leaveMessageMachine.step(state, event, now);
      assert.deepEqual([out.state.phase, out.effects.map(inShort)], [phase, effects]);
    });
  }

  it('remembers where it is recorded, for a plane after it', () => {
    const opened = { type: 'opened', voice: 3, context: 'context/4', termination: 'recorder/7' } as const;
    const { state } = leaveMessageMachine.step(recording, opened, now);
    assert.deepEqual(state, { ...recording, recorder: 'recorder/7', context: 'context/4' });
  });

  it('commits each room once, only when nothing writes to it any more, and leaves no voice behind', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = chance(seed);
      const invariants = new VoiceInvariants(leg);
      let [reserved, committed] = [0, 0];
      let asked = false;
      const take = (effects: readonly LeaveMessageEffect[]): void => {
        for (const effect of effects) if ('do' in effect && effect.do === 'commit') committed++;
        invariants.take(effects);
        assert.ok(committed <= reserved, 'what was not reserved is not committed');
      };
      const next = (state: LeaveMessage): LeaveMessageEvent => {
        const which = random();
        if (which < 0.2 && !asked) {
          asked = true;
          if (random() < 0.2) return { type: 'room', room: { refused: 'quota', why: '' } };
          reserved++;
          return { type: 'room', room };
        }
        if (which < 0.25) return release;
        if (which < 0.4) return digit('0123456789*#'[Math.floor(random() * 12)]!);
        return voiceNews(state.voice, random);
      };
      const begun = beginMessage(ask, now);
      const last = drive(leaveMessageMachine, begun, next, take, random, now);
      // The caller goes at last, what is asked for comes, and what was stopped says so.
      const ends: LeaveMessageEvent[] = [release, ...(asked ? [] : [{ type: 'room', room } as const])];
      if (!asked) reserved = 1;
      let state = last;
      for (const event of [...ends, { type: 'stopped', voice: last.voice } as const]) {
        const out = leaveMessageMachine.step(state, event, now);
        state = out.state;
        take(out.effects);
      }
      assert.equal(state.phase, 'gone', `seed ${seed}`);
      assert.equal(invariants.released, 1, `seed ${seed}`);
      assert.equal(invariants.standing.size, 0, `seed ${seed}`);
      assert.equal(committed, reserved, `seed ${seed}: the room is given back or kept`);
    }
  });
});

describe('the menu of a mailbox', () => {
  const message = (id: string, is: Message['is']): Message =>
    ({ id, mailbox: 'line/2', at: 0, from: { number: '' }, seconds: 3, is }) as const;
  const messages = [message('a', 'new'), message('b', 'kept'), message('c', 'new')];

  it('says how many there are', () => {
    const many = Array.from({ length: 21 }, (_, at) => message(`${at}`, 'new'));
    assert.deepEqual(summaryOf([]), ['noMessages']);
    assert.deepEqual(summaryOf([message('a', 'new')]), ['youHave', 'oneNewMessage']);
    assert.deepEqual(summaryOf([message('a', 'kept')]), ['youHave', 'oneKeptMessage']);
    assert.deepEqual(summaryOf(messages), ['youHave', 'number2', 'newMessages', 'and', 'oneKeptMessage']);
    assert.deepEqual(summaryOf(many), ['youHave', 'many', 'newMessages']);
  });

  it('never plays two things at once, ends in any case, and touches nothing before the PIN was right', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = chance(seed);
      const invariants = new VoiceInvariants(leg);
      let right = false;
      const take = (effects: readonly MenuEffect[]): void => {
        invariants.take(effects);
        const touched = effects.some((each) => 'do' in each && ['look', 'keep', 'delete', 'record'].includes(each.do));
        assert.ok(right || !touched, `seed ${seed}: before the PIN was right`);
      };
      const next = (menu: Menu): MenuEvent => {
        const which = random();
        if (which < 0.1 && menu.phase === 'looking') return { type: 'looked', messages: right ? messages : [] };
        if (which < 0.2 && menu.phase === 'looking' && !right) {
          right = random() < 0.5;
          return { type: 'pin', outcome: right ? 'right' : 'wrong' };
        }
        if (which < 0.22) return release;
        if (which < 0.6) return digit('0123456789*#'[Math.floor(random() * 12)]!);
        if (menu.phase === 'greetingRoom') {
          return { type: 'room', room: random() < 0.5 ? room : { refused: 'disk', why: '' } };
        }
        if (menu.phase === 'storing' && random() < 0.5) return { type: 'greetingStored', stored: random() < 0.5 };
        return voiceNews(menu.voice, random);
      };
      const begun = beginMenu({ leg, beside: 'leg/1', mailbox: 'line/2', pinWanted: true, locked: false }, now);
      const last = drive(mailboxMenuMachine, begun, next, take, random, now);
      take(mailboxMenuMachine.step(last, release, now).effects);
      assert.equal(invariants.released, 1, `seed ${seed}`);
      assert.equal(invariants.standing.size, 0, `seed ${seed}`);
    }
  });

  it('goes on by itself to an end when nobody does anything', () => {
    let { state } = beginMenu({ leg, beside: 'leg/1', mailbox: 'line/2', pinWanted: false, locked: false }, now);
    let at = now;
    for (let steps = 0; steps < 100 && state.phase !== 'gone'; steps++) {
      const due = mailboxMenuMachine.deadline(state);
      assert.ok(due !== undefined, `${state.phase} has no deadline`);
      const asked: MenuEvent =
        state.phase === 'looking' ? { type: 'looked', messages } : { type: 'finished', voice: state.voice, why: 'end' };
      const waits = state.playing || state.phase === 'looking';
      if (!waits) at = due;
      state = mailboxMenuMachine.step(state, waits ? asked : { type: 'lapse' }, at).state;
    }
    assert.equal(state.phase, 'gone');
    assert.ok(at - now < 60_000, `after ${at - now} ms of silence`);
  });
});

describe('a sentence for a failure', () => {
  it('always ends with the cause that it tells, and leaves no player behind', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = chance(seed);
      const invariants = new VoiceInvariants(leg);
      const next = (announcement: Announcement): VoiceEvent =>
        random() < 0.1 ? release : voiceNews(announcement.voice, random);
      const take = (effects: Parameters<VoiceInvariants['take']>[0]): void => {
        for (const effect of effects as { tell?: { type: string; cause?: string } }[]) {
          if (effect.tell?.type === 'released') assert.equal(effect.tell.cause, 'noRoute');
          assert.notEqual(effect.tell?.type, 'connect', 'it is never answered');
        }
        invariants.take(effects);
      };
      const begun = beginAnnouncement(leg, 'leg/1', 'noRoute');
      const last = drive(announcementMachine, begun, next, take, random, now);
      take(announcementMachine.step(last, release, now).effects);
      assert.equal(invariants.released, 1, `seed ${seed}`);
      assert.equal(invariants.standing.size, 0, `seed ${seed}`);
    }
  });

  it('is over at once where a failure has no words', () => {
    const { state, effects } = beginAnnouncement(leg, 'leg/1', 'busy');
    assert.equal(state.over, true);
    assert.deepEqual(effects, [{ tell: { type: 'released', leg, cause: 'busy' } }]);
  });
});
