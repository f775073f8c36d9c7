import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as v from 'valibot';
import { confirmedForAnother } from './confirmed-numbers.ts';
import { configuration } from './schema.ts';

const line = (ownNumber: string, ownNumberConfirmed: boolean, id = 'line/1') => ({
  lines: [{ id, card: 'c', port: 'p', ownNumber, ownNumberConfirmed }],
});
const pool = (more: object) => ({ numberPools: [{ id: 'site', trunk: 'a', main: '030900', ...more }] });
const refused = (before: object, after: object): string[] => {
  const whole = (more: object) => v.parse(configuration, { version: 1, ...more });
  return confirmedForAnother(whole(before), whole(after)).map(({ path }) => path);
};

it('the word of the installer is for the number that was called, and for no other', () => {
  assert.deepEqual(refused(line('030100', true), line('030101', true)), ['lines/0/ownNumberConfirmed']);
  assert.deepEqual(refused(line('030100', true), line('030101', false)), []);
  assert.deepEqual(refused(line('030100', false), line('030101', true)), []);
  assert.deepEqual(refused(line('030100', true), line('030100', true)), []);
  assert.deepEqual(refused(line('', true), line('030101', true)), []);
  assert.deepEqual(refused(line('030100', true), line('', true)), []);
  assert.deepEqual(refused(line('030100', true), line('030101', true, 'line/2')), []);
});

it('so it is with the main numbers of a site', () => {
  const both = { mainConfirmed: true, forwarded: '030700', forwardedConfirmed: true };
  const changed = { ...both, main: '030901', forwarded: '030701' };
  const paths = ['numberPools/0/mainConfirmed', 'numberPools/0/forwardedConfirmed'];
  assert.deepEqual(refused(pool(both), pool(changed)), paths);
  assert.deepEqual(refused(pool(both), pool({ ...changed, mainConfirmed: false })), paths.slice(1));
  assert.deepEqual(refused(pool(both), pool(both)), []);
});

it('a number of a site that only moved keeps it, one that took the place of another does not', () => {
  const members = (...numbers: string[]) => pool({ members: numbers.map((number) => ({ number, confirmed: true })) });
  assert.deepEqual(refused(members('1000', '2000', '3000'), members('2000', '3000')), []);
  assert.deepEqual(refused(members('1000'), members('1000', '2000')), []);
  assert.deepEqual(refused(members('1000', '2000'), members('1000', '2001')), ['numberPools/0/members/1/confirmed']);
});
