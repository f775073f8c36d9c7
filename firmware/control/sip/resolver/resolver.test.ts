import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/test-clock.ts';
import { literal, Resolver } from './resolver.ts';

test('literals need no DNS', async () => {
  const resolver = new Resolver(new TestClock(), () => Promise.reject(new Error('asked')));
  assert.equal(await resolver.address('192.0.2.1'), '192.0.2.1');
  assert.equal(resolver.known('[2001:db8::1]'), '2001:db8::1');
  assert.equal(literal('ss.example'), undefined);
});

test('the last good answer stays when the DNS fails, and is asked for again when it is old', async () => {
  const clock = new TestClock();
  let answer: readonly string[] | undefined = ['192.0.2.1', '192.0.2.2'];
  let asked = 0;
  const resolver = new Resolver(clock, async () => {
    asked++;
    if (!answer) throw new Error('no server');
    return answer;
  });
  assert.equal(resolver.known('ss.example'), undefined);
  assert.equal(await resolver.address('ss.example'), '192.0.2.1');
  assert.equal(await resolver.address('ss.example'), '192.0.2.1');
  assert.equal(asked, 1);
  answer = undefined;
  clock.turn(31_000);
  assert.equal(resolver.known('ss.example'), '192.0.2.1');
  assert.equal(asked, 2);
  await new Promise((resolve) => setImmediate(resolve));
  answer = ['192.0.2.2', '192.0.2.1'];
  resolver.refresh('ss.example');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(resolver.known('ss.example'), '192.0.2.1', 'an address that still stands is kept');
  await assert.rejects(new Resolver(clock, () => Promise.reject(new Error('x'))).address('gone.example'), {
    code: 'sip-message',
  });
});

test('of a name with addresses of both families the IPv4 one is taken, in whatever order they come', async () => {
  const [old, young] = ['192.0.2.1', '2001:db8::1'];
  for (const [addresses, taken] of [
    [[young, old], old],
    [[old, young], old],
    [[young], young],
  ] as const) {
    const resolver = new Resolver(new TestClock(), async () => addresses);
    assert.equal(await resolver.address('ss.example'), taken);
  }
});
