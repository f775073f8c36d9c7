import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TestOffice } from '../phone/test-office.ts';
import type { TestCallResult } from './test-call.ts';

let office: TestOffice;
beforeEach(() => {
  office = new TestOffice();
});
afterEach(() => {
  assert.deepEqual(office.faults, []);
  assert.deepEqual(office.left(), []);
});

/** Begins a test call; what became of it is known when it is over. */
const place = async (number: string, trunk?: string): Promise<{ result: TestCallResult | undefined }> => {
  const kept: { result: TestCallResult | undefined } = { result: undefined };
  void office.testCalls.place({ number, ...(trunk === undefined ? {} : { trunk }) }).then((result) => {
    kept.result = result;
  });
  await office.settle();
  return kept;
};

describe('a test call', () => {
  it('goes out by the trunk that was asked for, says its sentence once after the answer, and hangs up', async () => {
    const kept = await place('3456', 'secondary');
    assert.deepEqual(office.userAgent.did, ['invite secondary sip:3456@secondary']);
    assert.deepEqual(office.engine.joined(), [['net/2', 'player/1']]);
    assert.equal(office.engine.modes.get('player/1'), 'inactive', 'nothing is said before the answer');
    await office.turn(700);
    await office.answer('secondary', { sip: 'accepted', sdp: 'sendReceive' });
    await office.turn(499);
    assert.equal(office.engine.modes.get('player/1'), 'inactive', 'nor before the path is open');
    await office.turn(1);
    assert.equal(office.engine.modes.get('player/1'), 'receiveOnly');
    await office.heard();
    await office.turn(499);
    assert.notEqual(office.userAgent.did.at(-1), 'bye secondary hungUp', 'its end is still on the way');
    await office.turn(1);
    assert.deepEqual(office.userAgent.did.at(-1), 'bye secondary hungUp');
    await office.answer('secondary', { sip: 'ended' });
    await office.settle();
    assert.deepEqual(kept.result, {
      answered: true,
      afterMs: 700,
      cause: 'hungUp',
      attempts: [{ target: 'secondary', cause: 'answered' }],
    });
  });

  it('tells every way that failed', async () => {
    const kept = await place('3456');
    const refused = { sip: 'refused', status: 503, contacts: [], credentialsRefused: false } as const;
    await office.answer('primary', refused);
    await office.answer('secondary', refused);
    await office.line('line/9', { is: 'seized', dialTone: false });
    await office.settle();
    assert.deepEqual(kept.result, {
      answered: false,
      cause: 'lineDead',
      attempts: [
        { target: 'primary', cause: 'congestion' },
        { target: 'secondary', cause: 'congestion' },
        { target: 'line/9', cause: 'lineDead' },
      ],
    });
  });

  it('rings a phone of the box, and gives up after a minute', async () => {
    const kept = await place('12');
    assert.equal(office.phone('line/2'), 'ringing');
    await office.turn(60_000);
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(kept.result, {
      answered: false,
      cause: 'noAnswer',
      rangAfterMs: 0,
      attempts: [{ target: 'line/2', cause: 'hungUp' }],
    });
  });

  it('ends in order when its player cannot be opened', async () => {
    office.engine.refuses = /add player/;
    const kept = await place('12');
    await office.settle();
    assert.equal(kept.result?.answered, false);
    assert.equal(kept.result?.cause, 'mediaLost');
  });

  it('rings an extension that ends like an emergency number, unless it is one or is to go out by a trunk', async () => {
    office.extensions = ['2112', '112'];
    const [phone] = office.configuration.lines;
    const lines = office.configuration.lines.map((line) => (line === phone ? { ...line, extension: '2112' } : line));
    office.configuration = { ...office.configuration, lines };
    const kept = await place('2112');
    assert.equal(office.phone('line/1'), 'ringing');
    await office.turn(60_000);
    assert.equal(kept.result?.cause, 'noAnswer');
    const refused = { code: 'operation-refused' };
    await assert.rejects(office.testCalls.place({ number: '2112', trunk: 'primary' }), refused);
    await assert.rejects(office.testCalls.place({ number: '3112' }), refused);
    await assert.rejects(office.testCalls.place({ number: '112' }), refused);
  });

  it('is refused for emergency numbers, with a prefix too, for what is no number, and while another is up', async () => {
    const refused = { code: 'operation-refused' };
    for (const number of ['112', '0112', '99112', '', 'x', '1'.repeat(41)]) {
      await assert.rejects(office.testCalls.place({ number }), refused, number);
      await assert.rejects(office.testCalls.place({ number, trunk: 'primary' }), refused, number);
    }
    assert.deepEqual(office.told('callBegan'), []);
    await place('12');
    await assert.rejects(office.testCalls.place({ number: '12' }), refused);
    await office.turn(60_000);
  });
});
