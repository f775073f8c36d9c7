import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../../core/test-clock.ts';
import { type Field, SipMessage } from '../message/message.ts';
import { challengesOf } from './challenges.ts';
import { authorization } from './digest.ts';
import { ServerDigest } from './server-digest.ts';

const realm = 'office';
const pbx = { user: 'pbx', password: 'säcret' };
const uri = 'sip:box';

const opened = () => {
  const clock = new TestClock();
  let draws = 0;
  const digest = new ServerDigest(
    () => clock.now(),
    () => Buffer.from([0, 0, 0, draws++]),
  );
  const asked = (stale = false) => new SipMessage({ status: 401, phrase: 'x' }, digest.challenge(realm, stale));
  /** The answer of a client to our challenges, with the algorithm that it knows. */
  const answers = (challenge: SipMessage, algorithm: string, who = pbx, count = 1): Field => {
    const offered = challenge.fields.filter(([, value]) => value.includes(`algorithm=${algorithm}`));
    const [first] = challengesOf(new SipMessage({ status: 401, phrase: 'x' }, offered));
    assert.ok(first, algorithm);
    return authorization(first, who, { method: 'REGISTER', uri }, 'c0ffee', count);
  };
  const judge = (field: Field, of = uri) =>
    digest.judge(new SipMessage({ method: 'REGISTER', uri: of }, [field]), realm, pbx);
  return { clock, digest, asked, answers, judge };
};

test('SHA-256 is asked for first and MD5 second, and either answer is good', () => {
  const { asked, answers, judge } = opened();
  const names = asked().fields.map(([name, value]) => `${name} ${/algorithm=([^,]+)/.exec(value)?.[1]}`);
  assert.deepEqual(names, ['www-authenticate SHA-256', 'www-authenticate MD5']);
  assert.equal(judge(answers(asked(), 'SHA-256')), 'good');
  assert.equal(judge(answers(asked(), 'MD5')), 'good');
});

test('an algorithm that was not asked for proves nothing', () => {
  const { asked, answers, digest } = opened();
  const field = answers(asked(), 'MD5');
  const request = new SipMessage({ method: 'REGISTER', uri }, [field]);
  assert.equal(digest.judge(request, realm, pbx, ['SHA-256']), 'wrong');
  assert.equal(digest.judge(request, realm, pbx, ['MD5']), 'good');
});

test('another password, another user, another request and another realm prove nothing', () => {
  const { asked, answers, judge, digest } = opened();
  assert.equal(judge(answers(asked(), 'MD5', { ...pbx, password: 'guess' })), 'wrong');
  assert.equal(judge(answers(asked(), 'SHA-256', { ...pbx, user: 'other' })), 'wrong');
  assert.equal(judge(answers(asked(), 'SHA-256'), 'sip:elsewhere'), 'wrong');
  assert.equal(judge(['authorization', 'Digest username="pbx", realm="else", nonce="1"']), 'missing');
  assert.equal(judge(['authorization', 'Basic cGJ4OnNlY3JldA==']), 'missing');
  assert.equal(digest.judge(new SipMessage({ method: 'REGISTER', uri }, []), realm, pbx), 'missing');
  assert.equal(judge(['authorization', `Digest username="pbx", realm="${realm}", algorithm=SHA-512-256`]), 'wrong');
});

test('an answer counts once: the same again, an older count, and an old nonce are stale', () => {
  const { clock, asked, answers, judge } = opened();
  const challenge = asked();
  assert.equal(judge(answers(challenge, 'MD5', pbx, 2)), 'good');
  assert.equal(judge(answers(challenge, 'MD5', pbx, 2)), 'stale', 'the same again');
  assert.equal(judge(answers(challenge, 'MD5', pbx, 1)), 'stale', 'an older count');
  assert.equal(judge(answers(challenge, 'MD5', pbx, 3)), 'good', 'the next');
  const old = asked();
  clock.turn(299_000);
  assert.equal(judge(answers(old, 'SHA-256')), 'good');
  clock.turn(3_000);
  assert.equal(judge(answers(old, 'SHA-256', pbx, 2)), 'stale', 'too old');
  assert.match(asked(true).header('www-authenticate') ?? '', /stale=true/);
});

test('a nonce of somebody else is stale, with whatever password is right', () => {
  const { answers, judge } = opened();
  assert.equal(judge(answers(opened().asked(), 'SHA-256')), 'stale');
});

test('only right answers are remembered, and what had to be forgotten is stale', () => {
  const { clock, asked, answers, judge } = opened();
  const first = asked();
  assert.equal(judge(answers(first, 'MD5')), 'good');
  clock.turn(1_000);
  for (let n = 0; n < 1_000; n++) judge(answers(asked(), 'MD5'));
  assert.equal(judge(answers(first, 'MD5', pbx, 1)), 'stale');
});
