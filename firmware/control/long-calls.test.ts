import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import * as v from 'valibot';
import { type Configuration, configuration } from '../config/schema.ts';
import { silentLog } from '../core/log.ts';
import type { Machine } from '../core/machine.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import type { CallId, Fact } from './facts.ts';
import { LongCallWatch } from './long-calls.ts';

const MINUTE_MS = 60_000;
/** A Monday, 16:00 in Berlin: hours end in 60 minutes. */
const FOUR = Date.parse('2027-11-29T15:00:00Z');
const hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' };
const settings = (notice: object): Configuration =>
  v.parse(configuration, {
    version: 1,
    calendars: [{ id: 'office', timeZone: 'Europe/Berlin', periods: [hours] }],
    notice,
  });
const from = { kind: 'phone', id: 'line/1', number: '11' } as const;
const target = { kind: 'trunk', id: 'primary', number: '201' } as const;
const standing: Machine<object, never, never> = {
  step: (state) => ({ state, effects: [] }),
  deadline: () => undefined,
};

let clock: TestClock;
let runner: Runner;
let watch: LongCallWatch;
let facts: Fact[];
let now: Configuration;
let states: Map<string, unknown>;

const start = (): void => {
  const sink = {
    write: (cascade: { states: ReadonlyMap<string, unknown> }) => {
      for (const [id, state] of cascade.states) states.set(id, state);
    },
  };
  runner = new Runner(clock, silentLog, sink);
  runner.onFact((fact) => {
    facts.push(fact as Fact);
    watch.fold(fact as Fact);
  });
  const wall = { wall: () => FOUR + clock.now() - began } as never;
  watch = new LongCallWatch({ runner, clock: wall, configuration: () => now, before: states });
};
let began = 0;

beforeEach(() => {
  clock = new TestClock();
  began = clock.now();
  facts = [];
  states = new Map();
  now = settings({ longCallMin: 30 });
  start();
  watch.open();
});

const state = (fact: Fact) => runner.cascade(() => runner.fact(fact));
const isUp = (call: CallId): void => {
  state({ fact: 'callBegan', call, from, dialled: '201' });
  state({ fact: 'callAnswered', call, attempt: 'primary', target });
};
const ends = (call: CallId) => state({ fact: 'callEnded', call, cause: 'hungUp', by: 'caller' });
const told = (): string[] =>
  facts.flatMap((fact) => (fact.fact === 'callLong' ? [`${fact.call} ${fact.minutes}`] : []));
const minutes = (count: number): void => {
  for (let at = 0; at < count * 4; at++) clock.turn(MINUTE_MS / 4);
};

describe('a long call', () => {
  it('is told once, as soon as it is longer than settings say', () => {
    isUp('call/1');
    minutes(29);
    assert.deepEqual(told(), []);
    minutes(1);
    assert.deepEqual(told(), ['call/1 30']);
    minutes(60);
    assert.deepEqual(told(), ['call/1 30']);
    const [long] = facts.filter((fact) => fact.fact === 'callLong');
    assert.deepEqual(long, { fact: 'callLong', call: 'call/1', from, dialled: '201', minutes: 30 });
  });

  it('is none while it rings, nor when it ends before', () => {
    state({ fact: 'callBegan', call: 'call/1', from, dialled: '201' });
    isUp('call/2');
    minutes(29);
    ends('call/2');
    minutes(60);
    assert.deepEqual(told(), []);
  });

  it('is told at no time where settings want none', () => {
    now = settings({ longCallMin: 0 });
    isUp('call/1');
    minutes(600);
    assert.deepEqual(told(), []);
  });

  it('sleeps outside hours, and is told as they begin if it is still up', () => {
    now = settings({ longCallMin: 90, longCallCalendar: 'office' });
    isUp('call/1');
    isUp('call/2');
    minutes(15 * 60);
    assert.deepEqual(told(), [], 'until 07:00');
    ends('call/2');
    minutes(60);
    assert.deepEqual(told(), ['call/1 960'], 'at 08:00');
  });

  it('is told anew by the plane after us while it goes on, and what has ended is forgotten', () => {
    isUp('call/1');
    isUp('call/2');
    minutes(31);
    facts = [];
    start();
    runner.host('call/1', standing, {}, () => {});
    watch.open();
    minutes(1);
    assert.deepEqual(told(), ['call/1 31']);
  });

  it('is looked at no more when it has ended', () => {
    isUp('call/1');
    ends('call/1');
    assert.deepEqual(runner.state('long-calls'), { calls: [] });
  });
});
