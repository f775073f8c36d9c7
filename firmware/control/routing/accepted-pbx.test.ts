import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrunkSnapshot } from '../trunk/trunk.ts';
import type { Routed } from './question.ts';
import { question, way, waysOf, whyOf } from './test-box.ts';

describe('a PBX that registers with us', () => {
  const pbx = { id: 'pbx', kind: 'accepting', user: 'pbx', password: 'longenough' };
  const trunks = [
    { id: 'a', host: 'a.example', localPort: 5061 },
    { ...pbx, localPort: 5062 },
  ];
  const ways = [way('a', { bound: [] }), way('pbx')];
  const dials = (dialled: string): Routed => ({
    from: { kind: 'trunk', id: 'pbx', number: '300' },
    caller: { number: '300' },
    dialled,
  });
  const asked = (dialled: string, settings: object = {}, other: readonly TrunkSnapshot[] = ways) =>
    question(dials(dialled), other, { trunks, ...settings });

  it('reaches our phones, and nobody outside unless it may', () => {
    assert.equal(waysOf(asked('12')), 'line/2');
    assert.equal(waysOf(asked('5550100')), 'barred');
    assert.match(whyOf(asked('5550100'), 'toll guard'), /phones here and emergency numbers only/);
    const may = { tollGuard: { trunkToTrunk: false }, trunks: [trunks[0], { ...trunks[1], callsOut: true }] };
    assert.equal(waysOf(asked('5550100', may)), 'a');
    assert.equal(waysOf(asked('09001234567', may)), 'barred', 'never a premium number');
  });

  it('reaches emergency numbers whatever it may, past its lock, and is not asked back', () => {
    assert.equal(waysOf(asked('112')), 'a');
    assert.equal(waysOf(asked('112', {}, [way('a', { lock: 'all' }), way('pbx', { lock: 'all' })])), 'a');
  });

  it('gets nothing else while it is locked both ways or drains', () => {
    for (const lock of ['all', 'drain'] as const) {
      assert.equal(waysOf(asked('12', {}, [way('a'), way('pbx', { lock })])), 'congestion');
    }
    assert.equal(waysOf(asked('12', {}, [way('a'), way('pbx', { lock: 'noOutgoing' })])), 'line/2');
  });
});
