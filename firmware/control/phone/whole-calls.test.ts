import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SipSignal } from '../sip/face.ts';
import { TestOffice } from './test-office.ts';

let office: TestOffice;
beforeEach(() => {
  office = new TestOffice();
});
afterEach(() => assert.deepEqual(office.faults, []));

const provisional = (status: number, sdp?: string): SipSignal => ({
  sip: 'provisional',
  status,
  ...(sdp === undefined ? {} : { sdp }),
});
const refused = (status: number, q850?: number, contacts: string[] = []): SipSignal => ({
  sip: 'refused',
  status,
  contacts,
  credentialsRefused: false,
  ...(q850 === undefined ? {} : { reason: { q850 } }),
});
const accepted: SipSignal = { sip: 'accepted', sdp: 'sendReceive' };
const lift = () => office.line('line/1', { is: 'offHook' });
const hangUp = () => office.line('line/1', { is: 'onHook' });
const call = async (number: string) => {
  await lift();
  await office.dial('line/1', number);
};

describe('a call from phone to phone', () => {
  it('rings, is answered, and ends on both sides when one hangs up', async () => {
    await call('12');
    assert.equal(office.engine.playing.get('line/2'), 'normal [object Object]');
    assert.equal(office.engine.playing.get('line/1'), 'ringback true');
    await office.line('line/2', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/2']]);
    assert.equal(office.engine.playing.get('line/1'), 'none');
    assert.deepEqual([office.phone('line/1'), office.phone('line/2')], ['talking', 'talking']);
    await hangUp();
    assert.equal(office.phone('line/2'), 'hearing');
    assert.equal(office.engine.playing.get('line/2'), 'busy');
    await office.line('line/2', { is: 'onHook' });
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(office.left(), []);
    const facts = office.facts.map((each) => each.fact);
    assert.deepEqual(facts, ['callBegan', 'attemptBegan', 'callAlerting', 'callAnswered', 'callEnded']);
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'hungUp', by: 'caller' },
    ]);
  });
});

describe('a call from phone to softswitch', () => {
  it('goes out with the net in the context of the phone, talks, and ends by the far end', async () => {
    await call('3456');
    assert.deepEqual(office.userAgent.did, ['invite primary sip:3456@primary']);
    assert.deepEqual(office.engine.joined(), [['line/1', 'net/2']]);
    await office.answer('primary', provisional(100));
    await office.answer('primary', provisional(180));
    assert.equal(office.engine.playing.get('line/1'), 'ringback true');
    assert.equal(office.engine.modes.get('net/2'), 'inactive');
    await office.answer('primary', accepted);
    assert.equal(office.phone('line/1'), 'talking');
    assert.equal(office.engine.modes.get('net/2'), 'sendReceive');
    await office.answer('primary', { sip: 'bye' });
    assert.equal(office.engine.playing.get('line/1'), 'busy');
    await hangUp();
    assert.deepEqual(office.left(), []);
    assert.deepEqual(
      office.facts.map((each) => each.fact),
      ['callBegan', 'attemptBegan', 'callAlerting', 'callAnswered', 'callMedia', 'callEnded'],
    );
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'hungUp', by: 'callee' },
    ]);
  });

  it('states its end when the last figures of its audio have come, or after a second without', async () => {
    let come = () => {};
    for (const late of [false, true]) {
      office.engine.figures = new Promise((resolve) => {
        come = resolve;
      });
      await call('3456');
      await office.answer('primary', accepted);
      await hangUp();
      assert.equal(office.told('callEnded').length, late ? 1 : 0);
      if (late) await office.turn(1000);
      else come();
      await office.settle();
      assert.equal(office.told('callEnded').length, late ? 2 : 1);
      assert.equal(office.told('callMedia').length, 1);
      await office.answer('primary', { sip: 'ended' });
    }
    come();
  });

  it('lets the caller hear early media, and no ringback over it', async () => {
    await call('3456');
    await office.answer('primary', provisional(183, 'sendReceive'));
    assert.equal(office.engine.modes.get('net/2'), 'sendReceive');
    await office.answer('primary', provisional(180));
    assert.equal(office.engine.playing.get('line/1'), 'none');
    assert.deepEqual(office.told('callAlerting').length, 1);
  });

  it('plays busy when the callee is, and does not try the other softswitch', async () => {
    await call('3456');
    await office.answer('primary', provisional(100));
    await office.answer('primary', refused(486));
    assert.equal(office.engine.playing.get('line/1'), 'busy');
    assert.deepEqual(office.userAgent.did, ['invite primary sip:3456@primary']);
    assert.deepEqual(office.told('attemptEnded'), [
      { fact: 'attemptEnded', call: 'call/test-1', attempt: 'primary', cause: 'busy', status: 486 },
    ]);
    await hangUp();
    assert.deepEqual(office.left(), []);
  });

  it('starts the second softswitch beside a silent one after 1.2 s, and owes the CANCEL to the first', async () => {
    await call('3456');
    await office.turn(1199);
    assert.equal(office.userAgent.invites.length, 1);
    await office.turn(1);
    assert.equal(office.userAgent.invites.length, 2);
    await office.answer('secondary', provisional(180));
    assert.deepEqual(office.userAgent.did.slice(2), ['abandon primary']);
    await office.answer('secondary', accepted);
    // The first wakes up: its 100 lets the CANCEL go, its late 200 is ended by BYE.
    await office.answer('primary', provisional(100));
    await office.answer('primary', accepted);
    assert.deepEqual(office.userAgent.did.slice(2), [
      'abandon primary',
      'cancel primary',
      'bye primary answeredElsewhere',
    ]);
    assert.equal(office.phone('line/1'), 'talking');
    await office.answer('primary', { sip: 'ended' });
    await hangUp();
    assert.deepEqual(office.userAgent.did.at(-1), 'bye secondary hungUp');
    await office.answer('secondary', { sip: 'ended' });
    assert.deepEqual(office.left(), []);
    assert.deepEqual(office.told('callAnswered').length, 1);
  });

  it('begins the silence budget anew when a challenge was answered', async () => {
    await call('3456');
    await office.turn(1000);
    await office.answer('primary', { sip: 'challenged' });
    await office.turn(1100);
    assert.equal(office.userAgent.invites.length, 1);
    await office.turn(100);
    assert.equal(office.userAgent.invites.length, 2);
  });

  it('leaves out a softswitch that is known to be down', async () => {
    office.health = { primary: 'down', secondary: 'up' };
    await call('3456');
    assert.deepEqual(office.userAgent.did, ['invite secondary sip:3456@secondary']);
  });

  it('says so when every way has failed, then gives congestion tone', async () => {
    office.health = { primary: 'up', secondary: 'up' };
    await call('3456');
    await office.answer('primary', refused(503));
    await office.answer('secondary', refused(503));
    assert.ok(office.engine.asked.includes('add player allLinesBusy'));
    await office.heard();
    await office.turn(1_000);
    await office.heard();
    assert.equal(office.engine.playing.get('line/1'), 'congestion');
    await hangUp();
    assert.deepEqual(office.left(), []);
  });

  const phases: readonly [string, () => Promise<void>, string | undefined][] = [
    ['before any answer', async () => {}, 'abandon primary'],
    ['after 100', () => office.answer('primary', provisional(100)), 'cancel primary'],
    ['while it rings', () => office.answer('primary', provisional(180)), 'cancel primary'],
    ['in the call', () => office.answer('primary', accepted), 'bye primary hungUp'],
  ];
  for (const [when, reach, last] of phases) {
    it(`ends in order when the caller hangs up ${when}`, async () => {
      await call('3456');
      await reach();
      await hangUp();
      assert.equal(office.userAgent.did.at(-1), last);
      assert.equal(office.told('callEnded').length, 1);
      assert.deepEqual([...office.engine.contexts.keys()], []);
      await office.answer('primary', when === 'in the call' ? { sip: 'ended' } : refused(487));
      assert.deepEqual(office.left(), []);
    });
  }

  it('ends in order when the caller hangs up before the engine has opened the net', async () => {
    await lift();
    for (const digit of '345') await office.dial('line/1', digit);
    office.engine.happen('line/1', { is: 'digit', digit: '6', heardBy: 'dtmf', lastedMs: 80 });
    office.engine.happen('line/1', { is: 'onHook' });
    await office.settle();
    assert.deepEqual(office.userAgent.did, []);
    assert.deepEqual(office.left(), []);
    assert.equal(office.told('callEnded').length, 1);
  });

  it('ends with a tone when the engine refuses the net', async () => {
    office.engine.refuses = /add net/;
    await call('3456');
    assert.equal(office.phone('line/1'), 'hearing');
    await hangUp();
    assert.deepEqual(office.left(), []);
  });

  it('follows a redirection by the same softswitch', async () => {
    await call('3456');
    await office.answer('primary', refused(302, undefined, ['sip:7890@198.51.100.9']));
    assert.deepEqual(office.userAgent.did.at(-1), 'invite primary sip:7890@primary');
  });

  it('carries digits as INFO both ways where the trunk wants them so', async () => {
    office.digits = 'info';
    await call('3456');
    await office.answer('primary', accepted);
    await office.dial('line/1', '7');
    assert.equal(office.userAgent.did.at(-1), 'info Signal=7');
    await office.answer('primary', { sip: 'info', contentType: 'application/dtmf-relay', body: 'Signal=5\r\n' });
    assert.equal(office.engine.playing.get('line/1'), '5 dtmf');
  });

  it('takes hold and resume of the far end into the mode of the net', async () => {
    await call('3456');
    await office.answer('primary', accepted);
    await office.answer('primary', { sip: 'reoffered', sdp: 'sendOnly' });
    assert.equal(office.engine.modes.get('net/2'), 'receiveOnly');
    await office.answer('primary', { sip: 'reoffered', sdp: 'inactive' });
    assert.equal(office.engine.modes.get('net/2'), 'inactive');
    await office.answer('primary', { sip: 'reoffered', sdp: 'sendReceive' });
    assert.equal(office.engine.modes.get('net/2'), 'sendReceive');
    await office.answer('primary', { sip: 'reoffered', sdp: 'garbage' });
    assert.deepEqual(office.userAgent.did.slice(-4), ['respond 200', 'respond 200', 'respond 200', 'respond 488']);
    assert.equal(office.phone('line/1'), 'talking');
  });

  it('ends when no packet has come for long', async () => {
    await call('3456');
    await office.answer('primary', accepted);
    office.engine.happen('net/2', { is: 'mediaLost', cause: 'stopped' });
    await office.settle();
    assert.equal(office.userAgent.did.at(-1), 'bye primary mediaLost');
    assert.equal(office.engine.playing.get('line/1'), 'congestion');
  });
});

describe('a call from a softswitch', () => {
  const invite = {
    flow: 'primary',
    requestUser: 'token',
    called: '12',
    caller: { number: '3456', name: 'Ada' },
    callId: 'x',
    sdp: 'sendReceive',
  };

  it('rings the phone of the account, is answered, and ends when the phone hangs up', async () => {
    assert.deepEqual(office.userAgent.arrive(invite), { leg: 'leg/1' });
    await office.settle();
    assert.deepEqual(office.userAgent.did, ['respond 180']);
    await office.line('line/2', { is: 'offHook' });
    assert.deepEqual(office.userAgent.did, ['respond 180', 'respond 200']);
    assert.deepEqual(office.engine.joined(), [['line/2', 'net/1']]);
    assert.equal(office.engine.modes.get('net/1'), 'sendReceive');
    office.runner.tell('leg/1', { sip: 'acknowledged' });
    await office.line('line/2', { is: 'onHook' });
    assert.equal(office.userAgent.did.at(-1), 'bye incoming hungUp');
    office.runner.tell('leg/1', { sip: 'ended' });
    await office.settle();
    assert.deepEqual(office.left(), []);
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'hungUp', by: 'callee' },
    ]);
  });

  it('is told busy while the phone is off hook', async () => {
    await office.line('line/2', { is: 'offHook' });
    office.userAgent.arrive(invite);
    await office.settle();
    assert.deepEqual(office.userAgent.did, ['respond 486']);
    assert.deepEqual(office.left(), []);
  });

  it('rings until the softswitch takes it back, which hears of it every minute; two minutes more when that is lost', async () => {
    const lost = () => {
      office.runner.cascade(() => office.runner.fact({ fact: 'trunkDown', trunk: 'primary', why: 'silent' }));
    };
    office.userAgent.arrive(invite);
    await office.settle();
    await office.turn(300_000);
    assert.equal(office.phone('line/2'), 'ringing');
    assert.deepEqual(
      office.userAgent.did,
      Array.from({ length: 7 }, () => 'respond 180'),
    );
    office.runner.cascade(() => office.runner.fact({ fact: 'trunkDown', trunk: 'secondary', why: 'silent' }));
    await office.turn(119_000);
    lost();
    await office.turn(119_000);
    assert.equal(office.phone('line/2'), 'ringing');
    await office.turn(1_000);
    assert.equal(office.phone('line/2'), 'onHook');
    assert.equal(office.userAgent.did.at(-1), 'respond 480');
    assert.deepEqual(office.left(), []);
  });

  it('rings as long as settings say where its softswitch is down already', async () => {
    office.health = { ...office.health, primary: 'down' };
    office.userAgent.arrive(invite);
    await office.turn(120_000);
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(office.left(), []);
  });

  it('falls silent when the caller gives up', async () => {
    office.userAgent.arrive(invite);
    await office.settle();
    office.runner.tell('leg/1', { sip: 'cancelled' });
    await office.settle();
    assert.equal(office.phone('line/2'), 'onHook');
    assert.equal(office.engine.playing.get('line/2'), 'none');
    assert.deepEqual(office.left(), []);
  });

  it('is refused with 488 when there is no codec in common', async () => {
    office.userAgent.arrive({ ...invite, sdp: 'garbage' });
    await office.settle();
    assert.deepEqual(office.userAgent.did, ['respond 488']);
    assert.deepEqual(office.left(), []);
  });

  it('offers in its 200 when the INVITE brought no offer', async () => {
    const { sdp: _, ...late } = invite;
    office.userAgent.arrive(late);
    await office.settle();
    await office.line('line/2', { is: 'offHook' });
    assert.equal(office.engine.modes.get('net/1'), 'inactive');
    office.runner.tell('leg/1', { sip: 'acknowledged', sdp: 'sendReceive' });
    await office.settle();
    assert.equal(office.engine.modes.get('net/1'), 'sendReceive');
  });
});

describe('exchange lines', () => {
  it('take an outside call when both softswitches are down', async () => {
    office.health = { primary: 'down', secondary: 'down', 'line/9': 'up' };
    await call('3456');
    assert.equal(office.engine.playing.get('line/9'), 'seize 3456');
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/9']]);
    await office.line('line/9', { is: 'seized', dialTone: true });
    await office.line('line/9', { is: 'dialled' });
    await office.line('line/9', { is: 'ringback' });
    await office.line('line/9', { is: 'answered', by: 'polarity' });
    assert.equal(office.phone('line/1'), 'talking');
    await office.line('line/9', { is: 'disconnected', by: 'loop' });
    assert.equal(office.engine.playing.get('line/1'), 'busy');
    await hangUp();
    assert.deepEqual(office.left(), []);
    assert.equal(office.engine.playing.get('line/9'), 'release');
  });

  it('take the call after two silent softswitches', async () => {
    await call('3456');
    await office.turn(1200);
    await office.turn(1200);
    assert.deepEqual(office.userAgent.did.slice(2), ['abandon primary', 'abandon secondary']);
    assert.equal(office.engine.playing.get('line/9'), 'seize 3456');
  });

  it('are given up without dial tone; the caller is told in words, then by the congestion tone', async () => {
    office.health = { 'line/9': 'up' };
    await call('3456');
    await office.line('line/9', { is: 'seized', dialTone: false });
    assert.deepEqual(office.told('attemptEnded'), [
      { fact: 'attemptEnded', call: 'call/test-1', attempt: 'line/9', cause: 'lineDead' },
    ]);
    assert.deepEqual(office.engine.joined(), [['line/1', 'player/3']]);
    await office.heard();
    await office.turn(1_000);
    await office.heard();
    assert.equal(office.engine.playing.get('line/1'), 'congestion');
    assert.equal(office.told('callAnswered').length, 0);
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'lineDead', by: 'callee' },
    ]);
  });

  it('ring their phone, with the number of the caller', async () => {
    await office.line('line/9', { is: 'rung' });
    assert.equal(office.phone('line/2'), 'onHook');
    await office.line('line/9', { is: 'callerId', callerId: { number: '7890' } });
    assert.equal(office.phone('line/2'), 'ringing');
    await office.line('line/2', { is: 'offHook' });
    assert.equal(office.engine.playing.get('line/9'), 'answer');
    assert.deepEqual(office.engine.joined(), [['line/2', 'line/9']]);
    await office.line('line/2', { is: 'onHook' });
    assert.equal(office.engine.playing.get('line/9'), 'release');
    assert.deepEqual(office.left(), []);
  });

  it('ring their phone without a number when none came, and fall silent when the caller goes', async () => {
    await office.line('line/9', { is: 'rung' });
    await office.turn(4000);
    assert.equal(office.phone('line/2'), 'ringing');
    await office.line('line/9', { is: 'ringEnded' });
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(office.left(), []);
  });
});

describe('digits that are no number', () => {
  for (const [number, waits, cause] of [
    ['*9', true, 'numberIncomplete'],
    ['#', false, 'unknownNumber'],
  ] as const) {
    it(`are a call with a record, and a sentence before the tone: ${number}`, async () => {
      await call(number);
      if (waits) await office.turn(office.configuration.routing.interDigitS * 1000);
      assert.deepEqual(
        office.told('attemptBegan').map((fact) => 'target' in fact && [fact.target.kind, fact.target.id]),
        [['sentence', cause]],
      );
      assert.deepEqual(office.userAgent.did, []);
      await office.heard();
      await office.turn(1_000);
      await office.heard();
      assert.equal(office.phone('line/1'), 'hearing');
      assert.equal(office.engine.playing.get('line/1'), 'special');
      assert.deepEqual(
        office.told('callEnded').map((fact) => 'cause' in fact && fact.cause),
        [cause],
      );
      await hangUp();
      assert.deepEqual(office.left(), []);
    });
  }

  it('are no call when there are none: the tone alone', async () => {
    await lift();
    await office.turn(office.configuration.routing.firstDigitS * 1000);
    assert.equal(office.phone('line/1'), 'hearing');
    assert.equal(office.engine.playing.get('line/1'), 'special');
    assert.deepEqual(office.told('callBegan'), []);
  });
});

describe('emergency calls', () => {
  it('go to the exchange line first, without waiting for more digits', async () => {
    await call('112');
    assert.equal(office.engine.playing.get('line/9'), 'seize 112');
    await office.line('line/9', { is: 'seized', dialTone: false });
    assert.deepEqual(office.userAgent.did, ['invite primary sip:112@primary']);
    await office.answer('primary', refused(486));
    assert.deepEqual(office.userAgent.did.at(-1), 'invite secondary sip:112@secondary');
  });
});

describe('the loss of the engine', () => {
  it('ends every call in order, on both sides', async () => {
    await call('3456');
    await office.answer('primary', accepted);
    office.calls.endAll('mediaLost');
    office.media.forget();
    await office.settle();
    assert.equal(office.userAgent.did.at(-1), 'bye primary mediaLost');
    assert.equal(office.phone('line/1'), 'hearing');
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'mediaLost', by: 'gateway' },
    ]);
  });
});

describe('states of a call', () => {
  it('are plain data, and are gone when it is over', async () => {
    await call('3456');
    await office.answer('primary', accepted);
    const kept = [...office.states.keys()].filter((id) => !id.startsWith('exchange/'));
    const media = ['media/leg/1', 'media/leg/2'];
    assert.deepEqual(kept.sort(), ['call/test-1', 'leg/2', ...media, 'phone/line/1', 'phone/line/2']);
    for (const state of office.states.values()) assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
    await hangUp();
    await office.answer('primary', { sip: 'ended' });
    assert.equal(office.states.has('leg/2'), false);
    assert.equal(office.states.has('call/test-1'), false);
    assert.deepEqual(
      [...office.states.keys()].filter((id) => id.startsWith('media/')),
      [],
    );
  });
});

describe('settings that take a phone away in mid-call', () => {
  it('end its call in order and forget it; the other calls go on', async () => {
    await call('12');
    await office.line('line/2', { is: 'offHook' });
    office.phones.configure(
      { ...office.configuration, lines: office.configuration.lines.filter((line) => line.id !== 'line/2') },
      ['112'],
    );
    await office.settle();
    assert.equal(office.told('callEnded').length, 1);
    assert.equal(office.phone('line/1'), 'hearing');
    assert.deepEqual([...office.engine.contexts.keys()], []);
    assert.equal(office.phone('line/2'), undefined);
    await hangUp();
    assert.deepEqual(office.left(), []);
  });
});

describe('a start that finds handsets lifted', () => {
  const start = async (before: ReadonlyMap<string, unknown>) => {
    office.engine.lifted.add('line/1');
    await office.phones.ready(await office.engine.audit(), 'gatewayRestarted', { before });
    await office.settle();
  };

  it('lets a phone that was lifted meanwhile dial', async () => {
    await start(new Map([['phone/line/1', { at: 'onHook' }]]));
    assert.equal(office.phone('line/1'), 'dialling');
    await office.dial('line/1', '3456');
    assert.deepEqual(office.userAgent.did, ['invite primary sip:3456@primary']);
  });

  it('believes the lift, not an older audit: of one that is lifted after it, and while orders are given', async () => {
    const audit = await office.engine.audit();
    office.engine.lifted.add('line/1');
    await lift();
    const ready = office.phones.ready(audit, 'gatewayRestarted', {});
    await office.line('line/2', { is: 'offHook' });
    await ready;
    await office.settle();
    assert.deepEqual([office.phone('line/1'), office.phone('line/2')], ['dialling', 'dialling']);
    await office.line('line/2', { is: 'onHook' });
    await office.dial('line/1', '3456');
    assert.deepEqual(office.userAgent.did, ['invite primary sip:3456@primary']);
  });

  it('does not disturb one whose lifting was heard already', async () => {
    await lift();
    await office.dial('line/1', '34');
    await start(new Map());
    await office.dial('line/1', '56');
    assert.deepEqual(office.userAgent.did, ['invite primary sip:3456@primary']);
  });

  for (const left of [
    { at: 'talking', leg: 'leg/7' },
    { at: 'dialling', dialling: { typed: '3', lapseAt: 0 } },
  ]) {
    it(`says that it is over to one that was left ${left.at}`, async () => {
      await start(new Map([['phone/line/1', left]]));
      assert.equal(office.phone('line/1'), 'hearing');
      assert.equal(office.engine.playing.get('line/1'), 'congestion');
    });
  }
});
