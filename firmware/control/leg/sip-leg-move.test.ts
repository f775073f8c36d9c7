import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant } from '../../core/machine.ts';
import type { LegCommand, LegId } from './leg.ts';
import type { Negotiator } from './negotiator.ts';
import { type SipLeg, type SipLegEffect, type SipLegEvent, sipLegMachine } from './sip-leg-machine.ts';
import { agreedAt, mediaWay as way } from './test-media-way.ts';

const agreed = agreedAt(4000);
/** A description says where we are, what we do with the audio, and its version. */
const words: Negotiator = {
  offer: ({ address, port, version }, mode) => `${address}:${port} ${mode} v${version}`,
  answer: ({ address, port, version }) => ({ sdp: `${address}:${port} v${version}`, agreed }),
  read: () => agreed,
};
const at = (address: string): SipLegEvent => ({ type: 'moved', way: { ...way, address } });
const bound = (address: string, port = 20_000): SipLegEvent => ({ type: 'bound', local: [address, port] });
const answered = (status: number): SipLegEvent => ({
  sip: 'reofferAnswered',
  status,
  ...(status < 300 ? { sdp: 'sendReceive' } : {}),
});
const machine = sipLegMachine(words);
const leg = 'leg/7';

const said = (effect: SipLegEffect): string => {
  if ('tell' in effect) return `<${effect.tell.type}>`;
  if (effect.do === 'bind') return `bind ${effect.address}`;
  if (effect.do === 'reoffer') return `reoffer ${effect.sdp}`;
  return effect.do === 'respond' ? `respond ${effect.status} ${effect.sdp ?? ''}`.trim() : effect.do;
};

/** A leg that is up at 192.0.2.1:10000, its offer answered. */
class Driver {
  state: SipLeg = {
    ...{ phase: 'confirmed', leg, trunk: 'primary', way, want: 'sendReceive', farHolds: false, reoffer: 'none' },
    ...{ media: agreed, local: { address: '192.0.2.1', port: 10_000, codecs: ['PCMU'] } },
  } as unknown as SipLeg;
  now = 1_000 as Instant;

  constructor(more: object = {}) {
    const { local } = this.state as { local: object };
    const whole = { ...local, telephoneEvents: true, session: 7, version: 1 };
    this.state = { ...this.state, local: whole, ...more } as SipLeg;
  }

  does(event: SipLegEvent | { type: 'lapse' }, ...expected: string[]): this {
    const out = machine.step(this.state, event, this.now);
    this.state = out.state;
    assert.deepEqual(JSON.parse(JSON.stringify(this.state)), this.state, 'the state is plain data');
    const effects = out.effects.filter((effect) => !('do' in effect && ['hear', 'media'].includes(effect.do)));
    assert.deepEqual(effects.map(said), expected);
    return this;
  }

  lapses(afterMs: number, ...expected: string[]): this {
    const due = machine.deadline(this.state);
    assert.equal(due, after(this.now, afterMs));
    this.now = due!;
    return this.does({ type: 'lapse' }, ...expected);
  }

  rests(): this {
    assert.equal(machine.deadline(this.state), undefined);
    return this;
  }
}

const moved = () =>
  new Driver()
    .does(at('192.0.2.9'), 'bind 192.0.2.9')
    .rests()
    .does(bound('192.0.2.9'), 'reoffer 192.0.2.9:20000 sendReceive v2');

describe('a confirmed SIP leg whose own address changes', () => {
  it('binds its audio there and tells the far end by a re-INVITE', () => {
    moved().does(answered(200)).rests().does(at('192.0.2.9'));
  });

  it('does nothing where it is already', () => {
    new Driver().does(at('192.0.2.1')).rests();
  });

  it('tells the far end that it is on hold there, if it is', () => {
    new Driver({ want: 'sendOnly' })
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(bound('192.0.2.9'), 'reoffer 192.0.2.9:20000 sendOnly v2');
  });

  it('waits for the answer to another offer of its own', () => {
    new Driver({ reoffer: 'ours' })
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(bound('192.0.2.9'))
      .rests()
      .does(answered(200), 'reoffer 192.0.2.9:20000 sendReceive v2');
  });

  for (const status of [408, 503])
    it(`tells it again when the re-INVITE ended with ${status}, and no end of the call is made of that`, () => {
      moved()
        .does(answered(status))
        .lapses(1_000, 'reoffer 192.0.2.9:20000 sendReceive v3')
        .does(answered(200))
        .rests();
    });

  it('leaves it to the audio when the far end will not hear of it', () => {
    moved().does(answered(488)).rests().does({ type: 'mediaLost' }, 'bye', 'close', '<released>');
  });

  it('binds again when the engine could not', () => {
    new Driver()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does({ type: 'unbound' })
      .lapses(1_000, 'bind 192.0.2.9')
      .does(bound('192.0.2.9'), 'reoffer 192.0.2.9:20000 sendReceive v2');
  });

  it('follows a second change that comes before the first was told', () => {
    new Driver()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(at('192.0.2.1'), 'bind 192.0.2.1')
      .does(bound('192.0.2.9'))
      .does(bound('192.0.2.1'), 'reoffer 192.0.2.1:20000 sendReceive v2');
  });

  it('is ended by a far end that knows nothing of it', () => {
    moved().does({ sip: 'bye' }, 'close', '<released>').rests();
  });

  it('hangs up while it moves, and that is the end of it', () => {
    const hangs: SipLegEvent = { type: 'command', command: { do: 'release', leg, cause: 'hungUp' } };
    new Driver()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(hangs, 'bye', 'close', '<released>')
      .does(bound('192.0.2.9'));
  });
});

const commanded = (command: LegCommand): SipLegEvent => ({ type: 'command', command });
const offered = { leg, is: 'offered' } as const;
const connect = commanded({ do: 'connect', leg: offered, with: { leg: 'leg/8', is: 'connected' } });
const alert = (hear: 'local ringback' | 'queued' | { readonly leg: LegId; readonly is: 'placed' }) =>
  commanded({ do: 'alert', leg: offered, hear });
const opened: SipLegEvent = { type: 'opened', local: ['192.0.2.1', 10_000] };

/** A call that has come and whose net is being opened. */
const arriving = (offer: object = { offer: 'theirs' }) =>
  new Driver({ phase: 'arriving', owed: 'nothing', way: { ...way, address: '192.0.2.1' }, ...offer });
const rings = (offer?: object) => arriving(offer).does(opened).does(alert('local ringback'), 'respond 180');

describe('a call that rings here when our own address changes', () => {
  it('is answered with the new address', () => {
    rings()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(bound('192.0.2.9'))
      .rests()
      .does(connect, 'respond 200 192.0.2.9:20000 v1')
      .rests();
  });

  it('is offered the new address where it brought no offer', () => {
    rings({})
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(bound('192.0.2.9'))
      .does(connect, 'respond 200 192.0.2.9:20000 sendReceive v1')
      .does({ sip: 'acknowledged', sdp: 'sendReceive' })
      .rests();
  });

  it('that has had our answer already gets it again, and is told the new address right after', () => {
    arriving()
      .does(opened)
      .does(alert({ leg: 'leg/8', is: 'placed' }), 'respond 183 192.0.2.1:10000 v1')
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(bound('192.0.2.9'))
      .rests()
      .does(connect, 'respond 200 192.0.2.1:10000 v1')
      .lapses(0, 'reoffer 192.0.2.9:20000 sendReceive v2')
      .does(answered(200))
      .rests();
  });

  it('and is answered in that moment is told the new address right after', () => {
    rings()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does(connect, 'respond 200 192.0.2.1:10000 v1')
      .does(bound('192.0.2.9'), 'reoffer 192.0.2.9:20000 sendReceive v2');
  });

  it('before its net is open is bound anew as soon as it is', () => {
    arriving()
      .does(at('192.0.2.9'))
      .does(alert('local ringback'))
      .does(opened, 'respond 180', 'bind 192.0.2.9')
      .does(bound('192.0.2.9'))
      .does(connect, 'respond 200 192.0.2.9:20000 v1');
  });

  it('binds again when the engine could not, and follows a second change', () => {
    rings()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does({ type: 'unbound' })
      .lapses(1_000, 'bind 192.0.2.9')
      .does(at('192.0.2.1'), 'bind 192.0.2.1')
      .does(bound('192.0.2.9'))
      .does(bound('192.0.2.1'))
      .does(connect, 'respond 200 192.0.2.1:20000 v1');
  });

  it('and is given up by its caller is over', () => {
    rings()
      .does(at('192.0.2.9'), 'bind 192.0.2.9')
      .does({ sip: 'cancelled' }, 'close', '<released>')
      .does(bound('192.0.2.9'))
      .rests();
  });
});

it('a call of ours that waits for its answer when our address changes says why it ended', () => {
  const asked = { target: { kind: 'trunk', id: 'primary', number: '12' }, caller: { number: '11' } };
  const calling = { phase: 'calling', leg, trunk: 'primary', way, heard: 'early', asked } as unknown as SipLeg;
  const out = machine.step(calling, { sip: 'unanswered', why: 'moved', detail: 'the flow was closed' }, 0 as Instant);
  const told = out.effects.find((effect) => 'tell' in effect);
  assert.deepEqual(told, { tell: { type: 'released', leg, cause: 'addressChanged' } });
});
