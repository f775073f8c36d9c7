import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownAddressBy, ownAddressTowards } from './own-address.ts';

test('the address of the route is found without sending anything', async () => {
  assert.equal(await ownAddressTowards('127.0.0.1'), '127.0.0.1');
});

test('without a route there is none, and not the address of no interface', async () => {
  // the broadcast address is refused to a socket that did not ask for it
  await assert.rejects(ownAddressTowards('255.255.255.255'));
});

test('an own address of the settings that no interface has is said so', async () => {
  const links = { now: () => new Map([['eth0', ['192.0.2.9']]]) };
  assert.equal(await ownAddressBy({ address: '192.0.2.9', links })('192.0.2.1', ''), '192.0.2.9');
  await assert.rejects(ownAddressBy({ address: '192.0.2.7', links })('192.0.2.1', ''), /192\.0\.2\.7/);
});
