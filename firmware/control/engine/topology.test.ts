import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuditReply } from '../../engine-protocol/messages.ts';
import { topologySteps } from './topology.ts';

const line = { available: true, offHook: false, present: true, ringing: false } as const;
const audit: Pick<AuditReply, 'contexts' | 'lines'> = {
  contexts: [
    {
      id: 'context/1',
      terminations: [
        { id: 'line/1', mode: 'sendReceive' },
        { id: 'net/4', mode: 'sendReceive' },
      ],
    },
    {
      id: 'context/2',
      terminations: [
        { id: 'line/9', mode: 'sendReceive' },
        { id: 'line/2', mode: 'sendReceive' },
      ],
    },
  ],
  lines: [
    { ...line, id: 'line/1', kind: 'fxs', offHook: true },
    { ...line, id: 'line/2', kind: 'fxs', offHook: true },
    { ...line, id: 'line/3', kind: 'fxs', ringing: true },
    { ...line, id: 'line/9', kind: 'fxo', offHook: true },
    { ...line, id: 'line/10', kind: 'fxo', ringing: true },
  ],
};

describe('steps from an audit to what calls want', () => {
  it('takes everything away when nothing is wanted, and lets exchange lines go first', () => {
    assert.deepEqual(topologySteps(audit, new Set()), [
      { do: 'openLoop', line: 'line/9' },
      { do: 'stopRinging', line: 'line/3' },
      { do: 'subtract', termination: 'line/1' },
      { do: 'subtract', termination: 'net/4' },
      { do: 'subtract', termination: 'line/9' },
      { do: 'subtract', termination: 'line/2' },
    ]);
  });

  it('leaves what legs stand on, and phones that ring for a call', () => {
    const wanted = new Set(['line/9', 'line/2'] as const);
    assert.deepEqual(topologySteps(audit, wanted, new Set(['line/3'] as const)), [
      { do: 'subtract', termination: 'line/1' },
      { do: 'subtract', termination: 'net/4' },
    ]);
  });

  it('does nothing where both agree', () => {
    const wanted = new Set(['line/1', 'net/4', 'line/9', 'line/2'] as const);
    assert.deepEqual(topologySteps(audit, wanted, new Set(['line/3'] as const)), []);
  });
});
