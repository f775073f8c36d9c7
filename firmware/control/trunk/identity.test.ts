import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account, Trunk } from '../../config/schema.ts';
import {
  addressOfRecord,
  contactAt,
  credentialsOf,
  domainOf,
  escapedUser,
  sameCredentials,
  sameFlow,
  sameRegistrar,
} from './identity.ts';

const settings = {
  host: '2001:db8::1',
  port: 5060,
  transport: 'udp',
  domain: '',
  localPort: 5070,
  registerExpiryS: 600,
};
const trunk = (more: Partial<Trunk> = {}) => ({ ...settings, ...more }) as Trunk;
const account = (more: Partial<Account> = {}) =>
  ({ id: 'desk', user: '101', authUser: '', password: 'p', displayName: '', line: 'line/1', ...more }) as Account;

test('the domain is the one that is set, else the address, with its port where that is unusual', () => {
  assert.equal(domainOf(trunk({ domain: 'example.com', port: 5070 })), 'example.com');
  assert.equal(domainOf(trunk()), '[2001:db8::1]');
  assert.equal(domainOf(trunk({ host: '192.0.2.1', port: 5070 })), '192.0.2.1:5070');
});

test('addresses of record carry the name that is shown, and never a port', () => {
  assert.deepEqual(addressOfRecord(trunk({ host: '192.0.2.1', port: 5070 }), account()), { uri: 'sip:101@192.0.2.1' });
  const named = addressOfRecord(trunk({ domain: 'example.com' }), account({ displayName: 'Desk' }));
  assert.deepEqual(named, { uri: 'sip:101@example.com', name: 'Desk' });
});

test('a contact names the own port, and the transport unless it is UDP', () => {
  assert.equal(contactAt(trunk(), '192.0.2.9', '101'), 'sip:101@192.0.2.9:5070');
  assert.equal(contactAt(trunk({ transport: 'tcp' }), '2001:db8::9', 'a'), 'sip:a@[2001:db8::9]:5070;transport=tcp');
});

test('a user part is escaped where the standard wants it', () => {
  assert.equal(escapedUser('*21#+49&a=b c'), '*21%23+49&a=b%20c');
});

test('the authentication name goes before the user', () => {
  assert.deepEqual(credentialsOf(account()), { user: '101', password: 'p' });
  assert.deepEqual(credentialsOf(account({ authUser: 'auth' })), { user: 'auth', password: 'p' });
});

test('what a softswitch would notice makes settings differ, and nothing else', () => {
  for (const more of [{ host: 'x' }, { port: 1 }, { transport: 'tcp' }, { localPort: 1 }] as Partial<Trunk>[])
    assert.equal(sameFlow(trunk(), trunk(more)), false);
  for (const more of [{ host: 'x' }, { domain: 'x' }, { registerExpiryS: 1 }] as Partial<Trunk>[])
    assert.equal(sameRegistrar(trunk(), trunk(more)), false);
  assert.ok(sameFlow(trunk(), trunk({ domain: 'x' })) && sameRegistrar(trunk(), trunk({ priority: 9 })));
  for (const more of [{ user: 'x' }, { authUser: 'x' }, { password: 'x' }, { displayName: 'x' }])
    assert.equal(sameCredentials(account(), account(more)), false);
  assert.ok(sameCredentials(account(), account({ line: 'line/2' })));
});
