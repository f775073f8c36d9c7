import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPair, type Pair, sdp, T1_MS } from './test-user-agents.ts';

const local = { address: '127.0.0.1', port: 0 };

/** A call of side a that is up. */
const talking = async (): Promise<Pair> => {
  const pair = await openPair();
  const { a, b, ask, contact } = pair;
  b.agent.onInvite(() => {
    queueMicrotask(() => b.agent.respond('leg/1', { status: 200, sdp, contact }));
    return { leg: 'leg/1' };
  });
  a.agent.invite('leg/1', ask);
  await a.until('accepted');
  await b.until('acknowledged');
  return pair;
};

/** The flow of side a goes to another place; gives its port there. */
const moveA = async ({ a, relay }: Pair): Promise<number> => {
  const remote = { ...local, port: relay.portForA };
  await a.agent.openFlow({ id: 'f', transport: 'udp', local, remote });
  relay.a = a.agent.flow('f')!.local.port;
  return relay.a;
};

const contactIn = ({ relay }: Pair, what: string): string | undefined =>
  relay.seen
    .filter((each) => each.from === 'a' && each.what === what)
    .at(-1)
    ?.message.header('contact');

test('a flow that stands elsewhere names the new place in the Contact of its calls, and is called there', async () => {
  const pair = await talking();
  const { a, b } = pair;
  const port = await moveA(pair);
  a.agent.reoffer('leg/1', sdp);
  await b.until('reoffered');
  assert.equal(contactIn(pair, 'INVITE'), `<sip:a@127.0.0.1:${port}>`);
  b.agent.respond('leg/1', { status: 200, sdp });
  assert.equal((await a.until('reofferAnswered')).status, 200);
  b.agent.bye('leg/1', 'hungUp');
  await a.until('bye');
  await b.until('ended');
  await pair.close();
});

test('a BYE under way when the flow moves is said again from the new place', async () => {
  const pair = await talking();
  const { a, b, relay, pause } = pair;
  relay.judge = ({ what }) => (what === 'BYE' ? 'lose' : 'pass');
  a.agent.bye('leg/1', 'hungUp');
  await pause(2 * T1_MS);
  await moveA(pair);
  relay.judge = () => 'pass';
  await b.until('bye');
  await a.until('ended');
  assert.equal(a.agent.counts.sessions, 0);
  await pair.close();
});

test('a BYE whose flow is closed for good ends its leg all the same', async () => {
  const pair = await talking();
  const { a, relay, pause } = pair;
  relay.judge = () => 'lose';
  a.agent.bye('leg/1', 'hungUp');
  await a.agent.closeFlow('f');
  await pause(2_500);
  assert.ok(a.words().includes('ended'));
  await pair.close();
});

/** A call of side b that rings at side a. */
const ringing = async (): Promise<Pair> => {
  const pair = await openPair();
  const { a, b, ask, contact } = pair;
  a.agent.onInvite(() => ({ leg: 'leg/2' }));
  b.agent.invite('leg/2', { ...ask, contact });
  await pair.pause(2 * T1_MS);
  a.agent.respond('leg/2', { status: 180 });
  await b.until('provisional', 'leg/2');
  return pair;
};

test('a call that rings here when the flow moves is answered from the new place, which the 200 names', async () => {
  const pair = await ringing();
  const { a, b, relay } = pair;
  const port = await moveA(pair);
  assert.deepEqual(a.words('leg/2'), [], 'it rings on');
  let lost = 0;
  relay.judge = ({ what }) => (what === '200 INVITE' && lost++ === 0 ? 'lose' : 'pass');
  a.agent.respond('leg/2', { status: 200, sdp });
  await b.until('accepted', 'leg/2');
  await a.until('acknowledged', 'leg/2');
  assert.equal(lost > 1, true, 'the answer was said again from there');
  assert.match(contactIn(pair, '200 INVITE') ?? '', new RegExp(`@127\\.0\\.0\\.1:${port}>$`));
  a.agent.bye('leg/2', 'hungUp');
  await b.until('bye', 'leg/2');
  await pair.close();
});

test('a re-INVITE of ours waits for the ACK of our 200 (RFC 3261 §14.1)', async () => {
  const pair = await ringing();
  const { a, b, relay, pause } = pair;
  relay.judge = ({ what }) => (what === 'ACK' ? 'lose' : 'pass');
  a.agent.respond('leg/2', { status: 200, sdp, contact: `sip:a@127.0.0.1:${relay.portForB}` });
  await b.until('accepted', 'leg/2');
  a.agent.reoffer('leg/2', sdp);
  await pause(4 * T1_MS);
  assert.equal(relay.count('a', 'INVITE'), 0);
  assert.deepEqual(a.words('leg/2'), []);
  relay.judge = () => 'pass';
  await a.until('acknowledged', 'leg/2');
  await b.until('reoffered', 'leg/2');
  await pair.close();
});

test('a call that rings here and is cancelled after the flow moved ends', async () => {
  const pair = await ringing();
  const { a, b } = pair;
  await moveA(pair);
  b.agent.cancel('leg/2', 'hungUp');
  await a.until('cancelled', 'leg/2');
  await b.until('ended', 'leg/2');
  assert.equal(a.agent.counts.sessions, 0);
  await pair.close();
});

test('a call that rings here ends when its flow moves and can stand nowhere', async () => {
  const pair = await ringing();
  const { a, relay } = pair;
  const taken = { ...local, port: relay.portForA };
  await assert.rejects(a.agent.openFlow({ id: 'f', transport: 'udp', local: taken, remote: taken }), {
    code: 'address-in-use',
  });
  assert.deepEqual(a.words('leg/2'), ['cancelled']);
  assert.deepEqual([a.agent.counts.sessions, a.agent.counts.servers], [0, 0]);
  await pair.close();
});

test('a call of ours that rings there when the flow moves ends as moved, and is taken back from the new place', async () => {
  const pair = await openPair();
  const { a, b, relay, ask, pause } = pair;
  a.agent.invite('leg/1', ask);
  await pause(2 * T1_MS);
  b.agent.respond('leg/1', { status: 180 });
  await a.until('provisional');
  await moveA(pair);
  const told = await a.until('unanswered');
  assert.equal(told.why, 'moved');
  await b.until('cancelled');
  const copies = () => relay.count('a', 'CANCEL');
  await pause(3_000);
  const sent = copies();
  await pause(10_000);
  assert.equal(copies(), sent, 'nobody can hear the answer to it: it is not sent for ever');
  await pair.close();
});

test('a call of ours of which nothing was heard when the flow moves ends as moved, without a CANCEL (RFC 3261 §9.1)', async () => {
  const pair = await openPair();
  const { a, relay, ask, pause } = pair;
  relay.judge = ({ from }) => (from === 'b' ? 'lose' : 'pass');
  a.agent.invite('leg/1', ask);
  await moveA(pair);
  assert.equal((await a.until('unanswered')).why, 'moved');
  await pause(1_000);
  assert.equal(relay.count('a', 'CANCEL'), 0);
  await pair.close();
});
