import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SipSignal } from '../sip/face.ts';
import { TestOffice } from './test-office.ts';

let office: TestOffice;
beforeEach(() => {
  office = new TestOffice();
});
afterEach(() => assert.deepEqual(office.faults, []));

const _provisional = (status: number, sdp?: string): SipSignal => ({
  sip: 'provisional',
  status,
  ...(sdp === undefined ? {} : { sdp }),
});
const _refused = (status: number, q850?: number, contacts: string[] = []): SipSignal => ({
  sip: 'refused',
  status,
  contacts,
  credentialsRefused: false,
  ...(q850 === undefined ? {} : { reason: { q850 } }),
});
const _accepted: SipSignal = { sip: 'accepted', sdp: 'sendReceive' };
const lift = () => office.line('line/1', { is: 'offHook' });
const hangUp = () => office.line('line/1', { is: 'onHook' });
const call = async (number: string) => {
  await lift();
  await office.dial('line/1', number);
};

describe('a call from phone to phone', () => {
  it('rings, is answered, and ends on both sides when one hangs up', async () => {
    await call('12');
    assert.equal(office.engine.playing.get('line/2'), 'normal [object Object]');
    assert.equal(office.engine.playing.get('line/1'), 'ringback true');
    await office.line('line/2', { is: 'offHook' });
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/2']]);
    assert.equal(office.engine.playing.get('line/1'), 'none');
    assert.deepEqual([office.phone('line/1'), office.phone('line/2')], ['talking', 'talking']);
    await hangUp();
    assert.equal(office.phone('line/2'), 'hearing');
    assert.equal(office.engine.playing.get('line/2'), 'busy');
    await office.line('line/2', { is: 'onHook' });
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(office.left(), []);
    const facts = office.facts.map((each) => each.fact);
    assert.deepEqual(facts, ['callBegan', 'attemptBegan', 'callAlerting', 'callAnswered', 'callEnded']);
    assert.deepEqual(office.told('callEnded'), [
      { fact: 'callEnded', call: 'call/test-1', cause: 'hungUp', by: 'caller' },
    ]);
  });
});
