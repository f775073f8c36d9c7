import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { InviteThread } from '../facts.ts';
import type { SipSignal } from '../sip/face.ts';
import { TestOffice } from './test-office.ts';

/** Overlap dialling (RFC 3578) with all rooms but the wire: what a phone dials, who is asked, and what it hears. */
let office: TestOffice;
const thread = (cseq: number): InviteThread => ({ callId: 'c', fromTag: 't', cseq });
const refused = (status: number, cseq = 1): SipSignal => ({
  ...{ sip: 'refused', status, contacts: [], credentialsRefused: false, thread: thread(cseq) },
});
const WAIT_MS = 4_000;
const dial = (digits: string) => office.dial('line/1', digits);
const refuse = (status: number, cseq?: number) => office.answer('primary', refused(status, cseq));
const asked = () => office.userAgent.invites.map(({ ask }) => `${ask.flow} ${ask.uri.slice(4).replace(/@.*/, '')}`);
const playing = () => office.engine.playing.get('line/1');
const ends = () => office.told('callEnded').map((fact) => ('cause' in fact ? fact.cause : undefined));
const sentences = () =>
  office.facts.flatMap((fact) =>
    fact.fact === 'attemptBegan' && fact.target.kind === 'sentence' ? [fact.target.id] : [],
  );
const settle = (more: object = {}) => {
  const { configuration } = office;
  const [primary, secondary] = configuration.trunks;
  office.configuration = { ...configuration, trunks: [{ ...primary!, overlap: true }, secondary!], ...more };
  office.phones.configure(office.configuration, ['112', '9112']);
};

beforeEach(async () => {
  office = new TestOffice();
  settle();
  await office.line('line/1', { is: 'offHook' });
});
afterEach(async () => {
  await office.line('line/1', { is: 'onHook' });
  for (const trunk of ['primary', 'secondary']) await office.answer(trunk, { sip: 'ended' });
  assert.deepEqual(office.left(), []);
  assert.deepEqual(office.faults, []);
});

/** Dials a number that the map lets grow, and waits until it is sent. */
const call = async (number = '9123') => {
  await dial(number);
  await office.turn(WAIT_MS);
};

describe('a number that a softswitch finds incomplete (484), where it takes numbers in pieces', () => {
  it('is asked for with each further digit, as one call; the caller hears nothing until it is whole', async () => {
    await call();
    assert.deepEqual(office.engine.detect.get('line/1'), ['digits']);
    await refuse(484);
    assert.deepEqual([playing(), ends(), sentences()], [undefined, [], []]);
    await dial('4');
    await refuse(484, 3);
    await dial('5');
    assert.deepEqual(asked(), ['primary 9123', 'primary 91234', 'primary 912345']);
    assert.deepEqual(
      office.userAgent.invites.map(({ ask }) => ask.thread),
      [undefined, thread(1), thread(3)],
    );
    await office.answer('primary', { sip: 'provisional', status: 180 });
    await office.answer('primary', { sip: 'accepted', sdp: 'sendReceive' });
    assert.equal(office.phone('line/1'), 'talking');
    assert.deepEqual(
      office.told('callDialledOn').map((fact) => ('dialled' in fact ? fact.dialled : '')),
      ['91234', '912345'],
    );
    assert.equal(office.told('callBegan').length, 1);
    assert.deepEqual(office.engine.detect.get('line/1'), [], 'keys are the far end’s from now on');
    assert.deepEqual(
      office.told('attemptBegan').map((fact) => ('attempt' in fact ? fact.attempt : '')),
      ['primary', 'primary+1', 'primary+2'],
    );
    await dial('7');
    assert.equal(asked().length, 3, 'what is dialled while they talk is no digit of the number');
  });

  it('is the end when nobody dials on for the time between digits, and the caller is told so in words', async () => {
    await call();
    await refuse(484);
    await office.turn(WAIT_MS - 1);
    assert.deepEqual(sentences(), []);
    await office.turn(1);
    assert.deepEqual(sentences(), ['numberIncomplete']);
    assert.deepEqual(asked(), ['primary 9123']);
  });

  it('takes what was dialled while it was asked at once, and # as the end', async () => {
    await call();
    await dial('45');
    assert.deepEqual(asked(), ['primary 9123']);
    await refuse(484);
    assert.deepEqual(asked(), ['primary 9123', 'primary 912345']);
    await dial('6#');
    await refuse(484);
    assert.equal(asked().at(-1), 'primary 9123456');
    assert.deepEqual(sentences(), []);
    await refuse(484);
    assert.deepEqual(sentences(), ['numberIncomplete'], 'and no wait');
  });

  it('is the end at once where # was dialled while it was asked', async () => {
    await call();
    await dial('#');
    await refuse(484);
    assert.deepEqual(sentences(), ['numberIncomplete']);
    assert.deepEqual(office.engine.detect.get('line/1'), []);
  });

  it('is the end at once by # while it is waited for, and where the map knows no longer number', async () => {
    await call();
    await refuse(484);
    await dial('#');
    assert.deepEqual(sentences(), ['numberIncomplete']);
    await office.line('line/1', { is: 'onHook' });
    await office.line('line/1', { is: 'offHook' });
    await dial('3456');
    await refuse(484);
    assert.deepEqual(sentences(), ['numberIncomplete', 'numberIncomplete']);
  });

  it('may have more digits than a call has attempts', async () => {
    await call();
    for (const digit of '45678901') {
      await refuse(484);
      await dial(digit);
    }
    assert.equal(asked().at(-1), 'primary 912345678901');
    assert.deepEqual(sentences(), []);
  });

  it('grows three minutes at most', async () => {
    await call();
    for (let second = 0; second < 186; second += 6) {
      await refuse(484);
      await dial('4');
      await office.turn(1_000);
      await office.answer('primary', { sip: 'provisional', status: 100 });
      await office.turn(5_000);
    }
    await refuse(484);
    assert.deepEqual(sentences(), ['numberIncomplete']);
  });

  it('that became a barred one is not asked for: the longer number is judged as if it had been dialled', async () => {
    await call('090012');
    await refuse(484);
    await dial('3');
    assert.deepEqual(asked(), ['primary 090012']);
    assert.deepEqual(sentences(), ['barred']);
  });

  it('that became an emergency number is an emergency call', async () => {
    const { routing } = office.configuration;
    settle({ routing: { ...routing, outsidePrefix: '9' } });
    await call('911');
    await refuse(484);
    assert.deepEqual(office.told('emergencyCall'), []);
    await dial('2');
    const [told, ...more] = office.told('emergencyCall');
    assert.deepEqual([told && 'dialled' in told && told.dialled, more], ['9112', []]);
  });

  it('ends with who hangs up', async () => {
    await call();
    await refuse(484);
    await office.line('line/1', { is: 'onHook' });
    assert.deepEqual(ends(), ['hungUp']);
  });
});

describe('a number that a softswitch finds incomplete', () => {
  it('is the end at once where it takes no numbers in pieces', async () => {
    office = new TestOffice();
    await office.line('line/1', { is: 'offHook' });
    await call();
    await dial('4');
    await refuse(484);
    assert.deepEqual([asked(), sentences()], [['primary 9123'], ['numberIncomplete']]);
  });
});
