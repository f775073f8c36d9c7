import assert from 'node:assert/strict';
import { test } from 'node:test';
import { challengesOf } from './auth/challenges.ts';
import { digestResponse } from './auth/digest.ts';
import type { Endpoint, RequestAsk, RequestOutcome } from './face.ts';
import { parseParameters } from './message/headers.ts';
import { type Field, SipMessage } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { serialize } from './message/serializer.ts';
import { MemoryNetwork, type Wire } from './test-network.ts';
import { Side, sdp } from './test-user-agents.ts';
import { responseTo } from './transaction/response.ts';

/** A far end whose answers are written by the test: what it hears, and how it answers. */
class FarEnd {
  readonly heard: SipMessage[] = [];
  answer: (request: SipMessage, source: Endpoint) => SipMessage[] = () => [];
  readonly pause: MemoryNetwork['time']['pause'];
  readonly #wire: Wire;

  constructor(network: MemoryNetwork) {
    this.pause = network.time.pause;
    this.#wire = network.bind(0, (octets, from) => this.#hear(octets, from));
  }

  get address(): Endpoint {
    return { address: '127.0.0.1', port: this.#wire.port };
  }

  #hear(octets: Buffer, from: Endpoint): void {
    const verdict = parseMessage(octets);
    if (verdict.is !== 'message' || !verdict.message.isRequest) return;
    this.heard.push(verdict.message);
    for (const response of this.answer(verdict.message, from)) this.#wire.send(serialize(response), from.port);
  }

  methods(): string[] {
    return this.heard.map(({ method }) => method);
  }
}

const challenge = (nonce: string, more = '', algorithm = 'MD5'): Field => [
  'www-authenticate',
  `Digest realm="r", nonce="${nonce}", qop="auth", algorithm=${algorithm}${more}`,
];
const parametersOf = (request: SipMessage): Record<string, string> => ({
  ...parseParameters((request.header('authorization') ?? '').replace(/^Digest /, ''), 44),
});
/** Whether the request answers this challenge with the password. */
const isRight = (request: SipMessage, field: Field, password: string): boolean => {
  const given = parametersOf(request);
  const [asked] = challengesOf(new SipMessage({ status: 401, phrase: '' }, [field]));
  if (!asked || given['nonce'] !== asked.nonce) return false;
  const target = { method: request.method, uri: given['uri'] ?? '' };
  return given['response'] === digestResponse(asked, { user: 'u', password }, target, given['cnonce']!, given['nc']!);
};

const within = async (
  work: (side: Side, far: FarEnd, ask: (password?: string) => Promise<RequestOutcome>) => Promise<void>,
): Promise<void> => {
  const network = new MemoryNetwork();
  const far = new FarEnd(network);
  const side = new Side(network);
  const remote = far.address;
  await side.agent.openFlow({ id: 'f', transport: 'udp', local: { address: '127.0.0.1', port: 0 }, remote });
  const base: RequestAsk = {
    flow: 'f',
    method: 'REGISTER',
    uri: 'sip:r',
    from: { uri: 'sip:u@r' },
    to: { uri: 'sip:u@r' },
    callId: 'reg',
  };
  const ask = async (password?: string): Promise<RequestOutcome> => {
    const credentials = password === undefined ? {} : { credentials: { user: 'u', password } };
    const outcomes: RequestOutcome[] = [];
    side.agent.request({ ...base, ...credentials }, (outcome) => outcomes.push(outcome));
    while (outcomes.length === 0) await far.pause(1);
    return outcomes[0]!;
  };
  try {
    await work(side, far, ask);
  } finally {
    await side.agent.close();
  }
};
/** CSeq numbers, counted from the first: that one follows the clock. */
const cseqs = (far: FarEnd): number[] => far.heard.map(({ cseq }) => cseq!.number - far.heard[0]!.cseq!.number);

test('challenge, answer, and the nonce used again with the next count', () =>
  within(async (_, far, ask) => {
    const field = challenge('n1', '', 'SHA-256');
    far.answer = (request, source) =>
      isRight(request, field, 'secret')
        ? [responseTo(request, source, 200)]
        : [responseTo(request, source, 401, { fields: [field] })];
    const first = await ask('secret');
    assert.equal(first.is === 'answered' && first.status, 200);
    await ask('secret');
    assert.deepEqual(cseqs(far), [0, 1, 2]);
    assert.ok(far.heard[0]!.cseq!.number > 10, 'above what a plane before this one has counted');
    assert.deepEqual(
      far.heard.map((request) => parametersOf(request)['nc']),
      [undefined, '00000001', '00000002'],
    );
    assert.equal(new Set(far.heard.map(({ via }) => via?.branch)).size, 3);
    assert.equal(new Set(far.heard.map(({ callId }) => callId)).size, 1);
  }));

test('a wrong password is tried once and said so; no credentials are no refusal', () =>
  within(async (_, far, ask) => {
    let count = 0;
    far.answer = (request, source) => [responseTo(request, source, 401, { fields: [challenge(`n${count++}`)] })];
    const refused = await ask('bad');
    assert.ok(refused.is === 'answered' && refused.credentialsRefused);
    assert.equal(far.heard.length, 2);
    const bare = await ask();
    assert.ok(bare.is === 'answered' && !bare.credentialsRefused);
    assert.equal(far.heard.length, 3);
  }));

test('a stale nonce is answered anew, but not for ever', () =>
  within(async (_, far, ask) => {
    let count = 0;
    far.answer = (request, source) =>
      count++ === 2
        ? [responseTo(request, source, 200)]
        : [responseTo(request, source, 401, { fields: [challenge(`n${count}`, ', stale=true')] })];
    const good = await ask('secret');
    assert.equal(good.is === 'answered' && good.status, 200);
    count = 10;
    far.heard.length = 0;
    const endless = await ask('secret');
    assert.ok(endless.is === 'answered' && endless.status === 401);
    assert.ok(far.heard.length <= 5, `${far.heard.length}`);
  }));

test('a nonce kept from before that a restarted registrar does not know is no wrong password', () =>
  within(async (_, far, ask) => {
    let field = challenge('old');
    far.answer = (request, source) =>
      isRight(request, field, 'secret')
        ? [responseTo(request, source, 200)]
        : [responseTo(request, source, 401, { fields: [field] })];
    await ask('secret');
    field = challenge('new');
    const outcome = await ask('secret');
    assert.ok(outcome.is === 'answered' && outcome.status === 200);
    assert.equal(far.heard.length, 4);
  }));

const invite = (side: Side): void =>
  side.agent.invite('leg/1', {
    flow: 'f',
    uri: 'sip:12@127.0.0.1',
    from: { uri: 'sip:u@r' },
    to: { uri: 'sip:12@r' },
    contact: 'sip:u@127.0.0.1:9',
    sdp,
    credentials: { user: 'u', password: 'secret' },
  });

test('an INVITE never begins with an old nonce; its ACK of the 401 goes before the second INVITE', () =>
  within(async (side, far, ask) => {
    const field = challenge('n');
    far.answer = (request, source) => {
      if (request.method === 'ACK') return [];
      if (isRight(request, field, 'secret'))
        return [responseTo(request, source, request.method === 'INVITE' ? 486 : 200, { tag: 't' })];
      return [responseTo(request, source, 401, { fields: [field], tag: 'x' })];
    };
    await ask('secret');
    for (const round of [1, 2]) {
      far.heard.length = 0;
      side.heard.length = 0;
      invite(side);
      await side.until('refused');
      await far.pause(10);
      assert.deepEqual(far.methods(), ['INVITE', 'ACK', 'INVITE', 'ACK'], `round ${round}`);
      const [first, ack, second] = far.heard;
      assert.equal(first!.header('authorization'), undefined);
      assert.equal(ack!.via?.branch, first!.via?.branch);
      assert.notEqual(second!.via?.branch, first!.via?.branch);
      assert.deepEqual([second!.cseq?.number, second!.callId, second!.fromTag], [2, first!.callId, first!.fromTag]);
      assert.equal(side.words().filter((word) => word === 'challenged').length, 1);
    }
  }));

test('an INVITE for a longer number goes on with the one before: one Call-ID and From tag, counted on, a To of its own', () =>
  within(async (side, far) => {
    const field = challenge('n1');
    far.answer = (request, source) => {
      if (request.method === 'ACK') return [];
      return [responseTo(request, source, isRight(request, field, 'p') ? 484 : 401, { fields: [field], tag: 't' })];
    };
    const about = { flow: 'f', from: { uri: 'sip:u@r' }, contact: 'sip:u@127.0.0.1', sdp };
    const to = (number: string) => ({ uri: `sip:${number}@r`, to: { uri: `sip:${number}@r` } });
    const credentials = { user: 'u', password: 'p' };
    side.agent.invite('leg/1', { ...about, ...to('12'), credentials });
    const { thread } = await side.until('refused', 'leg/1');
    assert.ok(thread);
    side.agent.invite('leg/2', { ...about, ...to('123'), credentials, thread });
    await side.until('refused', 'leg/2');
    const invites = far.heard.filter(({ method }) => method === 'INVITE');
    assert.deepEqual(
      invites.map(({ uri, cseq }) => [uri, cseq?.number]),
      [
        ['sip:12@r', 1],
        ['sip:12@r', 2],
        ['sip:123@r', 3],
        ['sip:123@r', 4],
      ],
    );
    assert.equal(new Set(invites.map(({ callId, fromTag }) => `${callId} ${fromTag}`)).size, 1);
    assert.deepEqual(new Set(invites.map(({ toTag }) => toTag)), new Set(['']));
    assert.deepEqual(new Set(invites.slice(2).map((invite) => invite.header('to'))), new Set(['<sip:123@r>']));
    side.agent.invite('leg/3', { ...about, ...to('13') });
    await side.until('refused', 'leg/3');
    assert.notEqual(far.heard.findLast(({ method }) => method === 'INVITE')?.callId, thread.callId);
  }));

test('a 2xx of a second branch is acknowledged and ended, the first call goes on', () =>
  within(async (side, far) => {
    const contact: Field = ['contact', '<sip:far@nowhere.invalid>'];
    far.answer = (request, source) => {
      if (request.method !== 'INVITE') return request.method === 'ACK' ? [] : [responseTo(request, source, 200)];
      return ['one', 'two', 'one'].map((tag) => responseTo(request, source, 200, { tag, fields: [contact] }));
    };
    invite(side);
    await side.until('accepted');
    await far.pause(40);
    const told = far.heard.slice(1).map(({ method, toTag }) => `${method} ${toTag}`);
    assert.deepEqual(told.sort(), ['ACK one', 'ACK one', 'ACK two', 'BYE two']);
    assert.deepEqual(side.words(), ['sent', 'accepted']);
    assert.equal(side.agent.counts.sessions, 1);
  }));

test('an answer with a foreign or second Via is not ours', () =>
  within(async (side, far, ask) => {
    far.answer = (request, source) => {
      const good = responseTo(request, source, 200);
      const foreign = good.fields.map(
        ([name, value]): Field => [name, name === 'via' ? value.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1') : value],
      );
      const second: Field[] = [...good.fields, ['via', 'SIP/2.0/UDP h;branch=z9hG4bKx']];
      return [foreign, second].map((fields) => new SipMessage({ status: 200, phrase: 'OK' }, fields));
    };
    assert.equal((await ask()).is, 'silent');
    assert.ok(side.agent.counts.clients <= 1);
  }));

test('an answer tells Retry-After, Contacts with their expiry, Service-Route and how we are seen', () =>
  within(async (_, far, ask) => {
    far.answer = (request, source) => [
      responseTo(request, source, 503, {
        fields: [
          ['retry-after', '30'],
          ['contact', '<sip:a@b>;expires=60, <sip:c@d>'],
          ['expires', '90'],
          ['service-route', '<sip:s;lr>'],
          ['min-expires', '120'],
        ],
      }),
    ];
    const outcome = await ask();
    assert.ok(outcome.is === 'answered');
    assert.equal(outcome.retryAfterMs, 30_000);
    assert.deepEqual(outcome.contacts, [
      { uri: 'sip:a@b', expiresS: 60 },
      { uri: 'sip:c@d', expiresS: 90 },
    ]);
    assert.deepEqual(outcome.serviceRoute, ['sip:s;lr']);
    assert.equal(outcome.minExpiresS, 120);
    assert.equal(outcome.seenFrom?.address, '127.0.0.1');
  }));
