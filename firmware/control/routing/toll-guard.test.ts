import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as v from 'valibot';
import { configuration } from '../../config/schema.ts';
import { profile } from '../../profiles/countries/de.ts';
import type { Party } from '../facts.ts';
import { freshMemory, quietQuestion, type TollMemory } from './question.ts';
import { tollVerdict } from './toll-guard.ts';

const PHONE: Party = { kind: 'phone', id: 'line/1', number: '11' };
const OUTSIDE: Party = { kind: 'trunk', id: 'A', number: '0404' };
const NOON = Date.UTC(2027, 0, 11, 11);
const NIGHT = Date.UTC(2027, 0, 11, 22);

type Given = {
  readonly line?: object;
  readonly guard?: object;
  readonly toll?: Partial<TollMemory>;
  readonly from?: Party;
  readonly ms?: number;
  readonly overridden?: true;
  readonly without?: 'line';
};
const verdict = (number: string, given: Given = {}): string => {
  const { from = PHONE, ms = NOON, overridden } = given;
  const whole = v.parse(configuration, {
    version: 1,
    lines: [{ id: 'line/1', card: 'c', port: 'p', ...given.line }],
    tollGuard: given.guard,
    calendars: [{ id: 'work', timeZone: 'Europe/Berlin', periods: [{ days: ['mon'], from: '08:00', until: '18:00' }] }],
  });
  const question = quietQuestion({
    offer: { from, caller: {}, dialled: number, ...(overridden ? { overridden } : {}) },
    ...{ configuration: whole, country: profile, trunks: [], now: { ms, sure: true } },
    memory: { ...freshMemory, toll: { ...freshMemory.toll, ...given.toll } },
  });
  const said = tollVerdict(question, given.without === 'line' ? undefined : whole.lines[0], number);
  return said.is === 'allowed' ? 'allowed' : said.why;
};

const ABROAD = '0043123456';
const PREMIUM = '0900123456';

it('a phone may call all but premium numbers, until settings say otherwise', () => {
  for (const number of ['5551234', '030555', '0171123', ABROAD]) assert.equal(verdict(number), 'allowed', number);
  assert.match(verdict(PREMIUM), /line\/1 may call no premium numbers/);
  assert.equal(verdict(PREMIUM, { line: { classes: ['premium'] } }), 'allowed');
  assert.match(verdict('0171123', { line: { classes: ['local', 'national'] } }), /no mobile numbers/);
});

it('countries that are listed are the only ones', () => {
  const line = { countries: ['43', '41'] };
  assert.equal(verdict(ABROAD, { line }), 'allowed');
  assert.match(verdict('0033123456', { line }), /may not call the country \+33/);
  assert.match(verdict('0018765551234', { line: { countries: ['1'] } }), /country \+1876/);
  assert.equal(verdict('030555', { line }), 'allowed');
});

it('at night only local and national numbers', () => {
  const guard = { nightCalendar: 'work' };
  assert.equal(verdict(ABROAD, { guard }), 'allowed');
  assert.match(verdict(ABROAD, { guard, ms: NIGHT }), /night lock/);
  assert.match(verdict('0171123', { guard, ms: NIGHT }), /night lock/);
  assert.equal(verdict('030555', { guard, ms: NIGHT }), 'allowed');
});

it('the PIN lets a call pass classes, countries and night lock, and nothing else', () => {
  const overridden = true;
  assert.equal(verdict(PREMIUM, { overridden }), 'allowed');
  assert.equal(verdict(ABROAD, { overridden, line: { countries: ['41'] } }), 'allowed');
  assert.equal(verdict(ABROAD, { overridden, guard: { nightCalendar: 'work' }, ms: NIGHT }), 'allowed');
  assert.match(verdict(PREMIUM, { overridden, toll: { closed: [' premium'] } }), /closed after a sudden change/);
  const spent = { '': { calls: 9, minutes: 0, cost: 0 } };
  assert.match(verdict(PREMIUM, { overridden, guard: { boxCallsDay: 9 }, toll: { spent } }), /9 calls/);
});

it('what is spent of a day bars further calls: of the phone, and of the box', () => {
  const of = (calls: number, minutes: number, cost: number) => ({ calls, minutes, cost });
  const table = [
    [{ lineMinutesDay: 10 }, { 'line/1': of(1, 9.9, 0) }, 'allowed'],
    [{ lineMinutesDay: 10 }, { 'line/1': of(1, 10, 0) }, /the 10 minutes of a day of line\/1 are spent/],
    [{ lineMinutesDay: 10 }, { 'line/2': of(1, 10, 0) }, 'allowed'],
    [{ lineCallsDay: 3 }, { 'line/1': of(3, 0, 0) }, /the 3 calls of a day of line\/1/],
    [{ lineCostDay: 500 }, { 'line/1': of(0, 0, 500) }, /cost of a day of line\/1/],
    [{ boxMinutesDay: 60 }, { '': of(9, 61, 0) }, /the 60 minutes of a day of the box/],
    [{ boxCostDay: 7 }, { '': of(9, 61, 8) }, /cost of a day of the box/],
    [{}, { '': of(9e6, 9e6, 9e9), 'line/1': of(9e6, 9e6, 9e9) }, 'allowed'],
  ] as const;
  for (const [guard, spent, said] of table) {
    const why = verdict('5551234', { guard, toll: { spent } });
    if (typeof said === 'string') assert.equal(why, said);
    else assert.match(why, said);
  }
});

it('a class that a sudden change has closed is closed for its line or for the box', () => {
  assert.match(verdict(ABROAD, { toll: { closed: ['line/1 international'] } }), /closed after a sudden change/);
  assert.match(verdict(ABROAD, { toll: { closed: [' international'] } }), /closed after a sudden change/);
  assert.equal(verdict(ABROAD, { toll: { closed: ['line/2 international', ' premium'] } }), 'allowed');
});

it('a call is not led on to another country or a premium number, and to the outside only where settings let it', () => {
  assert.match(verdict(ABROAD, { from: OUTSIDE }), /not led on to other countries/);
  assert.equal(verdict(ABROAD, { from: OUTSIDE, guard: { forwardAbroad: true } }), 'allowed');
  assert.equal(verdict('0171123', { from: OUTSIDE }), 'allowed');
  assert.match(verdict('0171123', { from: OUTSIDE, guard: { trunkToTrunk: false } }), /not led outside again/);
  const everything = { classes: ['premium', 'international'] };
  assert.match(verdict(PREMIUM, { from: OUTSIDE, line: everything }), /no call is led on to a premium number/);
  // from another phone of ours that is forwarded to it
  const other: Party = { kind: 'phone', id: 'line/2', number: '12' };
  assert.match(verdict(ABROAD, { from: other }), /not led on to other countries/);
  assert.equal(verdict('0171123', { from: other, guard: { trunkToTrunk: false } }), 'allowed');
  assert.equal(verdict(ABROAD, { from: { kind: 'gateway', id: '', number: '' }, without: 'line' }), 'allowed');
  // a setting of the box leads on, on behalf of no phone
  assert.match(verdict(ABROAD, { from: OUTSIDE, without: 'line' }), /not led on to other countries/);
  assert.equal(verdict('0171123', { from: OUTSIDE, without: 'line' }), 'allowed');
});
