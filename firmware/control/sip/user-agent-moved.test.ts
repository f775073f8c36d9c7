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
