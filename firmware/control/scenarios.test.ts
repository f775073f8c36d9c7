import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../config/schema.ts';
import { silentLog } from '../core/log.ts';
import { Runner } from '../core/runner.ts';
import { TestClock } from '../core/test-clock.ts';
import type { Fact } from './facts.ts';
import { freshMemory } from './routing/question.ts';
import { Scenarios, starOf } from './scenarios.ts';

const HOUR_MS = 3_600_000;
/** A Monday, 12:00 in Berlin. */
const NOON = Date.parse('2027-11-29T11:00:00Z');

const settings = v.parse(configuration, {
  version: 1,
  calendars: [
    {
      id: 'office',
      timeZone: 'Europe/Berlin',
      periods: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '17:00' }],
      datedHolidays: ['2027-03-29'],
    },
  ],
  scenarios: [
    { id: 'night', title: 'Night', calendar: 'office' },
    { id: 'flood', title: 'Flood' },
  ],
});

/** Scenarios over a ledger in memory; `wall` is the hour of the day from noon on. */
const setUp = (before: ReadonlyMap<string, unknown> = new Map(), scenario = '') => {
  const clock = new TestClock();
  const facts: Fact[] = [];
  const runner = new Runner(clock, silentLog);
  runner.onFact((fact) => facts.push(fact as Fact));
  let wall = NOON;
  const book = [scenario, ''];
  const ledger = {
    memory: () => ({ ...freshMemory, scenario: book[0] ?? '' }),
    get scenarioBefore() {
      return book[1] ?? '';
    },
    switchScenario: (name: string, by: string) => {
      if (name === book[0]) return;
      book.unshift(name);
      runner.fact({ fact: 'scenarioSwitched', scenario: name, by });
    },
  };
  const told = { wall: () => wall, now: () => clock.now() } as never;
  const scenarios = new Scenarios({ runner, clock: told, ledger, configuration: () => settings, before });
  scenarios.open();
  const hour = (from: number): void => {
    wall = NOON + from * HOUR_MS;
    clock.turn(15_000);
  };
  return { scenarios, hour, facts, runner };
};

describe('scenarios by calendar', () => {
  it('are on outside the hours, as these end and begin', () => {
    const { scenarios, hour } = setUp();
    hour(0);
    assert.equal(scenarios.current(), '');
    hour(5);
    assert.deepEqual(scenarios.shown(), { id: 'night', title: 'Night' });
    hour(21);
    assert.equal(scenarios.current(), '');
  });

  it('leave alone what a person switches in between, until hours begin or end', () => {
    const { scenarios, hour } = setUp();
    hour(5);
    scenarios.switchTo('flood', 'page');
    hour(6);
    assert.equal(scenarios.current(), 'flood');
    hour(21);
    assert.equal(scenarios.current(), 'flood', 'it is not by a calendar');
    assert.equal(scenarios.previous(), 'night');
    hour(29);
    assert.equal(scenarios.current(), 'night');
  });

  it('go on over a restart of the plane without being switched again', () => {
    const first = setUp();
    first.hour(5);
    const kept = new Map([['scenario-calendar', first.runner.state('scenario-calendar')]]);
    const second = setUp(kept, '');
    second.hour(6);
    assert.equal(second.scenarios.current(), '', 'somebody had switched it off by hand');
  });

  it('are off after a power cut in which the hours began', () => {
    const { scenarios, hour } = setUp(new Map(), 'night');
    hour(0);
    assert.equal(scenarios.current(), '');
  });

  it('are switched on and off by the same star code', () => {
    const { scenarios } = setUp();
    const star = starOf(scenarios, (_, right) => right);
    star.switchScenario('flood', 'phone 11');
    assert.equal(star.scenario(), 'flood');
  });
});

it('the holidays of the next year are missed once, from November on', () => {
  const { hour, facts } = setUp();
  hour(0);
  hour(1);
  assert.deepEqual(
    facts.filter(({ fact }) => fact.startsWith('holidays')),
    [{ fact: 'holidaysMissing', calendar: 'office', year: 2028 }],
  );
});
