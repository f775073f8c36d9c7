import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage, type SipRequest, type SipResponse } from './message.ts';
import { Registrar } from './registrar.ts';
import { ServerTransaction } from './transactions.ts';
import type { Peer } from './wire.ts';

const peer: Peer = { transport: 'UDP', host: '192.0.2.1', port: 5061, reachable: true, write: () => {} };

/** A registrar at a clock that the test turns; `ask` gives the answer to a REGISTER with these fields. */
const desk = () => {
  const clock = { now: 0 };
  const registrar = new Registrar(600, () => clock.now);
  const ask = (cseq: number, ...fields: readonly string[]): SipResponse => {
    const answers: SipResponse[] = [];
    const head = ['REGISTER sip:a SIP/2.0', 'Via: SIP/2.0/UDP x', 'From: <sip:u@a>;tag=1', 'To: <sip:u@a>'];
    const text = [...head, 'Call-ID: c', `CSeq: ${cseq} REGISTER`, ...fields, '', ''].join('\r\n');
    const request = parseMessage(text) as SipRequest;
    registrar.register('u', new ServerTransaction(request, peer, (message) => answers.push(message as SipResponse)));
    return answers[0]!;
  };
  const contacts = (answer: SipResponse) =>
    answer.headers.filter(([name]) => name === 'contact').map(([, value]) => value);
  return { clock, registrar, ask, contacts };
};

test('a binding is granted at most the longest time, shown with what is left, and lapses', () => {
  const { clock, registrar, ask, contacts } = desk();
  assert.deepEqual(contacts(ask(1, 'Contact: <sip:u@192.0.2.1>;expires=9999')), ['<sip:u@192.0.2.1>;expires=600']);
  clock.now += 100_500;
  assert.deepEqual(contacts(ask(2)), ['<sip:u@192.0.2.1>;expires=500']);
  clock.now += 499_499;
  assert.equal(registrar.all().length, 1);
  clock.now += 1;
  assert.deepEqual([registrar.all(), contacts(ask(3))], [[], []]);
});

test('newest first; renewed in place; taken away alone or all at once', () => {
  const { clock, registrar, ask } = desk();
  ask(1, 'Contact: <sip:u@192.0.2.1>', 'Expires: 60');
  clock.now += 1000;
  ask(2, 'Contact: <sip:u@192.0.2.2>', 'Expires: 60');
  assert.deepEqual(
    registrar.of('u').map(({ uri }) => uri),
    ['sip:u@192.0.2.2', 'sip:u@192.0.2.1'],
  );
  clock.now += 1000;
  ask(3, 'Contact: <sip:u@192.0.2.1>', 'Expires: 60');
  assert.equal(registrar.of('u')[0]!.uri, 'sip:u@192.0.2.1');
  assert.equal(registrar.all().length, 2);
  ask(4, 'Contact: <sip:u@192.0.2.1>;expires=0');
  assert.equal(registrar.of('u')[0]!.uri, 'sip:u@192.0.2.2');
  ask(5, 'Contact: *', 'Expires: 0');
  assert.deepEqual(registrar.all(), []);
});

test('refused: too short, older than what is held, all with more than *, no SIP address', () => {
  const { registrar, ask } = desk();
  const short = ask(1, 'Contact: <sip:u@192.0.2.1>;expires=9');
  assert.equal(short.status, 423);
  assert.ok(short.headers.some(([name, value]) => name === 'min-expires' && value === '10'));
  assert.equal(ask(5, 'Contact: <sip:u@192.0.2.1>').status, 200);
  assert.equal(ask(4, 'Contact: <sip:u@192.0.2.1>;expires=0').status, 500);
  assert.equal(ask(6, 'Contact: *', 'Expires: 60').status, 400);
  assert.equal(ask(7, 'Contact: <tel:1>').status, 400);
  assert.equal(registrar.all().length, 1);
  for (let i = 0; i < 20; i++) ask(10 + i, `Contact: <sip:u@192.0.2.${i}>`);
  assert.equal(registrar.all().length, 10, 'bounded');
});
