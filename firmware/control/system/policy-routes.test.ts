import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../core/log.ts';
import { PolicyRoutes } from './policy-routes.ts';

/** A kernel of a few lines: what `ip` shows, and what it was told. */
class Kernel {
  addresses = '3: wwan0    inet 10.1.2.3/24 brd 10.1.2.255 scope global wwan0\\       valid_lft forever\n';
  routes = 'default via 10.1.2.1 proto dhcp metric 700 \n10.1.2.0/24 proto kernel scope link src 10.1.2.3 linkdown \n';
  rules = '';
  permitted = true;
  readonly told: string[] = [];

  readonly run = async (words: readonly string[], input = ''): Promise<string> => {
    const text = words.join(' ');
    if (text.includes('-6')) return '';
    if (text.includes('address show')) return this.addresses;
    if (text.includes('route show')) return this.routes;
    if (text.includes('rule show')) return this.rules;
    if (!this.permitted) throw new Error('RTNETLINK answers: Operation not permitted');
    this.told.push(...input.trim().split('\n'));
    return '';
  };
}

const setUp = () => {
  const kernel = new Kernel();
  const warnings: string[] = [];
  const log = { warn: ({ why }: { why: string }) => void warnings.push(why) } as unknown as Log;
  const routes = new PolicyRoutes(log, kernel.run);
  const told = async (): Promise<string[]> => {
    await routes.settled();
    return kernel.told.splice(0);
  };
  return { kernel, routes, told, warnings };
};

const laid = [
  'route replace default via 10.1.2.1 proto dhcp metric 700 dev wwan0 table 7003',
  'route replace 10.1.2.0/24 proto kernel scope link src 10.1.2.3 dev wwan0 table 7003',
  'rule add pref 7003 from 10.1.2.3 lookup 7003',
];

test("what leaves from the interface's address goes by a table of its own, made of the system's routes over it", async () => {
  const { routes, told } = setUp();
  routes.bind(['wwan0', 'wwan0']);
  assert.deepEqual(await told(), laid);
});

test('nothing is laid twice, and what a plane before us laid stands', async () => {
  const { kernel, routes, told } = setUp();
  kernel.rules = '7003:\tfrom 10.1.2.3 lookup 7003 \n';
  routes.bind(['wwan0']);
  assert.deepEqual(await told(), laid.slice(0, 2));
  routes.changed();
  assert.deepEqual(await told(), []);
});

test('another address: the old rule goes, the new one comes', async () => {
  const { kernel, routes, told } = setUp();
  routes.bind(['wwan0']);
  await told();
  kernel.rules = '7003:\tfrom 10.1.2.3 lookup 7003 \n';
  kernel.addresses = kernel.addresses.replaceAll('10.1.2.3/24', '10.1.2.9/24');
  routes.changed();
  const lines = await told();
  assert.equal(lines[0], 'route flush table 7003');
  assert.deepEqual(lines.slice(-2), [
    'rule del pref 7003 from 10.1.2.3',
    'rule add pref 7003 from 10.1.2.9 lookup 7003',
  ]);
});

test('an interface that no softswitch names any more is left as it was found', async () => {
  const { kernel, routes, told } = setUp();
  routes.bind(['wwan0']);
  await told();
  kernel.rules = '7003:\tfrom 10.1.2.3 lookup 7003 \n';
  routes.bind([]);
  assert.deepEqual(await told(), ['rule del pref 7003 from 10.1.2.3', 'route flush table 7003']);
  routes.changed();
  assert.deepEqual(await told(), []);
});

test('an interface that is not there is no fault; not being permitted is said once', async () => {
  const { kernel, routes, told, warnings } = setUp();
  kernel.addresses = '';
  routes.bind(['wwan0']);
  assert.deepEqual([await told(), warnings], [[], []]);
  kernel.addresses = new Kernel().addresses;
  kernel.permitted = false;
  routes.changed();
  routes.changed();
  assert.deepEqual(await told(), []);
  assert.match(warnings.join(), /^RTNETLINK answers: Operation not permitted$/);
});
