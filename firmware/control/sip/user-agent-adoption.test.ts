import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LegId } from '../facts.ts';
import { KEPT } from './dialog/kept.ts';
import { openPair, type Pair, Side, sdp, T1_MS } from './test-user-agents.ts';

/** What the adoption file would hold of a side, as it reads back. */
const keptBy = (side: Side): Map<string, unknown> => {
  const ids = [...side.runner.ids()].filter((id) => KEPT.some((kind) => id.startsWith(`${kind}/leg`)));
  return new Map(ids.map((id) => [id, JSON.parse(JSON.stringify(side.runner.state(id)))]));
};
const byLeg = (kept: Map<string, unknown>): Map<LegId, Record<string, unknown>> => {
  const legs = new Map<LegId, Record<string, unknown>>();
  for (const [id, state] of kept) {
    const [kind, leg] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1) as LegId];
    legs.set(leg, { ...legs.get(leg), [kind]: state });
  }
  return legs;
};

/** Side a dies without a word, and another user agent stands up in its place and adopts what it left. */
const replaced = async (pair: Pair, port: 'a' | 'b'): Promise<{ next: Side; legs: LegId[] }> => {
  const { network, relay } = pair;
  const legs = byLeg(keptBy(pair[port]));
  const remote = { address: '127.0.0.1', port: port === 'a' ? relay.portForA : relay.portForB };
  relay.judge = () => 'lose';
  await pair[port].agent.close();
  await pair.pause(2);
  relay.judge = () => 'pass';
  const next = new Side(network);
  const local = { address: '127.0.0.1', port: relay[port] };
  for (const [leg, kept] of legs) assert.ok(next.agent.adopt(leg, kept));
  await next.agent.openFlow({ id: 'f', transport: 'udp', local, remote });
  return { next, legs: [...legs.keys()] };
};

const within = async (work: (pair: Pair) => Promise<void>): Promise<void> => {
  const pair = await openPair();
  try {
    await work(pair);
  } finally {
    await pair.close();
  }
};
const branchOf = ({ relay }: Pair, what: string) => relay.seen.find((each) => each.what === what)?.message.via?.branch;

/** a calls b. */
const rings = async ({ a, ask }: Pair): Promise<void> => {
  a.agent.invite('leg/1', ask);
  await a.until('provisional');
};
/** b takes the call, and hears that its 200 came. */
const answered = async ({ b, contact }: Pair): Promise<void> => {
  b.agent.respond('leg/1', { status: 200, sdp, contact });
  await b.until('acknowledged');
};

test('an INVITE that rings is taken back by the next plane, and its 487 acknowledged', () =>
  within(async (pair) => {
    const { a, b, relay, pause } = pair;
    await rings(pair);
    assert.deepEqual([...keptBy(a).keys()], ['invite/leg/1']);
    const { next, legs } = await replaced(pair, 'a');
    assert.deepEqual(legs, ['leg/1']);
    next.agent.bye('leg/1', 'gatewayRestarted');
    assert.equal((await b.until('cancelled')).reason?.q850, 41);
    await next.until('ended');
    await pause(T1_MS);
    assert.equal(branchOf(pair, 'CANCEL'), branchOf(pair, 'INVITE'));
    assert.equal(relay.count('a', 'ACK'), 1);
    assert.deepEqual(next.words(), ['ended']);
    assert.deepEqual([...keptBy(next), ...keptBy(b)], []);
    assert.deepEqual([next.agent.counts.sessions, b.agent.counts.sessions], [0, 0]);
    await next.agent.close();
  }));

test('the answer that crosses the CANCEL of the next plane is acknowledged, and the call ended', () =>
  within(async (pair) => {
    const { b, contact } = pair;
    await rings(pair);
    const { next } = await replaced(pair, 'a');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    next.agent.bye('leg/1', 'gatewayRestarted');
    assert.equal((await b.until('bye')).reason?.q850, 41);
    assert.ok(b.words().includes('acknowledged'));
    await next.until('ended');
    assert.deepEqual([...keptBy(next), ...keptBy(b)], []);
    await next.agent.close();
  }));

test('an INVITE that came is answered finally by the next plane, with the tag that it rang with', () =>
  within(async (pair) => {
    const { a, b, relay, pause } = pair;
    await rings(pair);
    b.agent.respond('leg/1', { status: 180 });
    await pause(3);
    assert.deepEqual([...keptBy(b).keys()], ['arrival/leg/1']);
    const { next } = await replaced(pair, 'b');
    next.agent.bye('leg/1', 'gatewayRestarted');
    const refused = await a.until('refused');
    assert.deepEqual([refused.status, refused.reason?.q850], [500, 41]);
    const tags = relay.seen.filter(({ what }) => /^(180|500) INVITE/.test(what)).map(({ message }) => message.toTag);
    assert.equal(new Set(tags).size, 1);
    await pause(T1_MS * 80);
    assert.equal(relay.count('b', '500 INVITE'), 1, 'acknowledged');
    assert.equal(relay.count('a', 'ACK'), 1);
    assert.deepEqual([...keptBy(next), ...keptBy(a)], []);
    assert.deepEqual([next.agent.counts.servers, next.agent.counts.sessions], [0, 0]);
    await next.agent.close();
  }));

test('an INVITE that rings is answered under the next plane: its 200 is acknowledged, and both ends can hang up', () =>
  within(async (pair) => {
    const { b, relay, contact } = pair;
    await rings(pair);
    const { next } = await replaced(pair, 'a');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    await next.until('accepted');
    await b.until('acknowledged');
    next.agent.bye('leg/1', 'hungUp');
    assert.equal((await b.until('bye')).reason?.q850, 16);
    await next.until('ended');
    assert.equal(relay.count('a', 'INVITE'), 1, 'no copy of what has rung');
    assert.deepEqual([...keptBy(next), ...keptBy(b)], []);
    await next.agent.close();
  }));

test('an INVITE that nobody has heard is sent again at once by the next plane, with what it offers', () =>
  within(async (pair) => {
    const { a, b, relay, ask, contact } = pair;
    relay.judge = () => 'lose';
    a.agent.invite('leg/1', ask);
    const { next } = await replaced(pair, 'a');
    await next.until('provisional');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    await next.until('accepted');
    const invites = relay.seen.filter(({ what }) => what === 'INVITE');
    assert.deepEqual([...new Set(invites.map(({ message }) => message.via?.branch))].length, 1, 'the same INVITE');
    assert.ok(invites.every(({ message }) => message.sdp === sdp));
    assert.deepEqual(next.words(), ['provisional', 'accepted'], 'the copy is no sign of a loss');
    await next.agent.close();
  }));

test('the 200 that a plane has acknowledged comes again: the next plane acknowledges it as well', () =>
  within(async (pair) => {
    const { a, b, relay, contact, pause } = pair;
    await rings(pair);
    relay.judge = ({ what }) => (what === 'ACK' ? 'lose' : 'pass');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    await a.until('accepted');
    const { next } = await replaced(pair, 'a');
    await b.until('acknowledged');
    await pause(T1_MS);
    assert.deepEqual(next.words(), [], 'the leg has heard of it before');
    b.agent.bye('leg/1', 'hungUp');
    await next.until('bye');
    assert.equal(relay.count('a', 'BYE'), 0);
    await next.agent.close();
  }));

test('a 200 whose ACK has not come is said again by the next plane, and a BYE waits for that ACK', () =>
  within(async (pair) => {
    const { a, b, relay, contact } = pair;
    await rings(pair);
    relay.judge = ({ what }) => (what === '200 INVITE' ? 'lose' : 'pass');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    b.agent.bye('leg/1', 'hungUp');
    assert.deepEqual([...keptBy(b).keys()], ['dialog/leg/1', 'answered/leg/1']);
    const { next } = await replaced(pair, 'b');
    await a.until('accepted');
    assert.equal((await a.until('bye')).reason?.q850, 16);
    await next.until('ended');
    const order = relay.seen.map(({ what }) => what).filter((what) => what === 'ACK' || what === 'BYE');
    assert.deepEqual(order, ['ACK', 'BYE']);
    assert.deepEqual([...keptBy(next), ...keptBy(a)], []);
    await next.agent.close();
  }));

test('hold goes on both ways: CSeq and tags are those of the dialog', () =>
  within(async (pair) => {
    const { a, b } = pair;
    await rings(pair);
    await answered(pair);
    a.agent.reoffer('leg/1', sdp);
    await b.until('reoffered');
    b.agent.respond('leg/1', { status: 200, sdp });
    await a.until('reofferAnswered');
    const { next } = await replaced(pair, 'a');
    // the ACK of the first change was lost with the plane: the answer is said again, and acknowledged by the next
    await pair.pause(T1_MS * 3);
    next.agent.reoffer('leg/1', sdp);
    await pair.pause(T1_MS);
    assert.equal(b.words().filter((word) => word === 'reoffered').length, 2);
    b.agent.respond('leg/1', { status: 200, sdp });
    assert.equal((await next.until('reofferAnswered')).status, 200);
    await pair.pause(T1_MS);
    b.agent.reoffer('leg/1', sdp);
    await next.until('reoffered');
    next.agent.respond('leg/1', { status: 200, sdp });
    assert.equal((await b.until('reofferAnswered')).status, 200);
    await next.agent.close();
  }));

test('a BYE and a re-INVITE that were on their way are sent again as they were', () =>
  within(async (pair) => {
    const { a, b, relay } = pair;
    await rings(pair);
    await answered(pair);
    relay.judge = () => 'lose';
    a.agent.reoffer('leg/1', sdp);
    const first = await replaced(pair, 'a');
    await b.until('reoffered');
    b.agent.respond('leg/1', { status: 200, sdp });
    assert.equal((await first.next.until('reofferAnswered')).status, 200);
    relay.judge = () => 'lose';
    first.next.agent.bye('leg/1', 'hungUp');
    const second = await replaced({ ...pair, a: first.next }, 'a');
    await b.until('bye');
    await second.next.until('ended');
    for (const what of ['INVITE', 'BYE']) {
      const cseqs = relay.seen.filter((each) => each.what === what).map(({ message }) => message.cseq?.number);
      assert.equal(new Set(cseqs).size, what === 'INVITE' ? 2 : 1, what);
    }
    assert.deepEqual([...keptBy(second.next), ...keptBy(b)], []);
    await second.next.agent.close();
  }));

test('what is asked of a leg waits until its flow is open', () =>
  within(async (pair) => {
    const { a, b, relay } = pair;
    await rings(pair);
    await answered(pair);
    const kept = byLeg(keptBy(a)).get('leg/1')!;
    relay.judge = () => 'lose';
    await a.agent.close();
    relay.judge = () => 'pass';
    const next = new Side(pair.network);
    assert.ok(next.agent.adopt('leg/1', kept));
    assert.deepEqual([...keptBy(next).keys()].sort(), ['acked/leg/1', 'dialog/leg/1'], 'ours to keep from here on');
    next.agent.bye('leg/1', 'hungUp');
    assert.deepEqual([next.words(), next.agent.waiting], [[], 1]);
    const local = { address: '127.0.0.1', port: relay.a };
    await next.agent.openFlow({ id: 'f', transport: 'udp', local, remote: { ...local, port: relay.portForA } });
    await b.until('bye');
    await next.until('ended');
    assert.equal(next.agent.waiting, 0);
    await next.agent.close();
  }));

test('nothing is kept of what is answered, and what cannot be read is not taken', () =>
  within(async (pair) => {
    const { a, b, ask, contact } = pair;
    a.agent.invite('leg/1', { ...ask, credentials: { user: 'u', password: 'secret' } });
    await a.until('provisional');
    const invite = keptBy(a).get('invite/leg/1') as object;
    assert.ok(!JSON.stringify(invite).includes('secret'));
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    await a.until('accepted');
    await b.until('acknowledged');
    assert.deepEqual([...keptBy(a).keys(), ...keptBy(b).keys()], ['dialog/leg/1', 'acked/leg/1', 'dialog/leg/1']);
    const next = new Side(pair.network);
    const damaged = [{ fields: 7 }, { fields: [['via']] }, { to: {} }, { contact: 1 }, { flow: 0 }, { as: 'x' }];
    for (const each of damaged) assert.equal(next.agent.adopt('leg/9', { invite: { ...invite, ...each } }), false);
    for (const arrival of [null, 'x', { as: 'arrival' }]) assert.equal(next.agent.adopt('leg/9', { arrival }), false);
    assert.equal(next.agent.counts.sessions, 0);
  }));
