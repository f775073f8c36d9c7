import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account, Trunk } from '../../config/schema.ts';
import { callerIdentity } from './caller-identity.ts';

const trunk = { domain: '', host: '192.0.2.1', port: 5070 } as Trunk;
const account = { user: '100', displayName: 'Front desk' } as Account;

describe('what an INVITE says of the caller', () => {
  it('is the account where the plan says nothing', () => {
    assert.deepEqual(callerIdentity(trunk, account, undefined), {
      from: { uri: 'sip:100@192.0.2.1', name: 'Front desk' },
      headers: [],
    });
  });

  it('is the number of the plan in From and P-Asserted-Identity alike, with the name of the plan only', () => {
    assert.deepEqual(callerIdentity(trunk, account, { number: '+4930123' }), {
      from: { uri: 'sip:+4930123@192.0.2.1' },
      headers: [['P-Asserted-Identity', '<sip:+4930123@192.0.2.1>']],
    });
    assert.equal(callerIdentity(trunk, account, { number: '30', name: 'Site' }).from.name, 'Site');
  });

  it('hides both from the callee, and not from the softswitch', () => {
    const hidden = callerIdentity(trunk, account, { number: '+4930123', name: 'Site', withheld: true });
    assert.deepEqual(hidden.from, { uri: 'sip:anonymous@anonymous.invalid', name: 'Anonymous' });
    assert.deepEqual(hidden.headers, [
      ['P-Asserted-Identity', '<sip:+4930123@192.0.2.1>'],
      ['Privacy', 'id'],
    ]);
    const account100 = callerIdentity(trunk, account, { number: '', withheld: true });
    assert.deepEqual(account100.headers[0], ['P-Asserted-Identity', '<sip:100@192.0.2.1>']);
  });

  it('keeps characters that an address does not allow out of it', () => {
    const { from } = callerIdentity(trunk, account, { number: '*31#"<sip:x@y>' });
    assert.equal(from.uri, 'sip:*31%23%22%3Csip%3Ax%40y%3E@192.0.2.1');
  });
});
