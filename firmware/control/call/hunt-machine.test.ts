import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, type Instant, type Some } from '../../core/machine.ts';
import type { Cause } from '../failure.ts';
import type { LegEvent, LegId } from '../leg/leg.ts';
import type { Attempt } from '../routing/attempt.ts';
import { beginHunt, huntDeadline, stepHunt } from './hunt-machine.ts';
import type { Hunt, HuntEffect } from './hunt-state.ts';
import { freshLimits, MOST_ATTEMPTS } from './limits.ts';
import { FarEnds, seeded } from './test-far-ends.ts';

const attempt = (id: string, over: Partial<Attempt> = {}): Attempt => ({
  id,
  targets: [{ kind: 'trunk', id, number: '3456' }],
  start: 'hedged',
  silenceMs: 1200,
  progressMs: 20_000,
  ringMs: 120_000,
  verdicts: {},
  bound: true,
  why: '',
  ...over,
});
const asker = { caller: { number: '11' }, beside: 'leg/1' } as const;
const start = 1000 as Instant;

/** A hunt with short words for what it does: `+a` sets up a leg of attempt a, `-leg cause` releases one. */
class Driver {
  state: Hunt;
  now = start;
  readonly did: string[] = [];

  constructor(...attempts: Some<Attempt>) {
    const out = beginHunt(attempts, freshLimits(10, start), asker, start);
    this.state = out.state;
    this.#note(out.effects);
  }
  hear(leg: number, event: Record<string, unknown> & { type: LegEvent['type'] }): this {
    return this.#step({ leg: `leg/${leg}`, ...event } as LegEvent);
  }
  refuse(leg: number, cause: Cause, status?: number, more: object = {}): this {
    return this.hear(leg, { type: 'released', cause, ...(status ? { status } : {}), ...more });
  }
  lose(): this {
    return this.#step({ type: 'upstreamLost' });
  }
  /** Turns the clock, with each deadline on the way. */
  turn(ms: number): this {
    const end = after(this.now, ms);
    for (let at = huntDeadline(this.state); at !== undefined && at <= end; at = huntDeadline(this.state)) {
      this.now = at;
      this.#step({ type: 'lapse' });
    }
    this.now = end;
    return this;
  }
  done(...words: string[]): this {
    assert.deepEqual(this.did.splice(0), words);
    return this;
  }
  lost(failure: string): void {
    assert.ok(this.state.phase === 'lost', this.state.phase);
    assert.equal(this.state.failure, failure);
  }
  won(attempt: string): void {
    assert.ok(this.state.phase === 'won', this.state.phase);
    assert.equal(this.state.attempt, attempt);
  }
  #step(event: Parameters<typeof stepHunt>[1]): this {
    const out = stepHunt(this.state, event, asker, this.now);
    this.state = out.state;
    this.#note(out.effects);
    return this;
  }
  #note(effects: readonly HuntEffect[]): void {
    for (const effect of effects) {
      if ('note' in effect) continue;
      if (effect.do === 'setup') this.did.push(`+${effect.target.id}`);
      if (effect.do === 'release') this.did.push(`-${effect.leg.slice(4)} ${effect.cause}`);
    }
  }
}
const pair = () => new Driver(attempt('a'), attempt('b')).done('+a');

describe('a hunt', () => {
  it('starts the second beside a silent first when the silence budget is spent, and no earlier', () => {
    pair().turn(1199).done().turn(1).done('+b').turn(30_000).done();
  });

  it('begins the silence budget anew with sent and challenged, but not with what comes after it was spent', () => {
    pair().turn(1000).hear(10, { type: 'sent' }).turn(1199).done().turn(1).done('+b');
    pair().turn(1000).hear(10, { type: 'challenged' }).turn(1199).done().turn(1).done('+b');
    pair().turn(1200).done('+b').hear(10, { type: 'challenged' }).turn(5000).done();
  });

  it('gives the call to the first that rings, and releases the other', () => {
    const hunt = pair()
      .turn(1200)
      .done('+b')
      .hear(11, { type: 'alerting', media: false })
      .done('-10 answeredElsewhere');
    hunt.hear(10, { type: 'connect' }).done().hear(11, { type: 'connect' }).done().won('b');
  });

  it('gives the call to the outlived first if that answers after all', () => {
    pair().turn(1200).done('+b').hear(10, { type: 'connect' }).done('-11 answeredElsewhere').won('a');
  });

  it('cancels after 100 and then nothing, sees its end, then tries the next', () => {
    const hunt = pair().hear(10, { type: 'proceeding' }).turn(19_999).done().turn(1).done('-10 progressStalled');
    hunt.turn(100).done().refuse(10, 'progressStalled').done('+b');
  });

  it('does not wait for ever for the end of a cancelled attempt', () => {
    pair().hear(10, { type: 'proceeding' }).turn(20_000).done('-10 progressStalled').turn(4000).done('+b');
  });

  it('stops at busy and goes on at 503', () => {
    pair().refuse(10, 'busy', 486).done().lost('busy');
    const hunt = pair().refuse(10, 'congestion', 503).done('+b');
    hunt.refuse(11, 'serverFailed', 500).done().lost('serverFailed');
  });

  it('lets a stop code wait while a hedged leg is open: it may be that one that rings', () => {
    const rings = pair().turn(1200).done('+b').hear(10, { type: 'proceeding' }).refuse(11, 'busy', 486).done();
    rings.hear(10, { type: 'alerting', media: false }).hear(10, { type: 'connect' }).won('a');
    const silent = pair().turn(1200).done('+b').refuse(11, 'busy', 486).done();
    silent.turn(3999).done().turn(1).done('-10 serverSilent').lost('busy');
    const three = new Driver(attempt('a'), attempt('b'), attempt('c')).turn(1200).done('+a', '+b');
    three.refuse(11, 'busy', 486).turn(1200).done();
  });

  it('never tries a second way after 180', () => {
    pair().hear(10, { type: 'alerting', media: false }).refuse(10, 'congestion', 503).done().lost('congestion');
  });

  it('goes on after 183 alone with a 5xx or a cause of the network, with nothing else', () => {
    pair().hear(10, { type: 'progress', media: true }).refuse(10, 'congestion', 503).done('+b');
    pair().hear(10, { type: 'progress', media: true }).refuse(10, 'congestion', 480, { q850: 34 }).done('+b');
    pair().hear(10, { type: 'progress', media: true }).refuse(10, 'unknownNumber', 404).done().lost('unknownNumber');
    const rang = pair().hear(10, { type: 'progress', media: true }).hear(10, { type: 'alerting', media: true });
    rang.refuse(10, 'congestion', 503).done().lost('congestion');
  });

  it('follows a redirection as an attempt of its own, and not twice to the same number', () => {
    const hunt = pair()
      .refuse(10, 'serverFailed', 302, { redirects: ['7890'] })
      .done('+a');
    hunt.refuse(11, 'serverFailed', 302, { redirects: ['7890'] }).done('+b');
  });

  it('gives up after the ring time', () => {
    pair()
      .hear(10, { type: 'alerting', media: false })
      .turn(119_999)
      .done()
      .turn(1)
      .done('-10 noAnswer')
      .lost('noAnswer');
  });

  it('seizes a line alone: silent ones are released first, one that was answered with 100 is waited for', () => {
    const line = () => attempt('line', { start: 'alone', silenceMs: 20_000 });
    new Driver(attempt('a'), line()).done('+a').turn(1200).done('-10 serverSilent', '+line');
    const waits = new Driver(attempt('a'), attempt('b'), line()).hear(10, { type: 'proceeding' }).done('+a');
    waits.turn(19_999).done().turn(1).done('-10 progressStalled').refuse(10, 'progressStalled').done('+b');
  });

  it('tries four times at most, and for 60 s at most', () => {
    const many = new Driver(attempt('a'), attempt('b'), attempt('c'), attempt('d'), attempt('e')).done('+a');
    for (const [leg, next] of [
      [10, '+b'],
      [11, '+c'],
      [12, '+d'],
    ] as const)
      many.refuse(leg, 'congestion', 503).done(next);
    many.refuse(13, 'congestion', 503).done().lost('congestion');
    const silent = pair().turn(59_999).done('+b').turn(1).done('-10 serverSilent', '-11 serverSilent');
    silent.lost('serverSilent');
  });

  it('rings the phones of a group together and stops the others when one answers', () => {
    const phones = [
      { kind: 'phone', id: 'x', number: '' },
      { kind: 'phone', id: 'y', number: '' },
    ] as const;
    const hunt = new Driver(attempt('group', { targets: phones })).done('+x', '+y');
    hunt.hear(10, { type: 'alerting', media: false }).refuse(10, 'busy').done();
    hunt.hear(11, { type: 'connect' }).done().won('group');
    const both = new Driver(attempt('group', { targets: phones })).done('+x', '+y');
    both.hear(11, { type: 'connect' }).done('-10 answeredElsewhere').won('group');
  });
});

/** One random hunt to its end; returns what was wrong with it. */
const randomHunt = (ends: FarEnds, attempts: Some<Attempt>): { faults: string[]; ended: string; setups: number } => {
  const faults: string[] = [];
  const live = new Set<LegId>();
  const open = new Set<string>();
  let setups = 0;
  let rang = false;
  let now = start;
  const perform = (effects: readonly HuntEffect[]) => {
    for (const effect of effects) {
      if ('note' in effect) {
        if (effect.note === 'attemptBegan') open.add(effect.attempt.id);
        else if (effect.note === 'attemptEnded' && !open.delete(effect.attempt))
          faults.push(`${effect.attempt} ended without having begun`);
      } else if (effect.do === 'setup') {
        if (rang) faults.push('set up after a phone rang');
        setups++;
        live.add(effect.leg);
        ends.begin(effect.leg, now);
      } else if (effect.do === 'release') {
        if (!live.delete(effect.leg)) faults.push(`${effect.leg} was released twice or never set up`);
        ends.released(effect.leg, now, effect.cause);
      }
    }
  };
  let out = beginHunt(attempts, freshLimits(10, now), asker, now);
  perform(out.effects);
  for (let steps = 0; out.state.phase !== 'won' && out.state.phase !== 'lost'; steps++) {
    const due = huntDeadline(out.state);
    if (due === undefined || steps > 500) return { faults: ['it waits without a deadline'], ended: 'never', setups };
    const next = ends.next;
    if (next && next.at <= due) {
      ends.take();
      now = next.at;
      const { event } = next;
      // A leg that was released tells only its end.
      if (!live.has(event.leg) && event.type !== 'released') continue;
      if (event.type === 'released') live.delete(event.leg);
      if (event.type === 'alerting' && live.has(event.leg)) rang = true;
      out = stepHunt(out.state, event, asker, now);
    } else {
      now = due;
      out = stepHunt(out.state, { type: 'lapse' }, asker, now);
    }
    perform(out.effects);
  }
  const state = out.state;
  if (state.phase === 'won' && (live.size !== 1 || !live.has(state.leg.leg)))
    faults.push(`won, but live: ${[...live]}`);
  if (state.phase === 'won' && open.size !== 1) faults.push(`won, but open: ${[...open]}`);
  if (state.phase === 'lost' && (live.size > 0 || open.size > 0)) faults.push(`lost, but open: ${[...live, ...open]}`);
  return { faults, ended: state.phase, setups };
};

describe('an incomplete number', () => {
  const overlap = { waitMs: 4_000 };
  const thread = { callId: 'c', fromTag: 't', cseq: 1 };
  const incomplete = (hunt: Driver) => (hunt.state.phase === 'lost' ? hunt.state.incomplete : hunt.state.phase);
  const shows = { number: '0301' };
  const piecewise = attempt('a', { overlap, shows });

  it('is said of the softswitch that takes numbers in pieces, with what a longer one goes on with', () => {
    const hunt = new Driver(piecewise, attempt('b')).refuse(10, 'numberIncomplete', 484, { thread }).done('+a');
    hunt.lost('numberIncomplete');
    assert.deepEqual(incomplete(hunt), { over: 'a', waitMs: 4_000, thread, shows });
  });

  it('waits for a hedged leg, and is forgotten when that one rings', () => {
    const both = () =>
      new Driver(piecewise, attempt('b')).turn(1200).refuse(10, 'numberIncomplete', 484).done('+a', '+b');
    const waits = both();
    assert.equal(incomplete(waits), 'seeking');
    assert.deepEqual(incomplete(waits.refuse(11, 'congestion', 503)), { over: 'a', waitMs: 4_000, shows });
    const silent = both().turn(4_000);
    assert.deepEqual(incomplete(silent), { over: 'a', waitMs: 4_000, shows });
    const rang = both().hear(11, { type: 'alerting' }).refuse(11, 'numberIncomplete', 484);
    assert.equal(incomplete(rang), undefined);
  });

  it('is nothing more than the end elsewhere, after it rang, for another reason, or of a number that was led to', () => {
    const plain = new Driver(attempt('a')).refuse(10, 'numberIncomplete', 484);
    const rang = new Driver(piecewise).hear(10, { type: 'alerting' }).refuse(10, 'numberIncomplete', 484);
    const other = new Driver(piecewise).refuse(10, 'unknownNumber', 404);
    const led = new Driver(piecewise).refuse(10, 'serverFailed', 302, { redirects: ['99'] });
    led.done('+a', '+a').refuse(11, 'numberIncomplete', 484);
    for (const hunt of [plain, rang, other, led]) assert.equal(incomplete(hunt), undefined);
  });
});

describe('a call that a softswitch sends', () => {
  const rings = () =>
    new Driver(attempt('phone', { untilCancelled: true })).hear(10, { type: 'alerting' }).done('+phone');

  it('rings until that softswitch takes it back, or is lost; then as long as settings say', () => {
    rings()
      .turn(9 * 60_000)
      .done();
    const lost = rings().turn(200_000).lose().turn(119_999).done();
    lost.turn(1).done('-10 noAnswer').lost('noAnswer');
    new Driver(attempt('phone')).hear(10, { type: 'alerting' }).lose().turn(120_000).done('+phone', '-10 noAnswer');
  });

  it('rings no longer by a second loss, nor for ever when the softswitch has forgotten it', () => {
    rings().lose().turn(60_000).lose().turn(60_000).done('-10 noAnswer');
    rings()
      .turn(10 * 60_000)
      .done('-10 noAnswer');
  });
});

describe('random hunts', () => {
  it('end with one leg or none, whatever far ends do', () => {
    const random = seeded(7);
    const ends = { won: 0, lost: 0, hedged: 0 };
    for (let run = 0; run < 20_000; run++) {
      const far = new FarEnds(random);
      const count = 1 + Math.floor(random() * 5);
      const list = Array.from({ length: count }, (_, at) => {
        const group = ['x', 'y'].map((id) => ({ kind: 'phone', id, number: '' }) as const);
        const targets = random() < 0.15 ? { targets: group as unknown as Attempt['targets'] } : {};
        return attempt(`t${at}`, { start: random() < 0.2 ? 'alone' : 'hedged', ringMs: 30_000, ...targets });
      });
      const { faults, ended, setups } = randomHunt(far, list as unknown as Some<Attempt>);
      assert.deepEqual(faults, [], `run ${run}`);
      assert.ok(setups <= MOST_ATTEMPTS * 2, `run ${run} set up ${setups} legs`);
      if (ended === 'won') ends.won++;
      else ends.lost++;
      if (setups > 1) ends.hedged++;
    }
    // All kinds of hunt were met, so that the run means something.
    assert.ok(Math.min(ends.won, ends.lost, ends.hedged) > 2000, JSON.stringify(ends));
  });
});
