import assert from 'node:assert/strict';
import { after, type Instant, isSome } from '../../core/machine.ts';
import type { CallId, Fact, Party } from '../facts.ts';
import type { LegCommand, LegEvent, LegId } from '../leg/leg.ts';
import type { Attempt, Level } from '../routing/attempt.ts';
import { beginCall, type Call, type CallEffect, type CallEvent, callMachine, legsOf } from './call-machine.ts';

export const callAttempt = (id: string, over: Partial<Attempt> = {}): Attempt => ({
  id,
  targets: [{ kind: 'trunk', id, number: '3456' }],
  start: 'hedged',
  silenceMs: 1200,
  progressMs: 20_000,
  ringMs: 30_000,
  verdicts: {},
  bound: true,
  why: 'test',
  ...over,
});

const factWords = (fact: Fact): string => ('cause' in fact ? `${fact.fact} ${fact.cause}` : fact.fact);
const commandWords = (command: LegCommand): string => {
  switch (command.do) {
    case 'setup':
      return `setup ${command.leg} ${command.target.id}`;
    case 'release':
      return `release ${command.leg} ${command.cause}${command.status === undefined ? '' : ` ${command.status}`}`;
    case 'alert':
      return `alert ${typeof command.hear === 'string' ? command.hear.replace('local ', '') : command.hear.leg}`;
    default:
      return `${command.do} ${command.leg.leg}`;
  }
};

/**
 * Several calls on one clock, as `calls.ts` hosts them: what they tell each other arrives, and what they do is noted
 * in short words with the name of the call before it.
 */
export class CallDriver {
  now = 1000 as Instant;
  readonly states = new Map<string, Call>();
  readonly did: string[] = [];
  #nextLeg = 100;

  /** A call `name`, whose caller is the leg with this number. */
  begin(name: string, leg: number, from: Party['kind'], ...levels: readonly Level[]): this {
    const party: Party = { kind: from, id: name, number: '11' };
    const call: CallId = `call/${name}`;
    const begun = beginCall(
      { call, from: party, who: { number: '11' }, dialled: '3456' },
      { leg: `leg/${leg}`, is: 'offered' },
    );
    this.states.set(name, begun.state);
    this.#perform(name, begun.effects);
    return this.plan(name, ...levels);
  }
  /** The plan of a call that waits for it. */
  plan(name: string, ...levels: readonly Level[]): this {
    if (!isSome(levels)) return this;
    const firstLeg = this.#nextLeg;
    this.#nextLeg += legsOf(levels);
    return this.tell(name, { type: 'planned', levels, firstLeg });
  }
  tell(name: string, event: CallEvent | { type: 'lapse' }): this {
    const out = callMachine.step(this.states.get(name)!, event, this.now);
    this.states.set(name, out.state);
    this.#perform(name, out.effects);
    return this;
  }
  hear(name: string, leg: number, type: LegEvent['type'], more: object = {}): this {
    return this.tell(name, { type, leg: `leg/${leg}` as LegId, ...more } as LegEvent);
  }
  /** Turns the clock, with each deadline on the way. */
  turn(ms: number): this {
    const end = after(this.now, ms);
    for (;;) {
      const due = [...this.states].map(([name, state]) => [name, callMachine.deadline(state)] as const);
      const next = due.filter(([, at]) => at !== undefined && at <= end).sort((a, b) => a[1]! - b[1]!)[0];
      if (!next) break;
      this.now = next[1]!;
      this.tell(next[0], { type: 'lapse' });
    }
    this.now = end;
    return this;
  }
  done(...words: string[]): this {
    assert.deepEqual(this.did.splice(0), words);
    return this;
  }
  phase(name: string): Call['phase'] {
    return this.states.get(name)!.phase;
  }
  #perform(name: string, effects: readonly CallEffect[]): void {
    for (const effect of effects) {
      if ('ask' in effect) this.tell(name, { type: 'closed' });
      else if ('tell' in effect) this.tell(effect.tell.slice('call/'.length), effect.event);
      else this.did.push(`${name} ${words(effect)}`);
    }
  }
}

const words = (effect: Exclude<CallEffect, { ask: 'closed' } | { tell: CallId }>): string => {
  if ('preempt' in effect) return `preempt ${effect.preempt}`;
  if ('plan' in effect) return `plan ${effect.plan.dialled}`;
  if ('move' in effect) return `move ${effect.move} to ${effect.to}`;
  return 'state' in effect ? factWords(effect.state) : commandWords(effect);
};
