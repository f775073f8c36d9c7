import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus } from './corpus.ts';
import { LONGEST_DATAGRAM, mutateRtp, mutateSip } from './mutate.ts';
import { Random } from './random.ts';

const messages = corpus({
  target: { host: '198.18.0.2', port: 5060 },
  source: { host: '198.18.0.10', port: 5060 },
  user: '101',
  id: 'x',
});

const run = (seed: number, count: number): Buffer[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => mutateSip(random.pick(messages), random, messages));
};

test('the same seed gives the same datagrams, another seed others', () => {
  assert.deepEqual(run(1, 200), run(1, 200));
  assert.notDeepEqual(run(1, 200), run(2, 200));
});

test('nearly every datagram differs from what it was made of, and all fit into UDP', () => {
  const originals = new Set(messages);
  const made = run(7, 20_000);
  const unchanged = made.filter((each) => originals.has(each.toString('latin1'))).length;
  assert.ok(unchanged < 1000, `${unchanged} of 20000 unchanged`);
  assert.ok(made.every((each) => each.length <= LONGEST_DATAGRAM));
  assert.ok(made.some((each) => each.length > 1500));
});

test('a good share still begins as SIP, so that what is behind the start line is reached', () => {
  const made = run(3, 5000).map((each) => each.toString('latin1'));
  const plausible = made.filter((each) => /^(?:[A-Z]+ \S+ SIP\/2\.0|SIP\/2\.0 \d{3} .*)\r\n/.test(each)).length;
  assert.ok(plausible > 3000, `${plausible} of 5000`);
});

test('the corpus has every method and answers of every class', () => {
  const starts = messages.map((message) => message.split(' ', 2));
  const methods = new Set(starts.filter(([first]) => first !== 'SIP/2.0').map(([method]) => method));
  for (const method of ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'INFO', 'PRACK', 'UPDATE', 'REFER']) {
    assert.ok(methods.has(method), method);
  }
  const classes = new Set(starts.filter(([first]) => first === 'SIP/2.0').map(([, status]) => status![0]));
  assert.deepEqual([...classes].sort(), ['1', '2', '3', '4', '5', '6']);
});

test('mutated RTP is the same for the same seed and never longer than a datagram', () => {
  const packet = Buffer.alloc(172, 0x55);
  const made = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 2000 }, () => mutateRtp(packet, random));
  };
  assert.deepEqual(made(5), made(5));
  assert.ok(made(5).every((each) => each.length < LONGEST_DATAGRAM));
  assert.ok(made(5).filter((each) => each.equals(packet)).length < 100);
});
