import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import * as v from 'valibot';
import { account } from '../../config/section/account.ts';
import { trunk } from '../../config/section/trunk.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import type { Fact } from '../facts.ts';
import { addressOn, holderOf, usable } from './paths.ts';
import { TestSoftswitch, TestUserAgent } from './test-softswitch.ts';
import { Trunks } from './trunks.ts';

const [first, second, other] = ['192.0.2.9', '198.51.100.9', '192.0.2.77'];

/** Primary over eth0, secondary as the system routes: over eth1. */
const open = async (begin: Record<string, string[]> = { eth0: [first], eth1: [second] }) => {
  const clock = new TestClock();
  const runner = new Runner(clock, silentLog);
  const softswitches = { primary: new TestSoftswitch(), secondary: new TestSoftswitch() };
  const agent = new TestUserAgent(clock, softswitches);
  const facts: Fact[] = [];
  const renewed: string[] = [];
  let interfaces = begin;
  let changed = () => {};
  let watches = false;
  let route = second;
  const trunks = new Trunks({
    ...{ runner, clock, agent, log: silentLog, address: '', t1Ms: 500, kept: new Map(), random: () => 0.5 },
    names: { known: (host) => host, address: async (host) => host },
    ownAddress: async () => route,
    renewFlow: (flow) => void renewed.push(flow),
    links: {
      now: () => new Map(Object.entries(interfaces)),
      watch: (listener) => {
        changed = listener;
        watches = true;
        return () => {
          watches = false;
        };
      },
    },
  });
  runner.onFact((fact) => facts.push(fact as Fact));
  trunks.configure({
    trunks: [
      v.parse(trunk, { id: 'primary', host: '192.0.2.1', localPort: 5061, interface: 'eth0' }),
      v.parse(trunk, { id: 'secondary', host: '192.0.2.2', localPort: 5062, priority: 2 }),
    ],
    accounts: [v.parse(account, { id: 'a', user: '100', password: 'secret', line: 'line/1' })],
    lines: [],
  });
  await turnOfLoop();
  clock.turn(3_000);
  await turnOfLoop();
  return {
    ...{ clock, agent, facts, renewed, trunks, ...softswitches },
    become: async (next: Record<string, string[]>, routed = route) => {
      interfaces = next;
      route = routed;
      changed();
      await turnOfLoop();
    },
    watching: () => watches,
    health: (id: string) => trunks.snapshot().find((each) => each.id === id)?.health,
    trouble: (id: string) => trunks.shown().find((each) => each.id === id)?.trouble,
    paths: () => facts.flatMap((fact) => ('interface' in fact ? [`${fact.fact} ${fact.interface}`] : [])),
  };
};

test('each softswitch is reached from the address of its interface, else from that of the route', async () => {
  const { agent, primary, secondary } = await open();
  assert.deepEqual(
    agent.flows.map(({ id, local }) => `${id} ${local.address}`),
    [`primary ${first}`, `secondary ${second}`],
  );
  assert.match([...primary.bindings.values()][0] ?? '', new RegExp(`@${first}:5061`));
  assert.match([...secondary.bindings.values()][0] ?? '', new RegExp(`@${second}:5062`));
});

test('a lost link takes its softswitch out at once, without a probe, and leaves the other alone', async () => {
  const { become, clock, health, paths, primary, renewed, trouble } = await open();
  await become({ eth1: [second] });
  assert.deepEqual([health('primary'), health('secondary')], ['down', 'up']);
  assert.match(trouble('primary') ?? '', /eth0 has no link/);
  assert.equal(trouble('secondary'), '');
  assert.deepEqual(paths(), ['pathDown eth0']);
  assert.deepEqual(renewed, ['primary']);
  const asked = primary.of('OPTIONS').length;
  clock.turn(60_000);
  assert.equal(primary.of('OPTIONS').length, asked, 'a cut path is not probed');
});

test('when the link is back it is probed and registered at once, whatever was before', async () => {
  const { become, clock, health, paths, primary } = await open();
  await become({ eth1: [second] });
  clock.turn(60_000);
  const [asked, registered] = [primary.of('OPTIONS').length, primary.of('REGISTER').length];
  await become({ eth0: [first], eth1: [second] });
  clock.turn(500);
  assert.ok(primary.of('OPTIONS').length > asked);
  assert.ok(primary.of('REGISTER').length > registered);
  assert.equal(health('primary'), 'up');
  assert.deepEqual(paths(), ['pathDown eth0', 'pathUp eth0']);
});

test('another address on the interface: the flow is opened there and registers', async () => {
  const { agent, become, clock, health, primary } = await open();
  await become({ eth0: [other], eth1: [second] });
  await turnOfLoop();
  assert.equal(agent.flows.at(-1)?.local.address, other);
  clock.turn(2_500);
  assert.match([...primary.bindings.values()][0] ?? '', new RegExp(`@${other}:5061`));
  assert.equal(health('primary'), 'up');
});

test('the route of an unbound softswitch moves to another interface: it goes along', async () => {
  const { agent, become, clock, health } = await open();
  await become({ eth0: [first], wwan0: [other] }, other);
  await turnOfLoop();
  assert.deepEqual([agent.flows.at(-1)?.id, agent.flows.at(-1)?.local.address], ['secondary', other]);
  clock.turn(2_500);
  assert.equal(health('secondary'), 'up');
});

test('a way that works is not left for a better route while somebody speaks', async () => {
  const { agent, become, trunks } = await open();
  trunks.occupy('secondary', 'leg/1');
  const opened = agent.flows.length;
  await become({ eth0: [first], eth1: [second], wwan0: [other] }, other);
  await turnOfLoop();
  assert.equal(agent.flows.length, opened);
  trunks.vacate('leg/1');
  await turnOfLoop();
  assert.equal(agent.flows.at(-1)?.local.address, other, 'when the last has hung up');
});

test('another own address in the settings: who names no path goes there at once, speaking or not', async () => {
  const { agent, become, trunks } = await open();
  await become({ eth0: [first], eth1: [second, other] });
  const opened = agent.flows.length;
  trunks.occupy('secondary', 'leg/1');
  trunks.readdress(other);
  await turnOfLoop();
  assert.deepEqual(
    agent.flows.slice(opened).map(({ id, local }) => [id, local.address]),
    [['secondary', other]],
  );
});

test('an own address that no interface has is refused in words, leaves what works, and is taken when one has it', async () => {
  const { agent, become, trunks, trouble } = await open();
  const opened = agent.flows.length;
  assert.throws(() => trunks.readdress(other), /no interface has the address 192\.0\.2\.77/);
  await turnOfLoop();
  assert.equal(agent.flows.length, opened);
  assert.equal(trouble('secondary'), '');
  await become({ eth0: [first], eth1: [second, other] });
  await turnOfLoop();
  assert.equal(agent.flows.at(-1)?.local.address, other);
});

test('a box that starts without the link says so, and begins the moment it comes', async () => {
  const { agent, become, clock, health, paths, trouble } = await open({ eth1: [second] });
  assert.deepEqual([health('primary'), agent.flows.some(({ id }) => id === 'primary')], ['down', false]);
  assert.match(trouble('primary') ?? '', /eth0 has no link/);
  await become({ eth0: [first], eth1: [second] });
  await turnOfLoop();
  clock.turn(2_500);
  assert.equal(health('primary'), 'up');
  assert.deepEqual(paths(), ['pathDown eth0', 'pathUp eth0']);
});

test('nobody is told of a path that settings no longer name, and nothing is watched after the end', async () => {
  const { become, paths, trunks, watching, clock } = await open();
  await become({ eth1: [second] });
  trunks.configure({ trunks: [], accounts: [], lines: [] });
  await become({ eth1: [second] });
  assert.deepEqual(paths(), ['pathDown eth0', 'pathUp eth0']);
  assert.equal(watching(), true);
  const stopped = trunks.stop();
  clock.turn(5_000);
  await stopped;
  assert.equal(watching(), false);
});

test('link-local addresses are no way to a softswitch, and families do not mix', () => {
  const interfaces = new Map([['eth0', ['fe80::1', '2001:db8::9', first]]]);
  assert.equal(addressOn(interfaces, 'eth0', '2001:db8::1'), '2001:db8::9');
  assert.equal(addressOn(interfaces, 'eth0', '192.0.2.1'), first);
  assert.equal(addressOn(interfaces, 'eth9', '192.0.2.1'), undefined);
  assert.equal(usable(new Map([['eth0', ['fe80::1']]]), 'eth0'), false);
  assert.equal(holderOf(interfaces, first), 'eth0');
});
