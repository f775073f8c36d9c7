import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestAsk, RequestOutcome } from '../face.ts';
import type { SipMessage } from '../message/message.ts';
import { parseMessage } from '../message/parser.ts';
import { octetsOf } from '../message/serializer.ts';
import { MemoryNetwork, type Wire } from '../test-network.ts';
import { Side, sdp, T1_MS } from '../test-user-agents.ts';
import { bindingsId } from './registrar.ts';

const local = { address: '127.0.0.1', port: 0 };
const credentials = { user: 'pbx', password: 'secret' };
const acceptance = {
  ...credentials,
  ...{ realm: 'holdfast', domain: 'box.test', longestS: 600, algorithms: ['SHA-256', 'MD5'] as ('SHA-256' | 'MD5')[] },
  isOurs: (host: string) => host === 'box.test' || host === local.address,
  allows: (address: string) => address === local.address,
};

type Answered = Extract<RequestOutcome, { is: 'answered' }>;

/** A box with a registrar, and a PBX on another user agent; `refused` counts wrong passwords, `changes` the changes. */
const open = async (more: Partial<typeof acceptance> = {}) => {
  const network = new MemoryNetwork();
  const { pause } = network.time;
  const [box, pbx] = [new Side(network), new Side(network)];
  await box.agent.openFlow({ id: 'pbx', transport: 'udp', local });
  const { port } = box.agent.flow('pbx')!.local;
  await pbx.agent.openFlow({ id: 'f', transport: 'udp', local, remote: { address: local.address, port } });
  const own = pbx.agent.flow('f')!.local.port;
  const seen = { refused: 0, changes: 0 };
  const refused = () => void seen.refused++;
  box.agent.registrar.accept('pbx', { ...acceptance, refused, ...more }, () => void seen.changes++);
  box.agent.onInvite(() => ({ leg: 'leg/1' }));
  pbx.agent.onInvite(() => ({ leg: 'leg/2' }));
  let calls = 0;
  const register = async (ask: Partial<RequestAsk> = {}): Promise<Answered> => {
    let outcome: RequestOutcome | undefined;
    const record = { uri: 'sip:pbx@box.test' };
    pbx.agent.request(
      {
        ...{ flow: 'f', method: 'REGISTER', uri: 'sip:box.test', from: record, to: record, callId: `c${++calls}` },
        ...{ contact: `sip:pbx@192.168.1.9:${own}`, expiresS: 300, credentials },
        ...ask,
      },
      (told) => {
        outcome = told;
      },
    );
    for (let waited = 0; waited < 200 && outcome === undefined; waited++) await pause(1);
    assert.equal(outcome?.is, 'answered');
    return outcome as Answered;
  };
  const bound = () => box.agent.registrar.registered('pbx');
  const close = async () => {
    await box.agent.close();
    await pbx.agent.close();
    assert.deepEqual([...box.faults, ...pbx.faults], []);
  };
  return { network, pause, box, pbx, port, own, register, bound, seen, close };
};

/** A socket that says what it likes and keeps what it hears. */
const stranger = (network: MemoryNetwork, port: number) => {
  const heard: SipMessage[] = [];
  const wire: Wire = network.bind(0, (octets) => {
    const verdict = parseMessage(octets);
    if (verdict.is !== 'drop') heard.push(verdict.message);
  });
  let count = 0;
  const say = (method: string, user = 'pbx', headers: readonly string[] = []): number => {
    const branch = `z9hG4bKx${++count}`;
    const text = [
      `${method} sip:box.test SIP/2.0`,
      `Via: SIP/2.0/UDP 10.0.0.1:${wire.port};branch=${branch};rport`,
      `From: <sip:${user}@box.test>;tag=x`,
      `To: <sip:${user}@box.test>`,
      `Call-ID: x${count}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:${user}@10.0.0.1:${wire.port}>`,
      ...headers,
      'Content-Length: 0',
    ];
    const octets = Buffer.from(octetsOf(`${text.join('\r\n')}\r\n\r\n`), 'latin1');
    wire.send(octets, port);
    return octets.length;
  };
  return { heard, say, close: () => wire.close() };
};

test('who knows the password is bound, is called where it came from, and names its Contact', async () => {
  const { box, pbx, own, register, bound, seen, close, pause } = await open();
  const outcome = await register();
  assert.equal(outcome.status, 200);
  assert.deepEqual(outcome.contacts, [{ uri: `sip:pbx@192.168.1.9:${own}`, expiresS: 300 }]);
  assert.equal(seen.changes, 1);
  const [binding] = bound();
  assert.deepEqual(binding?.source, { address: local.address, port: own });
  const from = { uri: 'sip:11@box.test' };
  box.agent.invite('leg/1', {
    ...{ flow: 'pbx', hop: binding!.source, uri: binding!.contact, from, to: { uri: 'sip:200@box.test' } },
    ...{ contact: 'sip:11@127.0.0.1', sdp },
  });
  await pause(10);
  pbx.agent.respond('leg/2', { status: 200, sdp, contact: 'sip:pbx@192.168.1.9' });
  await box.until('accepted');
  await pbx.until('acknowledged', 'leg/2');
  box.agent.bye('leg/1', 'hungUp');
  await pbx.until('bye', 'leg/2');
  await box.until('ended');
  await close();
});

test('who is registered calls without being asked, and hears our BYE where it came from', async () => {
  const { box, pbx, register, close, pause } = await open();
  await register();
  const ask = { flow: 'f', uri: 'sip:11@box.test', from: { uri: 'sip:pbx@box.test' }, to: { uri: 'sip:11@box.test' } };
  pbx.agent.invite('leg/2', { ...ask, contact: 'sip:pbx@192.168.1.9:9', sdp });
  await pause(5);
  box.agent.respond('leg/1', { status: 200, sdp });
  await pbx.until('accepted', 'leg/2');
  await box.until('acknowledged');
  box.agent.bye('leg/1', 'hungUp');
  await pbx.until('bye', 'leg/2');
  assert.equal(pbx.words('leg/2').includes('challenged'), false);
  await close();
});

test('who is not registered is asked for the password before its call is taken', async () => {
  const { box, pbx, close, pause } = await open();
  const ask = { flow: 'f', uri: 'sip:11@box.test', from: { uri: 'sip:pbx@box.test' }, to: { uri: 'sip:11@box.test' } };
  pbx.agent.invite('leg/2', { ...ask, contact: 'sip:pbx@192.168.1.9:9', sdp, credentials });
  await pbx.until('challenged', 'leg/2');
  await pause(5);
  box.agent.respond('leg/1', { status: 486 });
  assert.equal((await pbx.until('refused', 'leg/2')).status, 486);
  pbx.agent.invite('leg/2', { ...ask, contact: 'sip:pbx@192.168.1.9:9', sdp });
  await pause(T1_MS * 2);
  const last = pbx.heard.findLast((signal) => signal.sip === 'refused');
  assert.equal(last?.status, 401);
  await close();
});

test('a wrong password, a user that there is not and a known one with no password get the same answer', async () => {
  const { register, seen, bound, close } = await open();
  for (const wrong of [
    { user: 'pbx', password: 'guess' },
    { user: 'other', password: 'secret' },
  ]) {
    const { status, credentialsRefused } = await register({ credentials: wrong });
    assert.deepEqual([status, credentialsRefused], [401, true]);
  }
  assert.equal((await register({ to: { uri: 'sip:other@box.test' }, credentials: undefined as never })).status, 401);
  assert.equal(seen.refused, 2);
  assert.deepEqual(bound(), []);
  await close();
});

test('bindings of somebody else are forbidden, a domain that is not ours has none, * stands alone', async () => {
  const { register, bound, close } = await open();
  assert.equal((await register({ to: { uri: 'sip:other@box.test' } })).status, 403);
  assert.equal((await register({ to: { uri: 'sip:pbx@elsewhere.test' } })).status, 404);
  assert.equal((await register({ uri: 'sip:elsewhere.test' })).status, 404);
  assert.equal((await register({ contact: '*', expiresS: 300 })).status, 400);
  assert.equal((await register({ expiresS: 30 })).minExpiresS, 60);
  assert.equal((await register()).status, 200);
  assert.equal(bound().length, 1);
  assert.deepEqual((await register({ contact: '*', expiresS: 0 })).contacts, []);
  assert.deepEqual(bound(), []);
  await close();
});

test('a PBX that stumbles over SHA-256 is asked for MD5 alone, and SHA-256 alone takes no MD5', async () => {
  const old = await open({ algorithms: ['MD5'] });
  const { heard, say, close: leave } = stranger(old.network, old.port);
  say('REGISTER');
  await old.pause(10);
  const asked = heard[0]?.fields.filter(([name]) => name === 'www-authenticate').map(([, value]) => value) ?? [];
  assert.equal(asked.length, 1);
  assert.match(asked[0]!, /algorithm=MD5/);
  assert.equal((await old.register()).status, 200);
  leave();
  await old.close();
  const strict = await open({ algorithms: ['SHA-256'] });
  assert.equal((await strict.register()).status, 200);
  await strict.close();
});

test('a scanner is answered a little, never with more octets than it may send, and costs no memory', async () => {
  const { network, box, port, pause, close } = await open();
  const { heard, say, close: leave } = stranger(network, port);
  let said = 0;
  for (let n = 0; n < 300; n++) said += say(['REGISTER', 'INVITE', 'OPTIONS', 'BYE'][n % 4]!, `user${n}`);
  await pause(50);
  assert.ok(heard.length <= 60, `${heard.length} answers`);
  assert.deepEqual(new Set(heard.map(({ status }) => status)), new Set([401]));
  const told = heard.reduce(
    (sum, { fields }) => sum + fields.reduce((all, [n, v]) => all + n.length + v.length + 4, 20),
    0,
  );
  assert.ok(told < said, `${told} octets for ${said}`);
  assert.equal(box.agent.counts.servers, 0);
  leave();
  await close();
});

test('addresses that are not allowed, and probes of strangers, are not answered at all', async () => {
  const { network, port, pause, close } = await open({ allows: () => false });
  const { heard, say, close: leave } = stranger(network, port);
  say('REGISTER');
  await pause(20);
  assert.deepEqual(heard, []);
  leave();
  await close();
  const other = await open();
  const second = stranger(other.network, other.port);
  second.say('OPTIONS');
  await other.pause(20);
  assert.deepEqual(second.heard, []);
  second.close();
  await other.close();
});

test('another password ends the bindings, other bounds do not; a new plane goes on with them', async () => {
  const { box, register, bound, close } = await open();
  await register();
  const kept: unknown = JSON.parse(JSON.stringify(box.runner.state(bindingsId('pbx'))));
  box.agent.registrar.accept('pbx', { ...acceptance, longestS: 3600 }, () => {});
  assert.equal(bound().length, 1);
  box.agent.registrar.accept('pbx', { ...acceptance, password: 'new' }, () => {});
  assert.equal(bound().length, 0);
  box.agent.registrar.acceptNobody('pbx');
  box.agent.registrar.accept('pbx', acceptance, () => {}, kept);
  assert.equal(bound().length, 1);
  await close();
});
