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
    ways: () => ['b'],
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
