import assert from 'node:assert/strict';
import { it } from 'node:test';
import { redirected } from './redirect.ts';
import { fromPhone, question, way } from './test-box.ts';

const asked = (number: string, settings: object = {}, line = 'line/1') => {
  const { from } = fromPhone('0301234', 'line/1');
  const about = { from, caller: { number: '11' }, line, over: 'a', number };
  return redirected(question(fromPhone(number, 'line/1'), [way('a')], settings), about);
};

it('a call is led on to what its phone may call, and pays as if it had dialled that', () => {
  assert.deepEqual(asked('0307777'), { is: 'allowed', toll: { line: 'line/1', class: 'national' } });
  const rateTables = [{ id: 'r', rates: [{ prefix: '0044', perMinute: 5, minimumS: 0, stepS: 1 }] }];
  const trunks = [{ id: 'a', host: 'h', rates: 'r' }];
  assert.deepEqual(asked('00441', { rateTables, trunks }), {
    is: 'allowed',
    toll: { line: 'line/1', class: 'international', rate: { perMinute: 5, minimumS: 0, stepS: 1 } },
  });
});

it('a call is led on to nothing that its phone may not call, and to no emergency number', () => {
  assert.deepEqual(asked('09001234567'), { is: 'barred', why: 'line/1 may call no premium numbers' });
  assert.equal(asked('112').is, 'barred');
});

it('a call that was led on already is led abroad no more than before', () => {
  assert.equal(asked('00441', {}, 'line/2').is, 'barred', 'a forwarding of another phone');
  assert.equal(asked('00441', { tollGuard: { forwardAbroad: true } }, 'line/2').is, 'allowed');
});
