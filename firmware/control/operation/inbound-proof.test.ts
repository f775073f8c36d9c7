import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { TestCallAsk, TestCallResult } from '../ivr/test-call.ts';
import { InboundProof, type Incoming } from './inbound-proof.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const busy: TestCallResult = { answered: false, cause: 'declined', attempts: [] };
const incoming = (more: object = {}): Incoming => ({
  from: { kind: 'trunk', id: 'a', number: '' },
  caller: { number: '', withheld: true },
  dialled: '4930100',
  ...more,
});

/** The sentence of a proof during which this call came in, and whether it was taken for our own. */
const proved = async (came: Incoming): Promise<readonly [arrives: boolean, recognised: boolean]> => {
  const clock = new TestClock();
  let recognised = false;
  const proof: InboundProof = new InboundProof({
    ...{ clock, runner: new Runner(clock, silentLog) },
    testCalls: {
      place: async (ask: TestCallAsk) => {
        assert.equal(ask.mark, TOKEN);
        recognised = proof.recognises(came);
        return busy;
      },
      hangUp: () => {},
    },
    dids: () => [{ id: 'main', number: '+4930100' }],
    ways: () => ['b', 'a'],
    inward: () => 'as it is',
    ownNumbers: () => ['4930100', '101'],
    emergency: () => ['112'],
    keep: async () => {},
    token: () => TOKEN,
  });
  const { rows } = await proof.run();
  assert.equal(proof.recognises(came), false, 'nothing is expected any more');
  return [rows[0]?.arrives === true, recognised];
};

for (const [what, came, known] of [
  ['its own header, though the caller is hidden', incoming({ mark: TOKEN }), true],
  ['its Session-ID, though the caller is hidden', incoming({ identity: { sessionId: TOKEN } }), true],
  ['the numbers, where nothing else came through', incoming({ from: { kind: 'trunk', id: 'a', number: '101' } }), true],
  ['the mark, whatever number it came for', incoming({ mark: TOKEN, dialled: '7' }), true],
  ['nothing: another hidden caller', incoming(), false],
  ['nothing: the mark of another box', incoming({ mark: 'f'.repeat(32) }), false],
  ['nothing: a phone of ours', incoming({ mark: TOKEN, from: { kind: 'phone', id: 'line/1', number: '101' } }), false],
] as const) {
  test(`a call of the box to itself is known by ${what}`, async () => {
    assert.deepEqual(await proved(came), [known, known]);
  });
}

/** A proof of two numbers, of which the first is called while `comes` begins; what it led to. */
const disturbed = async (comes: Incoming, givesWay: boolean) => {
  const clock = new TestClock();
  const runner = new Runner(clock, silentLog);
  const did: string[] = [];
  runner.onFact((fact) => void did.push((fact as { fact: string }).fact));
  const proof: InboundProof = new InboundProof({
    ...{ clock, runner },
    testCalls: {
      place: async ({ number }) => {
        did.push(`calls ${number}`);
        if (number === '4930100') proof.giveWay(comes);
        return busy;
      },
      hangUp: () => void did.push('hangs up'),
    },
    dids: () => [
      { id: 'main', number: '+4930100' },
      { id: 'desk', number: '+4930101' },
    ],
    ways: () => ['b', 'a'],
    inward: () => 'as it is',
    ownNumbers: () => ['4930100'],
    emergency: () => ['112'],
    keep: async () => void did.push('kept'),
    token: () => TOKEN,
  });
  const why = await proof.run({ givesWay }).then(
    () => '',
    (error: Error) => error.message,
  );
  return { did, why };
};
const fromPhone = incoming({ from: { kind: 'phone', id: 'line/1', number: '101' }, dialled: '555' });
const toTheEnd = ['calls 4930100', 'numberLost', 'calls 4930101', 'numberLost', 'kept'];

for (const [what, comes] of [
  ['from a phone of ours', fromPhone],
  ['from outside, for another number of ours', incoming({ dialled: '4930199' })],
] as const)
  test(`a proof that nobody asked for ends for a call ${what}, and says nothing of its numbers`, async () => {
    const { did, why } = await disturbed(comes, true);
    assert.deepEqual(did, ['calls 4930100', 'hangs up']);
    assert.match(why, /gave way/);
  });

for (const [what, comes, givesWay] of [
  ['may be its own without any mark', incoming(), true],
  ['comes without a number, as from an exchange line', incoming({ dialled: '' }), true],
  ['is the one that the box itself makes', incoming({ from: { kind: 'gateway', id: '', number: '' } }), true],
  ['comes while a person waits for the proof', fromPhone, false],
] as const)
  test(`a proof goes on beside a call that ${what}`, async () => {
    assert.deepEqual(await disturbed(comes, givesWay), { did: toTheEnd, why: '' });
  });

test('no number is called where one way alone works', async () => {
  const clock = new TestClock();
  const proof = new InboundProof({
    ...{ clock, runner: new Runner(clock, silentLog) },
    testCalls: { place: async () => assert.fail('it called'), hangUp: () => {} },
    dids: () => [{ id: 'main', number: '+4930100' }],
    ways: () => ['b'],
    inward: () => '',
    ownNumbers: () => [],
    emergency: () => [],
    keep: async () => {},
    token: () => TOKEN,
  });
  await assert.rejects(proof.run(), /only one way works now/);
});
