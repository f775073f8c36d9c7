import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestAsk, RequestOutcome } from '../face.ts';
import type { SipMessage } from '../message/message.ts';
import { parseMessage } from '../message/parser.ts';
import { MemoryNetwork } from '../test-network.ts';
import { Side, T1_MS } from '../test-user-agents.ts';

/** A registrar that writes down what came and answers only when the test says so. */
const openRegistrar = (network: MemoryNetwork) => {
  const heard: SipMessage[] = [];
  let far = 0;
  const wire = network.bind(0, (octets, from) => {
    far = from.port;
    const verdict = parseMessage(octets);
    if (verdict.is !== 'drop') heard.push(verdict.message);
  });
  const answer = (to: SipMessage, status: string, more = ''): void => {
    const copied = ['via', 'from', 'to', 'call-id', 'cseq'].map((name) => `${name}: ${to.header(name)}\r\n`).join('');
    wire.send(Buffer.from(`SIP/2.0 ${status}\r\n${copied}${more}Content-Length: 0\r\n\r\n`), far);
  };
  return { heard, answer, port: wire.port, pause: network.time.pause };
};

const register = (expiresS = 60): RequestAsk => ({
  flow: 'f',
  method: 'REGISTER',
  uri: 'sip:test',
  from: { uri: 'sip:11@test' },
  to: { uri: 'sip:11@test' },
  callId: 'registration',
  contact: 'sip:11@127.0.0.1',
  expiresS,
  credentials: { user: '11', password: 'secret' },
});

/** CSeq of each message, counted from the first one. */
const cseqs = (heard: readonly SipMessage[]): number[] =>
  heard.map((message) => 1 + message.cseq!.number - heard[0]!.cseq!.number);

const within = async (
  body: (side: Side, registrar: ReturnType<typeof openRegistrar>) => Promise<void>,
): Promise<void> => {
  const network = new MemoryNetwork();
  const registrar = openRegistrar(network);
  const side = new Side(network);
  const local = { address: '127.0.0.1', port: 0 };
  await side.agent.openFlow({
    id: 'f',
    transport: 'udp',
    local,
    remote: { address: '127.0.0.1', port: registrar.port },
  });
  try {
    await body(side, registrar);
  } finally {
    await side.agent.close();
  }
};

test('a newer REGISTER ends the copies of the one before, and its challenge is not answered', () =>
  within(async ({ agent }, registrar) => {
    const first: RequestOutcome[] = [];
    const second: RequestOutcome[] = [];
    agent.request(register(), (outcome) => first.push(outcome));
    await registrar.pause(Math.floor(T1_MS / 2));
    agent.request(register(), (outcome) => second.push(outcome));
    await registrar.pause(T1_MS * 5);
    const copies = cseqs(registrar.heard);
    assert.equal(copies.filter((cseq) => cseq === 1).length, 1);
    assert.ok(copies.filter((cseq) => cseq === 2).length >= 2, `${copies}`);

    const challenge = 'WWW-Authenticate: Digest realm="test", nonce="n", qop="auth"\r\n';
    const [one, two] = [1, 2].map((cseq) => registrar.heard[cseqs(registrar.heard).indexOf(cseq)]!);
    registrar.answer(one!, '401 Unauthorized', challenge);
    await registrar.pause(T1_MS);
    assert.equal(Math.max(...cseqs(registrar.heard)), 2);
    assert.deepEqual(
      first.map((outcome) => outcome.is === 'answered' && outcome.status),
      [401],
    );

    registrar.answer(two!, '401 Unauthorized', challenge);
    await registrar.pause(T1_MS);
    const three = registrar.heard[cseqs(registrar.heard).indexOf(3)];
    assert.ok(three && three.header('authorization') !== undefined);
    registrar.answer(three, '200 OK');
    await registrar.pause(T1_MS);
    assert.deepEqual(
      second.map((outcome) => outcome.is === 'answered' && outcome.status),
      [200],
    );
  }));

test('the silence after a REGISTER that was replaced is not told; that of the last one is', () =>
  within(async ({ agent }, registrar) => {
    const told: string[] = [];
    agent.request(register(), (outcome) => told.push(`first ${outcome.is}`));
    agent.request(register(), (outcome) => told.push(`second ${outcome.is}`));
    await registrar.pause(T1_MS * 66);
    assert.deepEqual(told, ['second silent']);
  }));
