import assert from 'node:assert/strict';
import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../drivers/catalogue.ts';
import { checkConfiguration } from '../../firmware/config/check.ts';
import { ConfigurationDocument } from '../../firmware/control/configuration/document.ts';
import { systemClock } from '../../firmware/core/clock.ts';
import { SETTINGS_REFUSED } from '../../firmware/core/error.ts';
import { type GatewayConfiguration, gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite, type Site } from '../peer/site.ts';
import { bounded } from '../peer/wait.ts';

const good = gatewayConfiguration({ phones: 2, exchangeLines: 0, trunks: [] });
const withExtensions = (...extensions: readonly string[]): GatewayConfiguration => ({
  ...good,
  lines: good.lines!.map((line, index) => ({ ...line, extension: extensions[index]! })),
});

/** Wrong settings, and the one line by which a person can mend them: path, limit, remedy. */
const wrong: readonly (readonly [string, GatewayConfiguration, RegExp])[] = [
  [
    'an unknown field',
    { ...good, colour: 'red' } as GatewayConfiguration,
    /colour is not a setting\. Remove it, or correct its spelling\./,
  ],
  [
    'a port out of range',
    { ...good, trunks: [primary({ port: 70_000 })] },
    /trunks\/0\/port must be at most 65535\. Enter a value within this limit/,
  ],
  [
    'an unknown driver',
    { ...good, cards: [{ id: 'simulated', driver: 'simulatd' }] },
    /cards\/0\/driver must be one of .*simulated.*\. Choose one of these\./,
  ],
  [
    'an extension twice',
    withExtensions('11', '11'),
    /lines\/1\/extension must be unlike all others\. Choose another extension\./,
  ],
  [
    'an extension that begins with an emergency number',
    withExtensions('11', '9112'),
    /lines\/1\/extension must not begin with the emergency number 911\. Choose another extension\./,
  ],
];

for (const [what, configuration, words] of wrong) {
  test(
    `${what}: one line says where, the limit and the remedy, and the box ends in order`,
    onSite(async (site) => {
      const gateway = await Gateway.start(site, { configuration, waits: false });
      const ending = await bounded('the end', 8_000, gateway.program.ended);
      assert.deepEqual(ending, { code: SETTINGS_REFUSED, signal: null });
      const told = gateway.log().filter(({ msg }) => words.test(String(msg)));
      assert.equal(told.length, 1, gateway.program.output());
      assert.ok(!/^\s+at /m.test(gateway.program.output()), 'no stack');
      assert.ok(!existsSync(join(gateway.run, 'ready')), 'it never said that it is ready');
    }),
  );
}

/** Stores two generations of settings where the gateway keeps its own, as changes by a person would have. */
const storeTwice = async (site: Site): Promise<void> => {
  const checked = await checkConfiguration(good, catalogue);
  assert.ok(checked.ok);
  const document = await ConfigurationDocument.open({
    folder: site.path('gateway', 'data', 'configuration'),
    drivers: catalogue,
    clock: systemClock,
    alarm: (text) => assert.fail(text),
    onFact: () => {},
    seed: () => good,
  });
  for (const name of ['the first', 'the second']) {
    const outcome = await document.propose({ by: 'test', base: document.revision, change: { system: { name } } });
    assert.equal(outcome.is, 'applied');
  }
};

const damagedStart = async (site: Site, ...names: readonly string[]): Promise<Gateway> => {
  const folder = site.path('gateway', 'data', 'configuration');
  for (const name of names) truncateSync(join(folder, name), 40);
  const gateway = await Gateway.start(site, { waits: false });
  await gateway.ready();
  return gateway;
};

const said = (gateway: Gateway): string =>
  gateway
    .log()
    .filter(({ alarm }) => alarm !== undefined)
    .map(({ msg }) => msg)
    .join('\n');

test(
  'stored settings that are damaged: the ones before run, and the box says so',
  onSite(async (site) => {
    await storeTwice(site);
    const gateway = await damagedStart(site, 'configuration');
    assert.match(said(gateway), /configuration: .*; kept as .*configuration\.damaged-1/);
    assert.match(said(gateway), /the settings before the last change run \(revision 1-/);
    assert.equal(gateway.planes().control !== undefined, true);
    assert.ok(readdirSync(join(gateway.data, 'configuration')).includes('configuration.damaged-1'));
  }),
);

test(
  'both generations damaged: the box starts with the settings of the factory, and says so',
  onSite(async (site) => {
    await storeTwice(site);
    const gateway = await damagedStart(site, 'configuration', 'configuration.prev');
    assert.match(said(gateway), /no stored settings can be read; the box runs with its first settings/);
    assert.match(said(gateway), /Enter yours again/);
  }),
);
