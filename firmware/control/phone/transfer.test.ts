import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { LineId } from '../../engine-protocol/ids.ts';
import type { SipSignal } from '../sip/face.ts';
import { TestOffice } from './test-office.ts';

let office: TestOffice;
beforeEach(() => {
  office = new TestOffice();
});
afterEach(() => assert.deepEqual(office.faults, []));

const accepted: SipSignal = { sip: 'accepted', sdp: 'sendReceive' };
const lift = (line: LineId = 'line/1') => office.line(line, { is: 'offHook' });
const hangUp = (line: LineId = 'line/1') => office.line(line, { is: 'onHook' });
const flash = (line: LineId = 'line/1') => office.line(line, { is: 'flash' });
const playing = (at: string) => office.engine.playing.get(at as LineId);
const dial = (number: string) => office.dial('line/1', number);

/** Phone 1 talks with the far end over the softswitch. */
const talk = async (): Promise<void> => {
  await lift();
  await dial('3456');
  await office.answer('primary', accepted);
};
/** Phone 1 holds the far end and calls phone 2. */
const consult = async (): Promise<void> => {
  await talk();
  await flash();
  await dial('12');
};
const ends = () =>
  office.facts.flatMap((each) => (each.fact === 'callEnded' ? [[each.call, each.cause, each.by]] : []));
const transfers = () =>
  office.facts.flatMap((each) => (each.fact === 'callTransferred' ? [[each.call, each.how]] : []));
/** The exchange takes an emergency call. */
const helped = async (): Promise<void> => {
  await office.line('line/9', { is: 'seized', dialTone: true });
  await office.line('line/9', { is: 'dialled' });
  await office.line('line/9', { is: 'answered', by: 'polarity' });
};

describe('hold by flash', () => {
  it('holds the far end with a=sendonly and a tone, gives dial tone, and takes it back by one more flash', async () => {
    await talk();
    await flash();
    assert.equal(office.phone('line/1'), 'dialling');
    assert.equal(playing('line/1'), 'stutter');
    assert.deepEqual(office.engine.joined(), [['net/2']]);
    assert.equal(office.engine.modes.get('net/2'), 'sendOnly');
    assert.equal(playing('net/2'), 'hold');
    assert.equal(office.userAgent.did.at(-1), 'reoffer sendOnly');
    await office.answer('primary', { sip: 'reofferAnswered', status: 200, sdp: 'receiveOnly' });
    await flash();
    assert.equal(office.phone('line/1'), 'talking');
    assert.deepEqual(office.engine.joined(), [['line/1', 'net/2']]);
    assert.equal(playing('net/2'), 'none');
    assert.equal(office.userAgent.did.at(-1), 'reoffer sendReceive');
    await office.answer('primary', { sip: 'reofferAnswered', status: 200, sdp: 'sendReceive' });
    assert.equal(office.engine.modes.get('net/2'), 'sendReceive');
    await hangUp();
    assert.deepEqual(ends(), [['call/test-1', 'hungUp', 'caller']]);
    await office.answer('primary', { sip: 'ended' });
    assert.deepEqual(office.left(), []);
  });

  it('rings back a phone that was hung up with somebody on hold, and lets that one go after a while', async () => {
    for (const answered of [true, false]) {
      await talk();
      await flash();
      await hangUp();
      assert.equal(office.phone('line/1'), 'recalling');
      assert.match(playing('line/1') ?? '', /normal/);
      if (answered) {
        await lift();
        assert.equal(office.phone('line/1'), 'talking');
        assert.equal(playing(office.engine.joined()[0]![1]!), 'none');
        await hangUp();
      } else await office.turn(60_000);
      assert.equal(office.phone('line/1'), 'onHook');
      await office.answer('primary', { sip: 'ended' });
      assert.deepEqual(office.left(), []);
    }
    assert.deepEqual(ends(), [
      ['call/test-1', 'hungUp', 'caller'],
      ['call/test-2', 'noAnswer', 'caller'],
    ]);
  });

  it('lets the held party go after the longest hold, whatever the phone does meanwhile', async () => {
    await talk();
    await flash();
    await office.turn(16_000);
    assert.equal(office.phone('line/1'), 'hearing');
    await office.turn(600_000);
    assert.deepEqual(ends(), [['call/test-1', 'noAnswer', 'caller']]);
    assert.equal(office.phone('line/1'), 'hearing');
    await hangUp();
    assert.equal(office.phone('line/1'), 'onHook');
  });

  it('lets the held party go when settings take the phone away', async () => {
    await talk();
    await flash();
    const { lines, ...others } = office.configuration;
    office.phones.configure({ ...others, lines: lines.filter(({ id }) => id !== 'line/1') }, ['112']);
    await office.turn(0);
    assert.deepEqual(ends(), [['call/test-1', 'unavailable', 'caller']]);
    await office.answer('primary', { sip: 'ended' });
    assert.deepEqual(office.left(), []);
  });

  it('goes on dialling when the held party leaves', async () => {
    await consult();
    await office.answer('primary', { sip: 'bye' });
    assert.equal(office.phone('line/1'), 'calling');
    await lift('line/2');
    assert.deepEqual(office.engine.joined(), [['line/1', 'line/2']]);
    await hangUp();
    assert.deepEqual(transfers(), []);
  });

  it('does nothing in an emergency call, which nobody holds, drops or transfers', async () => {
    await lift();
    await dial('112');
    await flash();
    assert.equal(office.phone('line/1'), 'calling');
    await helped();
    await flash();
    assert.equal(office.phone('line/1'), 'talking');
    await hangUp();
    assert.deepEqual(office.left(), []);
  });

  it('lets an emergency call be the second one: hanging up ends it, and the phone rings for the held party', async () => {
    await talk();
    await flash();
    await dial('112');
    await helped();
    await flash();
    assert.equal(office.phone('line/1'), 'talking');
    await hangUp();
    assert.equal(office.phone('line/1'), 'recalling');
    assert.deepEqual(transfers(), [
      ['call/test-1', 'refused'],
      ['call/test-2', 'refused'],
    ]);
  });
});

describe('a second party', () => {
  it('is dropped by a flash before it answers, and the first is talked to again', async () => {
    await consult();
    assert.equal(office.phone('line/2'), 'ringing');
    await flash();
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(office.engine.joined(), [['net/2', 'line/1'].sort()]);
    assert.equal(office.phone('line/1'), 'talking');
  });

  it('and the first are talked to in turns', async () => {
    await consult();
    await lift('line/2');
    const apart = [['line/1', 'line/2'], ['net/2']];
    assert.deepEqual(office.engine.joined().sort(), apart);
    await flash();
    assert.deepEqual(office.engine.joined().sort(), [['line/1', 'net/2'], ['line/2']]);
    assert.equal(playing('line/2'), 'hold');
    await flash();
    assert.deepEqual(office.engine.joined().sort(), apart);
    assert.equal(playing('line/2'), 'none');
    await hangUp('line/2');
    assert.equal(playing('line/1'), 'busy');
    await flash();
    assert.deepEqual(office.engine.joined(), [['line/1', 'net/2']]);
  });

  it('that is busy is heard so, and a flash returns', async () => {
    await office.line('line/2', { is: 'offHook' });
    await consult();
    assert.equal(playing('line/1'), 'busy');
    await flash();
    assert.equal(office.phone('line/1'), 'talking');
    assert.deepEqual(office.engine.joined(), [['line/1', 'net/2']]);
  });
});

describe('a transfer', () => {
  it('joins both when the phone is hung up after the second has answered', async () => {
    await consult();
    await lift('line/2');
    await hangUp();
    assert.equal(office.phone('line/1'), 'onHook');
    assert.deepEqual(office.engine.joined(), [['line/2', 'net/2']]);
    assert.equal(playing('net/2'), 'none');
    assert.deepEqual(transfers(), [
      ['call/test-1', 'attended'],
      ['call/test-2', 'attended'],
    ]);
    assert.deepEqual(ends(), []);
    await hangUp('line/2');
    assert.equal(office.userAgent.did.at(-1), 'bye primary hungUp');
    await office.answer('primary', { sip: 'ended' });
    assert.deepEqual(ends().sort(), [
      ['call/test-1', 'hungUp', 'caller'],
      ['call/test-2', 'hungUp', 'callee'],
    ]);
    assert.deepEqual(office.left(), []);
  });

  it('joins both when the second answers after the phone was hung up; till then the first hears it ring', async () => {
    await consult();
    await hangUp();
    assert.equal(playing('net/2'), 'ringback');
    assert.deepEqual(transfers(), [
      ['call/test-1', 'blind'],
      ['call/test-2', 'blind'],
    ]);
    await lift('line/2');
    assert.deepEqual(office.engine.joined(), [['line/2', 'net/2']]);
    assert.equal(playing('net/2'), 'none');
    assert.equal(office.phone('line/2'), 'talking');
    await office.answer('primary', { sip: 'bye' });
    assert.equal(playing('line/2'), 'busy');
    await hangUp('line/2');
    assert.deepEqual(office.left(), []);
  });

  it('ends both calls when the held party leaves while the second rings', async () => {
    await consult();
    await hangUp();
    await office.answer('primary', { sip: 'bye' });
    assert.equal(office.phone('line/2'), 'onHook');
    assert.deepEqual(office.left(), []);
  });

  it('gives the party back to the phone when the second does not answer, as soon as the phone is idle', async () => {
    await consult();
    await hangUp();
    await lift();
    await office.turn(120_000);
    assert.equal(office.phone('line/2'), 'onHook');
    assert.equal(playing('net/2'), 'hold');
    await hangUp();
    await office.turn(2_000);
    assert.equal(office.phone('line/1'), 'recalling');
    assert.deepEqual(transfers().slice(2), [
      ['call/test-1', 'returned'],
      ['call/test-2', 'returned'],
    ]);
    await lift();
    assert.deepEqual(office.engine.joined(), [['line/1', 'net/2']]);
    await hangUp();
    await office.answer('primary', { sip: 'ended' });
    assert.deepEqual(office.left(), []);
  });

  it('of two parties from outside is refused by the toll guard, and the phone is rung back for the first', async () => {
    for (const allowed of [false, true]) {
      office.configuration = {
        ...office.configuration,
        tollGuard: { ...office.configuration.tollGuard, transferOutside: allowed },
      };
      await talk();
      await flash();
      await dial('4567');
      await office.answer('primary', accepted);
      await hangUp();
      assert.equal(office.phone('line/1'), allowed ? 'onHook' : 'recalling');
      if (allowed) {
        assert.equal(office.engine.joined().length, 1);
        assert.equal(office.engine.joined()[0]!.length, 2);
      } else await office.turn(60_000);
    }
    assert.deepEqual(
      transfers().map(([, how]) => how),
      ['refused', 'refused', 'attended', 'attended'],
    );
  });

  it('to the voice of the box is refused', async () => {
    await talk();
    await flash();
    await dial('999999');
    await office.turn(4_000);
    if (office.phone('line/1') === 'calling') await hangUp();
    else assert.fail(`the phone is ${office.phone('line/1')}`);
    assert.equal(office.phone('line/1'), 'recalling');
  });

  it('of a party that was transferred already is known to be outside still', async () => {
    await consult();
    await lift('line/2');
    await hangUp();
    await flash('line/2');
    await office.dial('line/2', '4567');
    await office.answer('primary', accepted);
    await hangUp('line/2');
    assert.equal(office.phone('line/2'), 'recalling');
    assert.deepEqual(transfers().at(-1), ['call/test-3', 'refused']);
  });

  it('is transferred on by the second party', async () => {
    await consult();
    await lift('line/2');
    await hangUp();
    await flash('line/2');
    assert.equal(playing('net/2'), 'hold');
    await office.dial('line/2', '11');
    await office.turn(4_000);
    await lift();
    await hangUp('line/2');
    assert.deepEqual(office.engine.joined(), [['line/1', 'net/2']]);
    assert.equal(playing('net/2'), 'none');
    await hangUp();
    await office.answer('primary', { sip: 'ended' });
    assert.deepEqual(office.left(), []);
    assert.deepEqual(ends().length, 3);
  });
});
