import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instant } from '../../core/machine.ts';
import { compileDigitMap } from '../routing/digit-map.ts';
import { beginDialling, type Dialled, diallingLapsed, digitDialled, digitDialledOn } from './dialling-machine.ts';

const times = { firstDigitMs: 16_000, interDigitMs: 4_000 };
const now = 1000 as Instant;

/** Types all digits, then lets the timer run out if a number is still collected. */
const type = (map: string, digits: string, lapse = true): Dialled => {
  const compiled = compileDigitMap(map, [], []);
  let outcome: Dialled = { is: 'more', dialling: beginDialling(times, now) };
  for (const digit of digits) {
    if (outcome.is !== 'more') break;
    outcome = digitDialled(outcome.dialling, digit, compiled, times, now);
  }
  return lapse && outcome.is === 'more' ? diallingLapsed(outcome.dialling, compiled) : outcome;
};

describe('dialling', () => {
  it('waits for the first digit, then shorter for each further one', () => {
    assert.equal(beginDialling(times, now).lapseAt, 17_000);
    assert.deepEqual(type('x.T', '1', false), { is: 'more', dialling: { typed: '1', lapseAt: 5_000 } });
  });

  it('ends by the map, by the timer, or by #', () => {
    assert.deepEqual(type('2xxx', '23456'), { is: 'number', number: '2345' });
    assert.deepEqual(type('x.T', '234'), { is: 'number', number: '234', grows: true });
    assert.deepEqual(type('x.T', '234#', false), { is: 'number', number: '234' });
    assert.deepEqual(type('x.T|#xx', '#97'), { is: 'number', number: '#97' });
  });

  it('goes on as far as the map knows longer numbers; # ends it, other keys are nothing', () => {
    const map = compileDigitMap('[2-8]xx|0.T', [], ['08']);
    assert.deepEqual(digitDialledOn('00', '0', map), { number: '000', last: false });
    assert.deepEqual(digitDialledOn('00', '#', map), { number: '00', last: true });
    assert.deepEqual(digitDialledOn('0', '8', map), { number: '08', last: true });
    assert.equal(digitDialledOn('00', '5', map), undefined);
    assert.equal(digitDialledOn('0'.repeat(40), '0', map), undefined);
  });

  it('fails for a number that is too short or that nobody has', () => {
    assert.deepEqual(type('2xxx', '23'), { is: 'failed', number: '23', cause: 'numberIncomplete' });
    assert.deepEqual(type('2xxx', '23#'), { is: 'failed', number: '23', cause: 'numberIncomplete' });
    assert.deepEqual(type('2xxx', ''), { is: 'failed', number: '', cause: 'numberIncomplete' });
    assert.deepEqual(type('2xxx', '9'), { is: 'failed', number: '9', cause: 'unknownNumber' });
    assert.deepEqual(type('2xxx', '#'), { is: 'failed', number: '#', cause: 'unknownNumber' });
  });
});
