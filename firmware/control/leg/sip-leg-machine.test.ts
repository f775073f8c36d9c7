import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant } from '../../core/machine.ts';
import type { Cause } from '../failure.ts';
import type { SipSignal } from '../sip/face.ts';
import type { LegCommand } from './leg.ts';
import type { Negotiator } from './negotiator.ts';
import { type SipLeg, type SipLegEffect, type SipLegEvent, sipLegMachine } from './sip-leg-machine.ts';
import { agreedAt, mediaWay as way } from './test-media-way.ts';

const agreed = agreedAt(4000);
/** A description is the mode that is left for us, or `bad`. */
const words: Negotiator = {
  offer: (local, mode) => `offer ${mode} v${local.version}`,
  answer: (local, offer) =>
    offer === 'bad' ? undefined : { sdp: `answer v${local.version}`, agreed: { ...agreed, mode: offer as 'inactive' } },
  read: (_, answer) => (answer === 'bad' ? undefined : { ...agreed, mode: answer as 'inactive' }),
};
const trunk = 'primary';
const asked = { target: { kind: 'trunk', id: trunk, number: '12' }, caller: { number: '11' } } as const;
const machine = sipLegMachine(words);
const leg = 'leg/7';

/** A leg, with what it does as short words. */
class Driver {
  state: SipLeg;
  now = 1000 as Instant;
  readonly did: string[] = [];

  constructor(state: SipLeg) {
    this.state = state;
  }
  #step(event: SipLegEvent | { type: 'lapse' }): this {
    const out = machine.step(this.state, event, this.now);
    this.state = out.state;
    for (const effect of out.effects) if (!('do' in effect && effect.do === 'hear')) this.did.push(wordsOf(effect));
    assert.deepEqual(JSON.parse(JSON.stringify(this.state)), this.state, 'the state is plain data');
    return this;
  }
  opened(): this {
    return this.#step({ type: 'opened', local: ['192.0.2.1', 10_000] });
  }
  sip(signal: SipSignal): this {
    return this.#step(signal);
  }
  got(status: number, sdp?: string): this {
    return this.#step({ sip: 'provisional', status, ...(sdp === undefined ? {} : { sdp }) });
  }
  event(event: SipLegEvent): this {
    return this.#step(event);
  }
  command(command: LegCommand): this {
    return this.#step({ type: 'command', command });
  }
  release(cause: Cause = 'hungUp'): this {
    return this.command({ do: 'release', leg, cause });
  }
  lapse(): this {
    const at = machine.deadline(this.state);
    assert.ok(at !== undefined, 'a leg that waits for its end has a deadline');
    this.now = after(at, 0);
    return this.#step({ type: 'lapse' });
  }
  done(...expected: string[]): this {
    assert.deepEqual(this.did.splice(0), expected);
    return this;
  }
  is(phase: SipLeg['phase']): this {
    assert.equal(this.state.phase, phase);
    assert.equal(machine.over?.(this.state), phase === 'gone');
    return this;
  }
}
const wordsOf = (effect: SipLegEffect): string => {
  if ('tell' in effect) {
    const { tell } = effect;
    if (tell.type === 'released') return `<released ${tell.cause}${tell.status ? ` ${tell.status}` : ''}>`;
    return 'media' in tell ? `<${tell.type}${tell.media ? ' with media' : ''}>` : `<${tell.type}>`;
  }
  switch (effect.do) {
    case 'media':
      return `media ${effect.mode}`;
    case 'signal':
      if (effect.play === 'none') return 'signal none';
      return 'tone' in effect.play ? `signal ${effect.play.tone}` : 'signal';
    case 'respond':
      return `respond ${effect.status}${effect.sdp ? ` ${effect.sdp}` : ''}`;
    case 'invite':
    case 'reoffer':
      return `${effect.do} ${effect.sdp}`;
    case 'bye':
    case 'cancel':
      return `${effect.do} ${effect.cause}`;
    default:
      return effect.do;
  }
};
const accepted: SipSignal = { sip: 'accepted', sdp: 'sendReceive' };
const refused = (status: number, more: object = {}): SipSignal => ({
  sip: 'refused',
  status,
  contacts: [],
  credentialsRefused: false,
  ...more,
});
const placed = () =>
  new Driver({ phase: 'opening', leg, trunk, way, asked }).opened().done('invite offer sendReceive v1');
const arrived = (offer?: string) =>
  new Driver({ phase: 'arriving', leg, trunk, way, owed: 'nothing', ...(offer === undefined ? {} : { offer }) });
const up = () => placed().sip(accepted).done('media sendReceive', '<connect>').is('confirmed');

describe('a placed SIP leg', () => {
  it('tells each answer in the words of a call', () => {
    placed()
      .sip({ sip: 'sent' })
      .sip({ sip: 'challenged' })
      .got(100)
      .got(181)
      .got(199)
      .got(180)
      .got(183, 'sendReceive')
      .got(183, 'sendReceive')
      .got(180)
      .done(
        '<sent>',
        '<challenged>',
        '<proceeding>',
        '<progress>',
        '<proceeding>',
        '<alerting>',
        'media sendReceive',
        '<progress with media>',
        'media sendReceive',
        '<progress with media>',
        '<alerting with media>',
      );
  });

  it('is answered with the description of an earlier 183 when the 200 brings none', () => {
    placed().got(183, 'sendReceive').sip({ sip: 'accepted' }).is('confirmed');
  });

  it('ends a dialog that was answered without audio for us', () => {
    const leg = placed()
      .sip({ sip: 'accepted', sdp: 'bad' })
      .done('bye serverFailed', 'close', '<released serverFailed>');
    leg.is('leaving').sip({ sip: 'ended' }).done().is('gone');
  });

  const ends: readonly [signal: SipSignal, released: string][] = [
    [refused(486), '<released busy 486>'],
    [refused(480, { reason: { q850: 17 } }), '<released busy 480>'],
    [refused(503), '<released congestion 503>'],
    [{ sip: 'unanswered', why: 'silence', detail: '' }, '<released serverSilent>'],
    [{ sip: 'unanswered', why: 'transport', detail: '' }, '<released serverUnreachable>'],
  ];
  for (const [signal, released] of ends) {
    it(`is over after ${JSON.stringify(signal)}`, () => {
      placed().sip(signal).done('close', released).is('gone');
    });
  }

  it('names the numbers of a redirection', () => {
    const contacts = ['sip:7890@example.org', 'nonsense', 'tel:+491234'];
    const out = machine.step(placed().state, refused(302, { contacts }), 0 as Instant);
    const told = out.effects.flatMap((effect) => ('tell' in effect ? [effect.tell] : []));
    assert.deepEqual(told, [
      { type: 'released', leg, cause: 'serverFailed', status: 302, redirects: ['7890', '+491234'] },
    ]);
  });

  it('is over when its net cannot be opened, and nothing has left', () => {
    new Driver({ phase: 'opening', leg, trunk, way, asked })
      .event({ type: 'mediaFailed' })
      .done('close', '<released mediaLost>')
      .is('gone');
  });
});

describe('the release of a placed SIP leg', () => {
  it('sends nothing when the INVITE has not left', () => {
    new Driver({ phase: 'opening', leg, trunk, way, asked }).release().done('close', '<released hungUp>').is('gone');
  });

  it('owes the CANCEL until a provisional answer, and tells only its end', () => {
    const leg = placed().release('answeredElsewhere').done('abandon', 'close').is('cancelOwed');
    leg.got(100).done('cancel answeredElsewhere').is('cancelling').got(180, 'sendReceive').done();
    leg.sip(refused(487)).done('<released answeredElsewhere>').is('gone');
  });

  it('ends a 200 that comes too late by BYE, whether the CANCEL was sent or owed', () => {
    const late = (leg: Driver) => {
      leg.sip(accepted).done('bye hungUp', '<released hungUp>').is('leaving');
      return leg.sip({ sip: 'ended' }).done().is('gone');
    };
    late(placed().release().done('abandon', 'close'));
    late(placed().got(180).done('<alerting>').release().done('close', 'cancel hungUp').is('cancelling'));
  });

  it('is over when the far end never answers', () => {
    const silent: SipSignal = { sip: 'unanswered', why: 'silence', detail: '' };
    placed().release().done('abandon', 'close').sip(silent).done('<released hungUp>').is('gone');
    placed().release().done('abandon', 'close').lapse().done('<released hungUp>').is('gone');
    up().release().done('bye hungUp', 'close', '<released hungUp>').lapse().done().is('gone');
  });

  it('happens once', () => {
    up().release().done('bye hungUp', 'close', '<released hungUp>').release().done().sip({ sip: 'bye' }).done();
    placed().release().done('abandon', 'close').release().done();
  });
});

describe('an offered SIP leg', () => {
  it('rings and answers with what it agreed to', () => {
    const leg = arrived('sendReceive').opened().done().is('offered');
    leg.command({ do: 'alert', leg: { leg: 'leg/7', is: 'offered' }, hear: 'local ringback' }).done('respond 180');
    leg.command({ do: 'connect', leg: { leg: 'leg/7', is: 'offered' }, with: { leg: 'leg/8', is: 'connected' } });
    leg.done('media sendReceive', 'respond 200 answer v1').is('confirmed');
  });

  it('lets its caller hear early media by 183', () => {
    const leg = arrived('sendReceive').opened();
    leg.command({ do: 'alert', leg: { leg: 'leg/7', is: 'offered' }, hear: { leg: 'leg/8', is: 'placed' } });
    leg.done('media sendReceive', 'respond 183 answer v1');
  });

  it('does what was asked before its net was open', () => {
    const leg = arrived('sendReceive');
    leg.command({ do: 'connect', leg: { leg: 'leg/7', is: 'offered' }, with: { leg: 'leg/8', is: 'connected' } });
    leg.done().opened().done('media sendReceive', 'respond 200 answer v1');
  });

  const refusals: readonly [cause: Cause, status: number][] = [
    ['busy', 486],
    ['noAnswer', 480],
    ['unknownNumber', 404],
    ['congestion', 503],
    ['hungUp', 480],
  ];
  for (const [cause, status] of refusals) {
    it(`refuses ${cause} with ${status}`, () => {
      const done = [`respond ${status}`, 'close', `<released ${cause}>`];
      arrived('sendReceive')
        .release(cause)
        .done(...done)
        .is('gone');
      arrived('sendReceive')
        .opened()
        .release(cause)
        .done(...done)
        .is('gone');
    });
  }

  it('refuses with 488 what it cannot speak', () => {
    arrived('bad').opened().done('respond 488', 'close', '<released serverFailed>').is('gone');
  });

  it('is over when its caller gives up, or never acknowledges', () => {
    arrived('sendReceive').sip({ sip: 'cancelled' }).done('close', '<released hungUp>').is('gone');
    const elsewhere: SipSignal = { sip: 'cancelled', reason: { q850: 26 } };
    arrived('sendReceive').opened().sip(elsewhere).done('close', '<released answeredElsewhere>').is('gone');
    up().sip({ sip: 'neverAcknowledged' }).done('close', '<released serverSilent>').is('gone');
  });

  it('offers in its 200 where the INVITE brought nothing, and takes the answer from the ACK', () => {
    const leg = arrived().opened();
    leg.command({ do: 'connect', leg: { leg: 'leg/7', is: 'offered' }, with: { leg: 'leg/8', is: 'connected' } });
    leg
      .done('respond 200 offer sendReceive v1')
      .sip({ sip: 'acknowledged', sdp: 'sendReceive' })
      .done('media sendReceive');
  });
});

describe('a confirmed SIP leg', () => {
  it('is held and resumed by the far end, with a new version of its description each time', () => {
    up()
      .sip({ sip: 'reoffered', sdp: 'receiveOnly' })
      .done('respond 200 answer v2', 'media receiveOnly', '<held>')
      .sip({ sip: 'reoffered', sdp: 'inactive' })
      .done('respond 200 answer v3', 'media inactive')
      .sip({ sip: 'reoffered', sdp: 'sendReceive' })
      .done('respond 200 answer v4', 'media sendReceive', '<resumed>');
  });

  it('keeps its audio when a re-INVITE cannot be agreed on', () => {
    up().sip({ sip: 'reoffered', sdp: 'bad' }).done('respond 488').is('confirmed');
  });

  it('offers where a re-INVITE brings nothing', () => {
    const leg = up().sip({ sip: 'reoffered' }).done('respond 200 offer sendReceive v2');
    leg.sip({ sip: 'acknowledged', sdp: 'sendReceive' }).done('media sendReceive');
  });

  const itself = { leg: 'leg/7', is: 'connected' } as const;

  it('holds with a tone and resumes; a resume that is refused is asked for again, so that nobody stays held', () => {
    const leg = up().command({ do: 'hold', leg: itself });
    leg.done('media sendOnly', 'signal hold', 'reoffer offer sendOnly v2');
    leg.sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendOnly' }).done('media sendOnly');
    leg.command({ do: 'resume', leg: itself });
    // Until the far end agrees it sends nothing that could be heard.
    leg.done('media sendOnly', 'signal none', 'reoffer offer sendReceive v3');
    leg.sip({ sip: 'reofferAnswered', status: 488 }).done();
    leg.lapse().done('reoffer offer sendReceive v4');
    leg.sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendReceive' }).done('media sendReceive');
  });

  const resuming = () => {
    const leg = up().command({ do: 'hold', leg: itself });
    leg.sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendOnly' }).command({ do: 'resume', leg: itself });
    leg.did.length = 0;
    return leg;
  };
  /** What the resume was answered, each time after so long, until the leg is asked no more; gives how often that was. */
  const refusedAgain = (leg: Driver, status: number, afterMs: number): number => {
    for (let answers = 1; ; answers++) {
      leg.now = after(leg.now, afterMs);
      leg.sip({ sip: 'reofferAnswered', status });
      if (leg.state.phase !== 'confirmed') return answers;
      assert.ok(answers < 100, 'it is asked for ever');
      leg.done().lapse().did.length = 0;
    }
  };

  it('a resume that nobody answers is asked once more, then the call is over', () => {
    const leg = resuming();
    assert.equal(refusedAgain(leg, 408, 32_000), 2);
    leg.done('bye serverSilent', 'close', '<released serverSilent>').is('leaving');
  });

  it('a resume that is refused again and again ends the call after 30 s', () => {
    const leg = resuming();
    const began = leg.now;
    assert.equal(refusedAgain(leg, 500, 10), 16);
    leg.done('bye serverFailed', 'close', '<released serverFailed>');
    assert.equal(leg.now - began, 15 * 2_000 + 16 * 10);
  });

  it('a resume that came through, or a new hold, gives the next one all its time', () => {
    for (const ends of ['agreed', 'held anew'] as const) {
      const leg = resuming();
      leg.sip({ sip: 'reofferAnswered', status: 500 });
      leg.now = after(leg.now, 40_000);
      if (ends === 'agreed') leg.sip({ sip: 'reoffered', sdp: 'sendReceive' });
      leg.command({ do: 'hold', leg: itself }).sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendOnly' });
      leg.command({ do: 'resume', leg: itself }).sip({ sip: 'reofferAnswered', status: 500 }).is('confirmed');
    }
  });

  it('offers what it wants last when the offer that is open has been answered', () => {
    const leg = up().command({ do: 'hold', leg: itself });
    leg.done('media sendOnly', 'signal hold', 'reoffer offer sendOnly v2');
    leg.command({ do: 'resume', leg: itself }).done('media sendReceive', 'signal none');
    leg.sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendOnly' });
    leg.done('media sendOnly', 'reoffer offer sendReceive v3');
    leg.sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendReceive' }).done('media sendReceive');
  });

  it('a refused hold leaves the far end as it was, who hears the tone and is not heard', () => {
    const leg = up().command({ do: 'hold', leg: itself });
    leg.done('media sendOnly', 'signal hold', 'reoffer offer sendOnly v2');
    leg.sip({ sip: 'reofferAnswered', status: 488 }).done();
    assert.equal(machine.deadline(leg.state), undefined);
    leg.command({ do: 'resume', leg: itself });
    leg.done('media sendReceive', 'signal none', 'reoffer offer sendReceive v3');
  });

  it('whose offer met one of the far end takes that one, and makes its own anew when its time has come', () => {
    const leg = up().command({ do: 'hold', leg: itself });
    leg.done('media sendOnly', 'signal hold', 'reoffer offer sendOnly v2');
    leg.sip({ sip: 'reofferDue' }).done('reoffer offer sendOnly v3');
    leg.sip({ sip: 'reoffered', sdp: 'sendReceive' });
    leg.done('respond 200 answer v4', 'media sendOnly', 'reoffer offer sendOnly v5');
    leg.sip({ sip: 'reofferAnswered', status: 200, sdp: 'sendOnly' }).done('media sendOnly');
    leg.sip({ sip: 'reofferDue' }).done();
  });

  it('is ended by the far end, or by the loss of its audio', () => {
    up().sip({ sip: 'bye' }).done('close', '<released hungUp>').is('gone');
    up().event({ type: 'mediaLost' }).done('bye mediaLost', 'close', '<released mediaLost>').is('leaving');
  });

  it('tells the call a digit of the far end that the engine cannot carry, and never sends it back', () => {
    up().event({ type: 'digit', digit: '5' }).done('<digit>');
  });

  it('ignores INFO that carries no digit', () => {
    up().sip({ sip: 'info', contentType: 'application/dtmf-relay', body: 'Signal=' }).done();
    up().sip({ sip: 'info', contentType: 'application/dtmf', body: '10' }).done('<digit>');
  });
});

describe('evidence', () => {
  it('is told of everything that a softswitch says, also to a leg that was given up', () => {
    for (const state of [placed().state, placed().release().state, up().state]) {
      const out = machine.step(state, { sip: 'provisional', status: 100 }, 0 as Instant);
      assert.deepEqual(out.effects[0], { do: 'hear', signal: { sip: 'provisional', status: 100 } });
    }
  });
});
