import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestOffice } from '../phone/test-office.ts';
import { leftRecordings } from './left-recordings.ts';

/** States of an office in which the exchange line, or phone 1, leaves a message for phone 2. */
const recordingFrom = async (caller: 'exchange' | 'phone'): Promise<TestOffice> => {
  const office = new TestOffice();
  office.health = { 'line/9': 'up' };
  if (caller === 'exchange') {
    await office.line('line/9', { is: 'rung' });
    await office.line('line/9', { is: 'callerId', callerId: { number: '7890' } });
  } else {
    await office.line('line/1', { is: 'offHook' });
    await office.dial('line/1', '12');
  }
  await office.turn(20_000);
  await office.turn(500);
  return office;
};

describe('recordings that a plane has left', () => {
  for (const [kind, line] of [
    ['exchange', 'line/9'],
    ['phone', 'line/1'],
  ] as const) {
    it(`are gone on with for a caller on ${line}, from the tone on`, async () => {
      const office = await recordingFrom(kind);
      assert.deepEqual(leftRecordings(office.states), [], 'the greeting is still being said');
      await office.heard();
      const [left, ...more] = leftRecordings(new Map(JSON.parse(JSON.stringify([...office.states]))));
      assert.deepEqual(more, []);
      assert.deepEqual(left?.caller, { leg: 'leg/1', kind, line });
      assert.equal(left?.call, 'call/test-1');
      assert.equal(left?.message.recorder, office.engine.file('recorder'));
      assert.equal(left?.message.room.file, '/m1.wav');
      await office.line(line, kind === 'phone' ? { is: 'onHook' } : { is: 'disconnected', by: 'loop' });
      assert.deepEqual(leftRecordings(office.states), [], 'and no more when the caller has gone');
    });
  }

  it('are none whose recorder, call or caller is not known for sure', async () => {
    const office = await recordingFrom('exchange');
    await office.heard();
    for (const gone of ['exchange/line/9', 'call/test-1', 'message/leg/3']) {
      const without = new Map([...office.states].filter(([id]) => id !== gone));
      assert.equal(without.size, office.states.size - 1, gone);
      assert.deepEqual(leftRecordings(without), [], gone);
    }
    const offered = { at: 'offered', leg: 'leg/1', answered: true, joined: false };
    assert.deepEqual(leftRecordings(new Map(office.states).set('exchange/line/9', offered)), []);
    const message = office.states.get('message/leg/3') as object;
    const unopened = new Map(office.states).set('message/leg/3', { ...message, recorder: undefined });
    assert.deepEqual(leftRecordings(unopened), []);
  });
});
