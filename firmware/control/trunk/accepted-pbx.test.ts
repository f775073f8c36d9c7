import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import * as v from 'valibot';
import { account } from '../../config/section/account.ts';
import { trunk } from '../../config/section/trunk.ts';
import { silentLog } from '../../core/log.ts';
import { after } from '../../core/machine.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Fact } from '../facts.ts';
import type { Acceptance, Registered, Registrar } from '../sip/face.ts';
import { TestSoftswitch, TestUserAgent } from './test-softswitch.ts';
import { Trunks } from './trunks.ts';

const source = { address: '192.0.2.77', port: 40_000 };

/** A registrar at which the test binds and unbinds. */
class TestRegistrar implements Registrar {
  readonly accepted = new Map<string, Acceptance>();
  bindings: Registered[] = [];
  #changed: () => void = () => {};

  accept(flow: string, acceptance: Acceptance, changed: () => void): void {
    this.accepted.set(flow, acceptance);
    this.#changed = changed;
  }
  acceptNobody(flow: string): void {
    this.accepted.delete(flow);
    this.bindings = [];
  }
  registered(): readonly Registered[] {
    return this.bindings;
  }
  bind(...bindings: Registered[]): void {
    this.bindings = bindings;
    this.#changed();
  }
}

const open = async (changes: object = {}) => {
  const clock = new TestClock();
  const runner = new Runner(clock, silentLog);
  const pbx = new TestSoftswitch();
  const agent = new TestUserAgent(clock, { pbx });
  const registrar = new TestRegistrar();
  const facts: Fact[] = [];
  runner.onFact((fact) => facts.push(fact as Fact));
  const settings = { id: 'pbx', kind: 'accepting', user: 'pbx', password: 'longenough', localPort: 5062, ...changes };
  const trunks = new Trunks({
    ...{ runner, clock, agent, registrar, log: silentLog, address: '192.0.2.9', t1Ms: 500 },
    ...{ kept: new Map(), random: () => 0.5, newId: () => 'id' },
    names: { known: () => assert.fail('it has no name'), address: () => assert.fail('it has no name') },
  });
  const accounts = [v.parse(account, { id: '101', user: '101', password: 'x', line: 'line/1' })];
  const configure = (more: object = {}) =>
    trunks.configure({ trunks: [v.parse(trunk, { ...settings, ...more })], accounts, lines: [] });
  configure();
  await turnOfLoop();
  const bound = (contact = 'sip:pbx@10.0.0.7:5060'): Registered => ({
    ...{ contact, source, expiresAt: after(clock.now(), 600_000) },
  });
  const bind = (...bindings: Registered[]) => runner.cascade(() => registrar.bind(...bindings));
  return { clock, pbx, agent, registrar, facts, trunks, configure, bind, bound };
};

const words = (facts: readonly Fact[]): string[] =>
  facts.map((fact) => ('why' in fact ? `${fact.fact}: ${fact.why}` : 'sentence' in fact ? fact.sentence : fact.fact));

test('until somebody has registered it is down, says why, and nothing is sent anywhere', async () => {
  const { clock, trunks, facts, agent, pbx } = await open();
  clock.turn(60_000);
  const [shown] = trunks.shown();
  assert.equal(shown?.health, 'down');
  assert.equal(shown?.trouble, 'nobody has registered');
  assert.deepEqual(trunks.snapshot()[0]?.bound, []);
  assert.equal(trunks.trunk('pbx')?.outgoing('101', { number: '200' }), undefined);
  assert.deepEqual(words(facts), ['trunkDown: nobody has registered']);
  assert.equal(agent.flows[0]?.remote, undefined);
  assert.equal(pbx.asks.length, 0);
  assert.deepEqual(trunks.registrations()[0], {
    ...{ trunk: 'pbx', account: 'pbx', is: 'waiting', bound: false },
    sentence: 'nobody has registered at pbx',
  });
});

test('once it has registered it is up, probed and called where it came from, by its Contact', async () => {
  const { clock, trunks, facts, pbx, bind, bound } = await open();
  bind(bound());
  assert.equal(trunks.snapshot()[0]?.health, 'up');
  assert.deepEqual(trunks.snapshot()[0]?.bound, ['101']);
  assert.equal(trunks.shown()[0]?.trouble, '');
  assert.equal(trunks.shown()[0]?.host, source.address);
  clock.turn(20_000);
  const [probe] = pbx.of('OPTIONS');
  assert.deepEqual([probe?.ask.hop, probe?.ask.uri], [source, 'sip:pbx@10.0.0.7:5060']);
  const invite = trunks.trunk('pbx')?.outgoing('101', { number: '200' });
  assert.equal(invite?.uri, 'sip:pbx@10.0.0.7:5060');
  assert.equal(invite?.to.uri, 'sip:200@192.0.2.9');
  assert.equal(invite?.from.uri, 'sip:101@192.0.2.9');
  assert.deepEqual(invite?.hop, source);
  assert.equal(invite?.credentials, undefined, 'our accounts are none of its business');
  assert.deepEqual(words(facts).slice(1), ['registered', 'trunkUp: it answers']);
});

test('the called number stands in the request where the PBX wants it there, and callers need no account', async () => {
  const { trunks, bind, bound } = await open({ calledIn: 'request', domain: 'box.test' });
  bind(bound('sip:10.0.0.7;transport=udp'));
  const invite = trunks.trunk('pbx')?.outgoing('', { number: '#20' });
  assert.equal(invite?.uri, 'sip:%2320@10.0.0.7;transport=udp');
  assert.equal(invite?.from.uri, 'sip:pbx@box.test');
});

test('when its binding has ended it is down at once; a probe that it does not answer makes it doubtful', async () => {
  const { clock, trunks, facts, pbx, bind, bound } = await open();
  bind(bound());
  bind();
  assert.equal(trunks.snapshot()[0]?.health, 'down');
  assert.deepEqual(words(facts).slice(-2), ['nobody has registered at pbx', 'trunkDown: nobody has registered']);
  bind(bound());
  pbx.stop();
  clock.turn(30_000);
  assert.equal(trunks.snapshot()[0]?.health, 'down');
  assert.match(words(facts).at(-1) ?? '', /none of three fast probes/);
});

test('a wrong password is told while nobody is there, once a minute', async () => {
  const { clock, registrar, facts, bind, bound } = await open();
  const guess = () => registrar.accepted.get('pbx')?.refused?.({ address: '203.0.113.5', port: 5060 });
  for (let count = 0; count < 100; count++) guess();
  clock.turn(61_000);
  guess();
  const told = facts.flatMap((fact) => (fact.fact === 'registrationFailed' ? [`${fact.cause}: ${fact.sentence}`] : []));
  const sentence = 'nobody has registered at pbx; a wrong name or password came from 203.0.113.5';
  assert.deepEqual(told, [`wrongPassword: ${sentence}`, `wrongPassword: ${sentence}`]);
  bind(bound());
  guess();
  assert.equal(facts.filter(({ fact }) => fact === 'registrationFailed').length, 2);
});

test('only addresses that are allowed may speak, and only our names are ours', async () => {
  const { registrar, configure } = await open({ allowed: ['192.168.1.0/24', '2001:db8::7'] });
  const door = () => registrar.accepted.get('pbx')!;
  for (const address of ['192.168.1.7', '::ffff:192.168.1.7', '2001:db8::7'])
    assert.ok(door().allows(address), address);
  for (const address of ['192.168.2.7', '2001:db8::8', '']) assert.ok(!door().allows(address), address);
  assert.ok(door().isOurs('anything.example'));
  configure({ domain: 'Box.Test', allowed: [] });
  assert.ok(door().isOurs('box.test') && door().isOurs('192.0.2.9') && !door().isOurs('anything.example'));
  assert.ok(door().allows('203.0.113.5'));
  configure({ kind: 'peer', host: '192.0.2.1' });
  assert.equal(registrar.accepted.size, 0);
});
