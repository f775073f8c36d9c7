import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPair, type Pair, type Side, sdp, T1_MS } from './test-user-agents.ts';

/** A generator of its own for each run, so that a failure can be run again by its number. */
const generator = (seed: number): (() => number) => {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
};

/** Something a leg may ask for at any time, sensible or not. */
const act = ({ agent }: Side, contact: string, random: () => number): void => {
  const asks = [
    () => agent.respond('leg/1', { status: 180, contact }),
    () => agent.respond('leg/1', { status: 200, sdp, contact }),
    () => agent.respond('leg/1', { status: 200, sdp }),
    () => agent.respond('leg/1', { status: 488 }),
    () => agent.reoffer('leg/1', sdp),
    () => agent.info('leg/1', 'application/dtmf-relay', 'Signal=5'),
    () => agent.abandon('leg/1'),
    () => agent.cancel('leg/1', 'hungUp'),
    () => agent.bye('leg/1', 'hungUp'),
  ];
  asks[Math.floor(random() * asks.length)]!();
};

const LAST: ReadonlySet<string> = new Set(['ended', 'bye', 'cancelled', 'refused', 'unanswered']);

/** One call in which both sides do what they like while datagrams are lost, doubled, late and out of order. */
const tangle = async (pair: Pair, seed: number): Promise<void> => {
  const { a, b, network, relay, ask, contact, pause } = pair;
  const random = generator(seed);
  network.delayMs = () => 1 + Math.floor(random() * random() * T1_MS * 3);
  relay.judge = () => {
    const fate = random();
    return fate < 0.15 ? 'lose' : fate < 0.25 ? 'twice' : 'pass';
  };
  a.agent.invite('leg/1', ask);
  for (let step = 0; step < 12; step++) {
    await pause(Math.floor(random() * T1_MS * 3));
    const side = random() < 0.5 ? a : b;
    act(side, side === a ? ask.contact : contact, random);
  }
  a.agent.bye('leg/1', 'hungUp');
  b.agent.bye('leg/1', 'hungUp');
  await pause(T1_MS * 64 * 4);
  for (const side of [a, b]) {
    assert.equal(side.agent.counts.sessions, 0, `seed ${seed}: sessions of ${side === a ? 'a' : 'b'}`);
    const { clients, servers } = side.agent.counts;
    assert.deepEqual([clients, servers], [0, 0], `seed ${seed}: transactions`);
    assert.deepEqual([...side.runner.ids()], [], `seed ${seed}: machines`);
    assert.deepEqual(side.faults, [], `seed ${seed}: faults`);
    // b may never have heard of the call
    if (side === a)
      assert.ok(
        side.words().some((word) => LAST.has(word)),
        `seed ${seed}: ${side.words()}`,
      );
  }
};

test('whatever both sides do while the network loses, doubles and delays: nothing is left, and nothing throws', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const pair = await openPair();
    await tangle(pair, seed);
    await pair.close();
  }
});
