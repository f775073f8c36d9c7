import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IncomingInvite, InviteAsk } from './face.ts';
import { openPair } from './test-user-agents.ts';

const asserted = ['P-Asserted-Identity', '"Ada" <sip:+4930555@example.com>'] as const;

const callerOf = async (more: Pick<Partial<InviteAsk>, 'from' | 'headers'>): Promise<IncomingInvite['caller']> => {
  const pair = await openPair({});
  try {
    const { a, b, ask } = pair;
    let seen: IncomingInvite | undefined;
    b.agent.onInvite((invite) => {
      seen = invite;
      return { refuse: 486, cause: 'busy' };
    });
    a.agent.invite('leg/1', { ...ask, ...more });
    await a.until('refused');
    assert.ok(seen);
    return seen.caller;
  } finally {
    await pair.close();
  }
};

test('a caller who asks for privacy is withheld, whatever the softswitch asserts', async () => {
  const shown = { number: '+4930555', name: 'Ada' };
  const hidden = { number: '', withheld: true };
  assert.deepEqual(await callerOf({ headers: [asserted] }), shown);
  assert.deepEqual(await callerOf({ headers: [asserted, ['Privacy', 'none']] }), shown);
  assert.deepEqual(await callerOf({ headers: [asserted, ['Privacy', 'id']] }), hidden);
  assert.deepEqual(await callerOf({ headers: [asserted, ['Privacy', 'critical; User']] }), hidden);
  const anonymous = { uri: 'sip:anonymous@anonymous.invalid', name: 'Anonymous' };
  assert.deepEqual(await callerOf({ from: anonymous, headers: [asserted] }), hidden);
  assert.deepEqual(await callerOf({ from: anonymous }), hidden);
});
