import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { SettingsInBrowser } from './settings-page.ts';

/** Lifts a phone and gives what it hears, in hertz; hangs up. */
const dialTone = async ({ bench }: Gateway, phone: number): Promise<readonly number[]> => {
  await bench.lift(`phone/${phone}`);
  try {
    return (await bench.hear(`phone/${phone}`, 600)).hertz.map(Math.round).sort((one, other) => one - other);
  } finally {
    await bench.hangUp(`phone/${phone}`);
  }
};

/** Everything that the box keeps of its settings, as it lies on its disk. */
const stored = ({ data }: Gateway): string => {
  const folder = join(data, 'configuration');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');
};

/** What the box answers to a browser that asks for it by this name. */
const askedAs = async ({ client }: SettingsInBrowser, name: string): Promise<number> => {
  const authority = `${name}:8443`;
  const headers = { host: authority, origin: `https://${authority}` };
  return (await client.send({ path: '/api/session', headers })).status;
};

test(
  'text, choice, flag, list and a setting of a card are changed in the browser, refused when wrong, and restored',
  onSite(async (site) => {
    const configuration = gatewayConfiguration({ phones: 4, exchangeLines: 1, trunks: [] });
    const gateway = await Gateway.start(site, { configuration });
    const at = await SettingsInBrowser.open(site, gateway);
    const { page } = at;

    // text: the box answers by its name, and keeps it
    await at.go('system');
    const name = 'system/name';
    assert.equal(await askedAs(at, 'north-cellar.local'), 403);
    await at.refused(name, () => at.control(name).fill('x'.repeat(65)), /at most 64/, /shorter|within this limit/);
    await at.applied(() => at.control(name).fill('north-cellar'));
    assert.equal(await askedAs(at, 'north-cellar.local'), 200);
    assert.match(stored(gateway), /north-cellar/);
    await at.applied(() => at.back(name, 'Default'));
    assert.equal(await at.control(name).inputValue(), 'holdfast');
    assert.equal(await askedAs(at, 'north-cellar.local'), 403);

    // choice: tones of the country, in the ear of a phone
    const country = 'system/country';
    assert.deepEqual(await dialTone(gateway, 1), [350, 440]);
    await at.applied(() => at.control(country).selectOption({ label: 'Germany' }));
    await eventually('the German dial tone', 5_000, async () => {
      assert.deepEqual(await dialTone(gateway, 1), [425]);
      return true;
    });
    await at.control(country).selectOption({ label: 'United States' });
    await at.back(country, 'Undo');
    assert.equal(await at.page.locator('.change-count').count(), 0, 'what was undone is no change');
    await at.applied(() => at.back(country, 'Default'));
    await eventually('the American dial tone', 5_000, async () => {
      assert.deepEqual(await dialTone(gateway, 1), [350, 440]);
      return true;
    });

    // flag: a line that is not served is silent
    await at.go('lines', 'line/4');
    const enabled = 'lines/line/4/enabled';
    await at.applied(() => at.control(enabled).uncheck());
    await eventually('phone 4 to be silent', 5_000, async () => {
      assert.deepEqual(await dialTone(gateway, 4), []);
      return true;
    });
    await at.applied(() => at.back(enabled, 'Default'));
    await eventually('phone 4 to be served', 5_000, async () => {
      assert.deepEqual(await dialTone(gateway, 4), [350, 440]);
      return true;
    });
    const extension = 'lines/line/4/extension';
    await at.refused(extension, () => at.control(extension).fill('11'), /unlike all others/, /Choose another/);

    // list: names by which browsers may ask for the page
    await at.go('access');
    const names = 'access/names';
    await at.refused(
      names,
      () => at.control(names).fill('box.example\nnot a name'),
      /must be a host name/,
      /within this limit/,
    );
    await at.applied(() => at.control(names).fill('box.example\ndoor.example'));
    assert.equal(await askedAs(at, 'door.example'), 200);
    await at.applied(() => at.control(names).fill('box.example'));
    assert.deepEqual([await askedAs(at, 'box.example'), await askedAs(at, 'door.example')], [200, 403]);
    await at.applied(() => at.back(names, 'Default'));
    assert.equal(await askedAs(at, 'box.example'), 403);

    // a driver's setting: the card has one more port
    await at.go('cards', 'simulated');
    const phones = 'cards/simulated/settings/phones';
    const cadence = 'cards/simulated/settings/ringCadence';
    await assert.rejects(gateway.bench.phone('phone/5'));
    await at.refused(phones, () => at.control(phones).fill('25'), /at most 24/, /within this limit/);
    await at.refused(cadence, () => at.control(cadence).fill('400\n200\n100'), /pairs of on and off/, /this limit/);
    await at.applied(() => at.control(phones).fill('5'));
    await gateway.connectBench();
    assert.equal((await gateway.bench.phone('phone/5')).hook, 'on');
    await at.applied(() => at.back(phones, 'Default'));
    await gateway.connectBench();
    await assert.rejects(gateway.bench.phone('phone/5'));
    assert.deepEqual(await dialTone(gateway, 1), [350, 440]);
    assert.equal(await page.getByText('Something went wrong').count(), 0);
    at.assertQuiet();
  }),
);

test(
  'a stale change is a conflict that names its paths, is shown over what stands now, and no change is left behind unasked',
  onSite(async (site) => {
    const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ phones: 2, trunks: [] }) });
    const at = await SettingsInBrowser.open(site, gateway);
    const { page, client } = at;
    await at.go('routing');
    const pause = 'routing/interDigitS';
    await at.control(pause).fill('7');

    const { revision } = await at.standing();
    await client.post('/api/settings', { base: revision, change: { routing: { interDigitS: 9, phoneRingS: 60 } } });
    await at.press('Apply');
    await page.getByText('Dialling › Between digits').waitFor();
    assert.equal(await page.getByText('Dialling › Ring time of phones').count(), 0, 'that is no conflict');
    assert.equal(at.standingOf((await at.standing()).settings, pause), 9);
    await at.isInOrder('in a conflict');

    let asked = 0;
    page.on('dialog', (dialog) => {
      asked++;
      void dialog.dismiss();
    });
    await page.reload({ timeout: 1000 }).catch(() => {});
    assert.equal(asked, 1, 'leaving with changes is asked about');
    await at.go('system');
    await at.go('routing');
    assert.equal(await at.control(pause).inputValue(), '7', 'a change outlives a look at another section');

    await at.press('Show theirs, keep my changes on top');
    await eventually('what stands now', 5_000, async () => {
      return (await at.control('routing/phoneRingS').inputValue()) === '60';
    });
    assert.equal(await at.control(pause).inputValue(), '7');
    await at.applied(async () => {});
    const { settings } = await at.standing();
    assert.deepEqual([at.standingOf(settings, pause), at.standingOf(settings, 'routing/phoneRingS')], [7, 60]);
    await page.reload();
    assert.equal(asked, 1, 'nothing is left to ask about');
    at.assertQuiet();
  }),
);
