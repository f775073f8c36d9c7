import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeViolations, Browser, listenIn, picture } from '../peer/browser.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, humHertz, lifted, microphoneOf, openHandset, partOf, plays, roundTrips } from './handset-page.ts';

const answerHertz = 700;
/** A sound device of another rate than the browser's own without one, 44.1 kHz. */
const OTHER_RATE = 48_000;
const otherDevice = `globalThis.AudioContext = class extends AudioContext {
  constructor(options) {
    super({ ...options, sampleRate: ${OTHER_RATE} });
  }
};`;

const openBox = async (site: Site) => {
  const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ phones: 2, trunks: [] }) });
  await PageClient.signIn(gateway);
  return gateway;
};

test(
  'a handset in the browser is lifted, hears dial tone, calls, is heard and hears, and hangs up',
  onSite(async (site, context) => {
    const gateway = await openBox(site);
    const { bench } = gateway;
    const browser = await Browser.start(site, { microphone: microphoneOf(site) });
    const page = await openHandset(browser);
    const click = performance.now();
    await page.getByRole('button', { name: 'Lift' }).click();
    await lifted(bench, 1, 'off');
    const liftMs = performance.now() - click;
    await plays(page, [350, 440]);
    const toneMs = performance.now() - click;
    assert.deepEqual(await axeViolations(page), []);
    await picture(site, page, 'handset-dial-tone');

    await dial(page, '12');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await bench.lift('phone/2');
    await bench.waitFor('phone/2', 'tone', { hertz: [humHertz], timeoutMs: 10_000 });
    await bench.tone('phone/2', [answerHertz]);
    await plays(page, [answerHertz]);
    const even = partOf((await listenIn(page, 2000)).played, [answerHertz]);
    await bench.silence('phone/2');
    await page.getByText('In a call').waitFor();
    await picture(site, page, 'handset-in-a-call');

    const caller = gateway.bench;
    await caller.hold('phone/2', (octets) => caller.say('phone/2', octets));
    await sleep(500);
    const { said, played } = await listenIn(page, 7000);
    const trips = roundTrips(said, played);
    context.diagnostic(
      `lift ${liftMs.toFixed(0)} ms, dial tone found after ${toneMs.toFixed(0)} ms, round trip ${trips.map((each) => each.toFixed(0)).join(', ')} ms, ${(100 * even).toFixed(0)} % of 2 s even, device of ${played.rate} Hz`,
    );
    assert.ok(trips.length >= 2, `${trips.length} round trips measured`);
    assert.ok(Math.max(...trips) < 500, `round trips of ${trips.join(', ')} ms`);

    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(bench, 1, 'on');
    const [record] = await gateway.recorded(1);
    assert.equal(record!['cause'], 'hungUp');
    await page.getByText('On hook').waitFor();
    assert.deepEqual(browser.complaints(), []);
  }),
);

test(
  'a page that is loaded anew in a call hangs up, rings when it is called, and is answered',
  onSite(async (site) => {
    const gateway = await openBox(site);
    const { bench } = gateway;
    const browser = await Browser.start(site, { microphone: microphoneOf(site), width: 390, height: 844, dark: true });
    const page = await openHandset(browser);
    await page.getByRole('button', { name: 'Lift' }).click();
    await plays(page, [350, 440]);
    await page.keyboard.type('12', { delay: 150 });
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await bench.lift('phone/2');
    await page.getByText('In a call').waitFor();
    await page.reload();
    await lifted(bench, 1, 'on');
    await gateway.recorded(1);
    await bench.hangUp('phone/2');
    // longer than a flash
    await sleep(1500);

    await page.getByRole('button', { name: 'Lift' }).and(page.locator(':enabled')).waitFor();
    await bench.lift('phone/2');
    await bench.waitFor('phone/2', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
    await bench.press('phone/2', '11');
    await page.getByText('Ringing').waitFor();
    await eventually('the number of the caller', 8000, async () => {
      const shown = await page.locator('.handset-detail').textContent();
      if (/^12\b/.test(shown ?? '')) return true;
      throw new Error(`it shows ${shown}; ${JSON.stringify(await bench.phone('phone/1'))}`);
    });
    assert.deepEqual(await axeViolations(page), []);
    await picture(site, page, 'handset-ringing');
    await page.getByRole('button', { name: 'Answer' }).click();
    await bench.tone('phone/2', [answerHertz]);
    await plays(page, [answerHertz]);
    await bench.hangUp('phone/2');
    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(bench, 1, 'on');
    assert.deepEqual(browser.complaints(), []);
  }),
);

test(
  'without a microphone, on a device of 48 kHz, a person hears and dials, and is told why nobody hears them',
  onSite(async (site) => {
    const gateway = await openBox(site);
    const browser = await Browser.start(site, { refusesMicrophone: true });
    await browser.context.addInitScript(otherDevice);
    const page = await openHandset(browser);
    await page.getByRole('button', { name: 'Lift' }).focus();
    await page.keyboard.press('Enter');
    await plays(page, [350, 440]);
    assert.equal(await page.evaluate('document.activeElement?.textContent'), 'Hang up', 'the focus stays');
    assert.equal((await listenIn(page, 100)).played.rate, OTHER_RATE);
    await page.getByText('The microphone is not allowed').waitFor();
    await page.keyboard.type('12', { delay: 150 });
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(gateway.bench, 1, 'on');
    assert.deepEqual(browser.complaints(), []);
  }),
);
