import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SipMessage } from '../message/message.ts';
import { type Challenge, challengesOf } from './challenges.ts';
import { authorization, digestResponse, KeptChallenges } from './digest.ts';

const mufasa = { user: 'Mufasa', password: 'Circle of Life' };
const request = { method: 'GET', uri: '/dir/index.html' };
const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const challenge = (more: Partial<Challenge>): Challenge => ({
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  algorithm: 'MD5',
  session: false,
  qop: true,
  stale: false,
  proxy: false,
  ...more,
});

test('the vectors of RFC 7616 §3.9.1', () => {
  assert.equal(digestResponse(challenge({}), mufasa, request, cnonce, '00000001'), '8ca523f5e9506fed4657c9700eebdbec');
  assert.equal(
    digestResponse(challenge({ algorithm: 'SHA-256' }), mufasa, request, cnonce, '00000001'),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

test('the vector of RFC 2617 §3.5, and the same without qop', () => {
  const old = challenge({ realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' });
  const lion = { user: 'Mufasa', password: 'Circle Of Life' };
  assert.equal(digestResponse(old, lion, request, '0a4f113b', '00000001'), '6629fae49393a05397450978507c4ef1');
  assert.equal(digestResponse({ ...old, qop: false }, lion, request, '', ''), '670fd8c2df070c60b045671b8b24ff02');
});

const challenged = (...values: [string, string][]): SipMessage => new SipMessage({ status: 401, phrase: 'x' }, values);

test('of several challenges the strongest of each realm is answered, unknown ones never', () => {
  const found = challengesOf(
    challenged(
      ['www-authenticate', 'Digest realm="a", nonce="1", algorithm=MD5, qop="auth"'],
      ['www-authenticate', 'Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth-int, auth"'],
      ['www-authenticate', 'Digest realm="a", nonce="3", algorithm=SHA-999'],
      ['www-authenticate', 'Basic realm="a"'],
      ['proxy-authenticate', 'Digest realm="b, c", nonce="4", stale=TRUE, opaque="o", Digest realm="d", nonce="5"'],
      ['www-authenticate', 'Digest realm="e", nonce="6", qop="auth-int"'],
    ),
  );
  const told = found.map(({ realm, nonce, algorithm, stale, proxy }) => [realm, nonce, algorithm, stale, proxy]);
  assert.deepEqual(told, [
    ['a', '2', 'SHA-256', false, false],
    ['b, c', '4', 'MD5', true, true],
    ['d', '5', 'MD5', false, true],
  ]);
  assert.deepEqual(
    challengesOf(challenged(['www-authenticate', 'Digest'], ['www-authenticate', 'Digest realm="x"'])),
    [],
  );
});

test('the field repeats what the challenge spelled', () => {
  const [name, value] = authorization(
    challenge({ spelling: 'md5', opaque: 'o"p', proxy: true }),
    mufasa,
    request,
    'c',
    10,
  );
  assert.equal(name, 'proxy-authorization');
  for (const part of ['algorithm=md5', 'nc=0000000a', 'qop=auth', 'opaque="o\\"p"', 'cnonce="c"']) {
    assert.ok(value.includes(part), part);
  }
});

test('each use of a kept nonce counts', () => {
  const kept = new KeptChallenges();
  kept.keep('k', [challenge({})]);
  const counts = [1, 2, 3].map(() => kept.answer('k', mufasa, request, () => 'c')[0]?.[1].match(/nc=(\w+)/)?.[1]);
  assert.deepEqual(counts, ['00000001', '00000002', '00000003']);
  kept.forget('k');
  assert.deepEqual(
    kept.answer('k', mufasa, request, () => 'c'),
    [],
  );
});
