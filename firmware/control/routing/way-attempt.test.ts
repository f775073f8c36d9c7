import assert from 'node:assert/strict';
import { it } from 'node:test';
import { plan } from './plan.ts';
import type { Routed } from './question.ts';
import { fromPhone, question, way } from './test-box.ts';

const trunks = ['a', 'b'].map((id, at) => ({ id, host: `${id}.example`, localPort: 5061 + at, overlap: id === 'b' }));
/** How long each way out waits for further digits; nothing where it waits for none. */
const waits = (offer: Routed, more: object = {}): readonly (number | undefined)[] => {
  const result = plan(question(offer, [way('a'), way('b')], { trunks, routing: { interDigitS: 6 }, ...more }));
  const levels = result.is === 'planned' ? result.levels : [];
  return levels
    .filter(({ ownVoice }) => !ownVoice)
    .flatMap(({ attempts }) => attempts.map((one) => one.overlap?.waitMs));
};

it('a phone may dial on where a softswitch takes numbers in pieces, for the time between digits', () => {
  assert.deepEqual(waits(fromPhone('555')), [undefined, 6_000]);
  assert.deepEqual(waits(fromPhone('9555'), { routing: { outsidePrefix: '9' } }), [undefined, 4_000]);
});

it('nobody dials on in a call that is forwarded or that no phone makes', () => {
  const forwardings = [{ id: 'away', line: 'line/2', on: 'always', targets: [{ to: 'number', name: '555' }] }];
  assert.deepEqual(waits(fromPhone('12'), { forwardings }), [undefined, undefined]);
  const only = { from: { kind: 'gateway', id: 'box', number: '' }, caller: {}, dialled: '555', only: 'b' } as const;
  assert.deepEqual(waits(only), [undefined]);
});
