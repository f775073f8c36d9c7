import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeViolations, Browser, listenIn, picture } from '../peer/browser.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { lifted, microphoneOf, openBox, openHandset, plays } from './handset-page.ts';

const answerHertz = 700;
/** A sound device of another rate than the browser's own without one, 44.1 kHz. */
const OTHER_RATE = 48_000;
const otherDevice = `globalThis.AudioContext = class extends AudioContext {
  constructor(options) {
    super({ ...options, sampleRate: ${OTHER_RATE} });
  }
};`;

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
