import assert from 'node:assert/strict';
import { after, type Instant, type Machine } from '../../core/machine.ts';
import type { LegId } from '../leg/leg.ts';
import type { VoiceEffect } from './voice-leg.ts';

/** A repeatable source of chance (mulberry32). */
export const chance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** What is true of every voice of the box, whatever happens to it; fed with each effect. */
export class VoiceInvariants {
  readonly #leg: LegId;
  /** Voices that stand (players, recorders), as the executor would hold them. */
  readonly standing = new Set<number>();
  released = 0;

  constructor(leg: LegId) {
    this.#leg = leg;
  }

  take(effects: readonly unknown[]): void {
    for (const effect of effects as readonly VoiceEffect[]) {
      if ('tell' in effect) {
        assert.equal(effect.tell.leg, this.#leg);
        assert.equal(this.released, 0, 'nothing is told after released');
        if (effect.tell.type === 'released') this.released++;
      } else if (effect.do === 'play' || effect.do === 'record') {
        assert.equal(this.standing.size, 0, 'one voice at a time');
        this.standing.add(effect.voice);
      } else if (effect.do === 'stop') {
        assert.ok(this.standing.delete(effect.voice), `voice ${effect.voice} is stopped once, and only if it stands`);
      }
    }
  }
}

/** Drives a machine by random events; `over` is told at the end, when the leg was released in any case. */
export const drive = <S, E, F>(
  machine: Machine<S, E, F>,
  begun: { readonly state: S; readonly effects: readonly F[] },
  next: (state: S) => E,
  each: (effects: readonly F[], state: S) => void,
  random: () => number,
  begin: Instant,
): S => {
  let { state } = begun;
  let now = begin;
  each(begun.effects, state);
  const step = (event: Parameters<typeof machine.step>[1]): void => {
    const out = machine.step(state, event, now);
    state = out.state;
    each(out.effects, state);
  };
  for (let steps = 0; steps < 60; steps++) {
    const deadline = machine.deadline(state);
    if (deadline !== undefined && random() < 0.3) {
      now = Math.max(deadline, now) as Instant;
      step({ type: 'lapse' });
    } else {
      now = after(now, random() * 300);
      step(next(state));
    }
    if (machine.over?.(state)) break;
  }
  return state;
};
