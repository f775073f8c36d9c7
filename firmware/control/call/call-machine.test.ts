import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Instant, isSome, type Some } from '../../core/machine.ts';
import type { Fact } from '../facts.ts';
import type { LegCommand, LegEvent, LegId } from '../leg/leg.ts';
import type { Attempt, Level } from '../routing/attempt.ts';
import { beginCall, type Call, type CallEffect, type CallEvent, callMachine, legsOf } from './call-machine.ts';
import { callAttempt as attempt } from './test-call-driver.ts';
import { FarEnds, seeded } from './test-far-ends.ts';

const start = 1000 as Instant;
const caller = 'leg/1';
const fresh = () =>
  beginCall(
    {
      call: 'call/1',
      from: { kind: 'phone', id: 'line/1', number: '11' },
      who: { number: '11' },
      dialled: '3456',
    },
    { leg: caller, is: 'offered' },
  );

/** A call with short words for its commands and facts. */
class Driver {
  state: Call;
  readonly did: string[] = [];

  constructor(...levels: readonly Level[]) {
    const begun = fresh();
    this.state = begun.state;
    this.#note(begun.effects);
    if (isSome(levels)) this.tell({ type: 'planned', levels, firstLeg: 10 });
  }
  tell(event: CallEvent): this {
    const out = callMachine.step(this.state, event, start);
    this.state = out.state;
    this.#note(out.effects);
    return this;
  }
  hear(leg: number, type: LegEvent['type'], more: object = {}): this {
    return this.tell({ type, leg: `leg/${leg}`, ...more } as LegEvent);
  }
  done(...words: string[]): this {
    assert.deepEqual(this.did.splice(0), words);
    return this;
  }
  #note(effects: readonly CallEffect[]): void {
    for (const effect of effects) {
      if ('ask' in effect) this.tell({ type: 'closed' });
      else if ('tell' in effect) this.did.push(`tell ${effect.tell} ${effect.event.type}`);
      else if ('preempt' in effect) this.did.push(`preempt ${effect.preempt}`);
      else if ('move' in effect) this.did.push(`move ${effect.move} ${effect.to}`);
      else if ('plan' in effect) this.did.push(`plan ${effect.plan.dialled}`);
      else this.did.push('state' in effect ? factWords(effect.state) : commandWords(effect));
    }
  }
}
const factWords = (fact: Fact): string => ('cause' in fact ? `${fact.fact} ${fact.cause}` : fact.fact);
const commandWords = (command: LegCommand): string => {
  switch (command.do) {
    case 'setup':
      return `setup ${command.leg} ${command.target.id}`;
    case 'release':
      return `release ${command.leg} ${command.cause}`;
    case 'alert':
      return `alert ${typeof command.hear === 'string' ? command.hear.replace('local ', '') : command.hear.leg}`;
    default:
      return `${command.do} ${command.leg.leg}`;
  }
};
const level = (...attempts: Some<Attempt>): Level => ({ on: 'any', attempts });
const simple = () => new Driver(level(attempt('a'))).done('callBegan', 'attemptBegan', 'setup leg/10 a');

describe('a call', () => {
  it('rings, is answered, and ends by the callee', () => {
    simple()
      .hear(10, 'alerting', { media: false })
      .done('callAlerting', 'alert ringback')
      .hear(10, 'alerting', { media: false })
      .done()
      .hear(10, 'connect')
      .done('connect leg/1', 'callAnswered')
      .hear(10, 'released', { cause: 'hungUp' })
      .done('release leg/1 hungUp', 'callEnded hungUp');
  });

  it('passes early media on, and keeps it when 180 comes without', () => {
    simple()
      .hear(10, 'progress', { media: false })
      .done()
      .hear(10, 'progress', { media: true })
      .done('alert leg/10')
      .hear(10, 'alerting', { media: false })
      .done('callAlerting');
  });

  it('changes from ringback to early media when that comes later', () => {
    const call = simple().hear(10, 'alerting', { media: false }).done('callAlerting', 'alert ringback');
    call.hear(10, 'progress', { media: true }).done('alert leg/10');
  });

  it('tells the caller why it failed', () => {
    const end = ['attemptEnded busy', 'release leg/1 busy', 'callEnded busy'];
    simple()
      .hear(10, 'released', { cause: 'busy', status: 486 })
      .done(...end);
  });

  it('releases what is open when the caller goes, in each phase', () => {
    const gone = (call: Driver) => call.hear(1, 'released', { cause: 'hungUp' });
    gone(new Driver()).done('callBegan', 'callEnded hungUp');
    gone(simple()).done('release leg/10 hungUp', 'attemptEnded hungUp', 'callEnded hungUp');
    const rings = simple().hear(10, 'alerting', { media: false }).done('callAlerting', 'alert ringback');
    gone(rings).done('release leg/10 hungUp', 'attemptEnded hungUp', 'callEnded hungUp');
    const talks = simple().hear(10, 'connect').done('connect leg/1', 'callAnswered');
    gone(talks).done('release leg/10 hungUp', 'callEnded hungUp');
  });

  it('is ended by the gateway on both sides, in each phase', () => {
    const end = (call: Driver) => call.tell({ type: 'end', cause: 'mediaLost' });
    end(new Driver()).done('callBegan', 'release leg/1 mediaLost', 'callEnded mediaLost');
    const open = ['release leg/10 mediaLost', 'attemptEnded mediaLost'];
    end(simple()).done(...open, 'release leg/1 mediaLost', 'callEnded mediaLost');
    const talks = simple().hear(10, 'connect').done('connect leg/1', 'callAnswered');
    end(talks).done('release leg/1 mediaLost', 'release leg/10 mediaLost', 'callEnded mediaLost');
  });

  it('cannot be routed', () => {
    const call = new Driver().tell({ type: 'unroutable', cause: 'noRoute' });
    call.done('callBegan', 'release leg/1 noRoute', 'callEnded noRoute');
  });

  it('goes to the next level only for the failures that it names', () => {
    const levels = (): Driver =>
      new Driver(
        level(attempt('a')),
        { on: ['noAnswer'], attempts: [attempt('b')], elsewhere: true },
        { on: ['busy'], attempts: [attempt('c')], elsewhere: true },
      ).done('callBegan', 'attemptBegan', 'setup leg/10 a');
    levels()
      .hear(10, 'released', { cause: 'busy', status: 486 })
      .done('attemptEnded busy', 'attemptBegan', 'setup leg/11 c');
    levels()
      .hear(10, 'released', { cause: 'unknownNumber', status: 404 })
      .done('attemptEnded unknownNumber', 'release leg/1 unknownNumber', 'callEnded unknownNumber');
  });

  it('carries digits that the engine cannot carry', () => {
    const call = simple().hear(10, 'connect').done('connect leg/1', 'callAnswered');
    call.hear(10, 'digit', { digit: '5' }).done('digit leg/1').hear(1, 'digit', { digit: '6' }).done('digit leg/10');
  });

  it('hears nothing of legs that are not its own', () => {
    const call = simple().hear(99, 'connect').hear(99, 'released', { cause: 'busy' }).done();
    call.hear(10, 'connect').done('connect leg/1', 'callAnswered').hear(99, 'released', { cause: 'busy' }).done();
  });
});

/** One random call; returns what was wrong. The caller and the gateway end it at random moments too. */
const randomCall = (random: () => number): { faults: string[]; facts: string[] } => {
  const far = new FarEnds(random);
  const faults: string[] = [];
  const facts: string[] = [];
  const live = new Set<LegId>([caller]);
  const connected = new Set<LegId>();
  let now = start;
  let asked = false;
  let replan = false;
  const perform = (effects: readonly CallEffect[]) => {
    for (const effect of effects) {
      if ('state' in effect) {
        facts.push(effect.state.fact);
        continue;
      }
      if ('ask' in effect) {
        asked = true;
        continue;
      }
      if ('plan' in effect) {
        replan = true;
        continue;
      }
      if ('tell' in effect || 'preempt' in effect || 'move' in effect) continue;
      if (effect.do === 'setup') {
        live.add(effect.leg);
        far.begin(effect.leg, now);
      }
      if (effect.do === 'connect') connected.add(effect.with.leg);
      if (effect.do !== 'release') continue;
      if (!live.delete(effect.leg)) faults.push(`${effect.leg} was released twice or never set up`);
      far.released(effect.leg, now, effect.cause);
    }
  };
  const begun = fresh();
  perform(begun.effects);
  let call: Call = random() < 0.5 ? begun.state : { ...begun.state, grows: true };
  const step = (event: Parameters<typeof callMachine.step>[1]) => {
    const out = callMachine.step(call, event, now);
    call = out.state;
    perform(out.effects);
    if (replan) {
      replan = false;
      step(random() < 0.1 ? { type: 'unroutable', cause: 'barred' } : planned());
    }
    if (!asked) return;
    asked = false;
    // The last figures come, or never do.
    if (random() < 0.5) step({ type: 'closed' });
  };
  let firstLeg = 10;
  const planned = (): CallEvent => {
    const one = (at: number) => attempt(`t${at}`, random() < 0.5 ? {} : { overlap: { waitMs: 4_000 } });
    const attempts = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, at) => one(at));
    const levels: Some<Level> = [level(...(attempts as unknown as Some<Attempt>)), level(attempt('last'))];
    assert.ok(legsOf(levels) >= 8);
    firstLeg += legsOf(levels);
    return { type: 'planned', levels, firstLeg: firstLeg - legsOf(levels) };
  };
  step(planned());
  let dials = (start + random() * 3_000) as Instant;
  const callerLeaves = (start + random() * 60_000) as Instant;
  for (let steps = 0; call.phase !== 'ended' && steps < 600; steps++) {
    const own = callMachine.deadline(call) ?? Number.POSITIVE_INFINITY;
    const due = call.phase === 'closing' ? own : Math.min(own, callerLeaves);
    const next = far.next;
    if (dials < due && dials < (next?.at ?? due)) {
      now = dials;
      dials = (now + random() * 6_000) as Instant;
      step({ type: 'digit', leg: caller, digit: '5', ...(random() < 0.1 ? { last: true } : {}) });
    } else if (next && next.at <= due) {
      far.take();
      now = next.at;
      if (!live.has(next.event.leg) && next.event.type !== 'released') continue;
      if (next.event.type === 'released') live.delete(next.event.leg);
      step(next.event);
    } else if (due === callerLeaves && call.phase !== 'closing') {
      now = callerLeaves;
      const leaves = random() < 0.7;
      if (leaves) live.delete(caller);
      step(leaves ? { type: 'released', leg: caller, cause: 'hungUp' } : { type: 'end', cause: 'mediaLost' });
    } else {
      now = due as Instant;
      step({ type: 'lapse' });
    }
  }
  const count = (fact: string) => facts.filter((each) => each === fact).length;
  if (call.phase !== 'ended') faults.push(`it never ended: ${call.phase}`);
  if (live.size > 0) faults.push(`legs were left: ${[...live]}`);
  if (connected.size > 1) faults.push(`two were answered: ${[...connected]}`);
  if (count('callEnded') !== 1 || count('callBegan') !== 1) faults.push(`facts ${facts}`);
  if (count('attemptBegan') !== count('attemptEnded') + count('callAnswered')) faults.push(`attempts ${facts}`);
  return { faults, facts };
};

describe('random calls', () => {
  it('have one end each, never two that answered, and leave no leg', () => {
    const random = seeded(11);
    let answered = 0;
    let dialledOn = 0;
    for (let run = 0; run < 10_000; run++) {
      const { faults, facts } = randomCall(random);
      assert.deepEqual(faults, [], `run ${run}`);
      if (facts.includes('callAnswered')) answered++;
      if (facts.includes('callDialledOn')) dialledOn++;
    }
    assert.ok(dialledOn > 300, `${dialledOn} dialled on`);
    assert.ok(answered > 1000 && answered < 9000, `${answered} of 10,000 were answered`);
  });
});
