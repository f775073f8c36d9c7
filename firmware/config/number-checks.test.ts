import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkConfiguration } from './check.ts';

const trunk = { id: 'A', host: '192.0.2.1', localPort: 5070 };
const zone = { id: 'work', timeZone: 'Europe/Berlin' };

const refusedOf = async (settings: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
  const checked = await checkConfiguration({ version: 1, ...settings });
  return checked.ok ? [] : checked.refused.map(({ path, limit }) => `${path} ${limit}`);
};
const transform = (rule: Readonly<Record<string, unknown>>) =>
  refusedOf({ trunks: [{ ...trunk, transforms: [rule] }] });

it('a transform is refused where it could run long or names what it does not keep', async () => {
  assert.deepEqual(await transform({ begins: '0', strip: 1, prepend: '+49' }), []);
  assert.deepEqual(await transform({ matches: '0(\\d+)', becomes: '+49$1' }), []);
  const nested = await transform({ matches: '(\\d+)+#', becomes: '$1' });
  assert.deepEqual(nested, [
    'trunks/0/transforms/0/matches must not repeat a group that has a repetition or a choice in it',
  ]);
  const [unknown] = await transform({ matches: '0(\\d+)', becomes: '$1$2' });
  assert.match(unknown!, /becomes must name groups of the expression only, of which there are 1/);
  for (const becomes of ['$', '$0', '1$']) assert.equal((await transform({ matches: '0(1)', becomes })).length, 1);
  assert.match((await transform({ becomes: '1' }))[0]!, /becomes must be empty/);
});

it('two tables by turns must hold the same prefixes: gaps are listed', async () => {
  const rates = (...prefixes: string[]) => prefixes.map((prefix) => ({ prefix, perMinute: 1 }));
  const tables = (day: string[], night: string[]) => [
    { id: 'day', rates: rates(...day) },
    { id: 'night', rates: rates(...night) },
  ];
  const turns = { ...trunk, rates: 'day', ratesOut: 'night', rateCalendar: 'work' };
  const ask = (day: string[], night: string[], more = {}) =>
    refusedOf({ trunks: [{ ...turns, ...more }], rateTables: tables(day, night), calendars: [zone] });
  assert.deepEqual(await ask(['49', '43'], ['43', '49']), []);
  assert.deepEqual(await ask(['49', '43'], ['49', '41']), [
    'trunks/0/ratesOut must hold the same prefixes: 43 is not in night, 41 is not in day',
  ]);
  const many = Array.from({ length: 12 }, (_, at) => `${100 + at}`);
  assert.match((await ask([...many, '9'], ['9']))[0]!, /107 is not in night, and 4 more$/);
  assert.match((await ask(['49'], ['49'], { rateCalendar: '' }))[0]!, /ratesOut must have a calendar/);
  assert.match((await ask(['49', '49'], ['49']))[0]!, /rateTables\/0\/rates\/1\/prefix must be unlike/);
});

it('caller numbers have the one form that softswitches take', async () => {
  const pool = { id: 'berlin', trunk: 'A', main: '030555', members: [{ number: '+4930555100' }] };
  const ask = (more: Readonly<Record<string, unknown>>) =>
    refusedOf({ trunks: [trunk], numberPools: [{ ...pool, ...more }] });
  assert.deepEqual(await ask({}), []);
  assert.match((await ask({ main: '*31#030' }))[0]!, /numberPools\/0\/main must be 2 to 15 digits/);
  assert.match((await ask({ forwarded: '1234567890123456' }))[0]!, /forwarded must be/);
  const twice = [{ number: '030' }, { number: '030' }];
  assert.match((await ask({ members: twice }))[0]!, /members\/1\/number must be unlike/);
});
