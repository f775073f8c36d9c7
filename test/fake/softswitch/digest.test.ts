import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, expectedResponse, Guard, parseAnswer } from './digest.ts';

// RFC 7616 §3.9.1, both algorithms, and RFC 2617 §3.5.
const example = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  qop: 'auth',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
} as const;

test('the responses of the examples in RFC 7616 and RFC 2617', () => {
  const password = 'Circle of Life';
  assert.equal(expectedResponse({ ...example, algorithm: 'MD5' }, 'GET', password), '8ca523f5e9506fed4657c9700eebdbec');
  assert.equal(
    expectedResponse({ ...example, algorithm: 'SHA-256' }, 'GET', password),
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
  const older = { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', cnonce: '0a4f113b' };
  assert.equal(
    expectedResponse({ ...example, ...older, algorithm: 'MD5' }, 'GET', 'Circle Of Life'),
    '6629fae49393a05397450978507c4ef1',
  );
});

test('an answer is read with quoted commas and without what is unknown', () => {
  const line =
    'Digest username="a,\\"b", realm="r", nonce="n", uri="sip:x", response="00", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c", opaque="o"';
  assert.deepEqual(parseAnswer(line), {
    ...{ username: 'a,"b', realm: 'r', nonce: 'n', uri: 'sip:x', response: '00' },
    ...{ algorithm: 'SHA-256', qop: 'auth', nc: '00000001', cnonce: 'c' },
  });
  for (const wrong of ['Basic eDp5', 'Digest realm="r"', line.replace('SHA-256', 'SHA-1')])
    assert.equal(parseAnswer(wrong), undefined, wrong);
});

const answerTo = (challenge: string, password: string, more: Partial<Answer> = {}): Answer => {
  const [, nonce = ''] = /nonce="([^"]+)"/.exec(challenge)!;
  const algorithm = challenge.includes('SHA-256') ? 'SHA-256' : 'MD5';
  const answer = { username: 'u', realm: 'r', nonce, uri: 'sip:r', qop: 'auth', nc: '00000001', cnonce: 'c', ...more };
  const whole = { ...answer, algorithm } as Omit<Answer, 'response'>;
  return { ...whole, response: expectedResponse(whole, 'REGISTER', password) };
};

test('a nonce is good once a count, for its life, and at its own guard', () => {
  let now = 1000;
  const options = { realm: 'r', algorithms: ['SHA-256', 'MD5'] as const, nonceLifeMs: 5000, now: () => now };
  const guard = new Guard(options);
  const [sha, md5] = guard.challenges(false);
  assert.match(sha!, /^Digest realm="r", nonce="[^"]+", algorithm=SHA-256, qop="auth"$/);
  assert.match(guard.challenges(true)[1]!, /algorithm=MD5, qop="auth", stale=true$/);
  for (const challenge of [sha!, md5!]) {
    assert.equal(guard.judge(answerTo(challenge, 'secret'), 'REGISTER', 'secret'), 'good');
    assert.equal(guard.judge(answerTo(challenge, 'secret'), 'REGISTER', 'secret'), 'stale', 'the same count again');
    assert.equal(guard.judge(answerTo(challenge, 'secret', { nc: '00000002' }), 'REGISTER', 'secret'), 'good');
    assert.equal(guard.judge(answerTo(challenge, 'guess', { nc: '00000003' }), 'REGISTER', 'secret'), 'wrong');
    assert.equal(guard.judge(answerTo(challenge, 'secret', { nc: '00000004' }), 'INVITE', 'secret'), 'wrong');
  }
  assert.equal(new Guard(options).judge(answerTo(sha!, 'secret'), 'REGISTER', 'secret'), 'stale', 'another guard');
  now += 5001;
  assert.equal(guard.judge(answerTo(md5!, 'secret', { nc: '00000009' }), 'REGISTER', 'secret'), 'stale', 'too old');
});
