import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { BenchClient } from '../../drivers/simulated/bench-client.ts';
import { durationMs, levelDb, part, type Sound, shareOf, sine, toneSpans, writeWav } from '../peer/audio.ts';
import { axeViolations, Browser, listenIn, picture } from '../peer/browser.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { PAGE_PASSWORD, PageClient } from '../peer/page-client.ts';
import { address, onSite, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';

const url = `https://${address.gateway}:8443/`;
/** The person at the page hums, for a second, every two seconds. */
const humHertz = 1000;
const answerHertz = 700;

const microphoneOf = (site: Site): string => {
  const path = site.path('microphone.wav');
  const hum = sine(humHertz, 1, -12, 48_000);
  const samples = new Int16Array(2 * hum.samples.length);
  samples.set(hum.samples);
  writeWav(path, { rate: hum.rate, samples });
  return path;
};

const openHandset = async (browser: Browser): Promise<Page> => {
  const page = await browser.page();
  await page.goto(`${url}#/handset`);
  await page.fill('#password', PAGE_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lift' }).and(page.locator(':enabled')).waitFor();
  return page;
};

/** What part of the sound, in stretches of 40 ms, is made of these frequencies and nothing else. */
const partOf = (sound: Sound, hertz: readonly number[]): number => {
  const stretches = Array.from({ length: Math.floor(durationMs(sound) / 40) }, (_, i) =>
    part(sound, i * 40, i * 40 + 40),
  );
  const good = stretches.filter((stretch) => {
    const shares = hertz.map((each) => shareOf(stretch, each));
    const together = shares.reduce((sum, share) => sum + share, 0);
    return levelDb(stretch) > -45 && together > 0.8 && Math.min(...shares) > 0.25;
  });
  return good.length / stretches.length;
};

/** Waits until the page plays these frequencies; some gaps of a busy machine are forgiven. */
const plays = async (page: Page, hertz: readonly number[], withinMs = 5000): Promise<void> => {
  await eventually(`${hertz.join(' + ')} Hz in the page`, withinMs, async () => {
    const { played } = await listenIn(page, 240);
    const found = partOf(played, hertz);
    if (found > 0.6) return true;
    throw new Error(`heard ${levelDb(played).toFixed(1)} dB, ${(100 * found).toFixed(0)} % of it so`);
  });
};

const dial = async (page: Page, digits: string): Promise<void> => {
  for (const digit of digits) {
    await page.getByRole('button', { name: new RegExp(`^Key ${digit}`) }).click();
    await sleep(150);
  }
};

/** Milliseconds from the beginning of a hum at the microphone to its beginning at the loudspeaker. */
const roundTrips = (said: Sound, played: Sound): number[] => {
  const begun = (sound: Sound): number[] => onsets(sound, humHertz);
  const back = begun(played);
  return begun(said).flatMap((at) => {
    const after = back.find((each) => each > at);
    return after === undefined || after - at > 900 ? [] : [after - at];
  });
};

/** When a tone begins, to about 2 ms: where its level crosses half of what it comes to. */
const onsets = (sound: Sound, hertz: number): number[] =>
  toneSpans(sound, hertz, 400).flatMap(({ atMs }) => {
    if (atMs < 100) return [];
    const step = Math.round(sound.rate / 500);
    const from = Math.round(((atMs - 60) * sound.rate) / 1000);
    const level = (at: number): number => levelDb({ ...sound, samples: sound.samples.subarray(at, at + step) });
    const full = level(from + 100 * step);
    for (let at = from; at < from + 80 * step; at += step) if (level(at) > full - 6) return [(at * 1000) / sound.rate];
    return [];
  });

const lifted = async (bench: BenchClient, phone: number, hook: 'on' | 'off'): Promise<void> => {
  await eventually(
    `phone ${phone} ${hook} the hook`,
    3000,
    async () => (await bench.phone(`phone/${phone}`)).hook === hook,
  );
};

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
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 5000 });
    await bench.lift('phone/2');
    await bench.waitFor('phone/2', 'tone', { hertz: [humHertz], timeoutMs: 5000 });
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
      `lift ${liftMs.toFixed(0)} ms, dial tone found after ${toneMs.toFixed(0)} ms, round trip ${trips.map((each) => each.toFixed(0)).join(', ')} ms, ${(100 * even).toFixed(0)} % of 2 s even`,
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
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 5000 });
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
    await bench.waitFor('phone/2', 'tone', { hertz: [350, 440], timeoutMs: 5000 });
    await bench.press('phone/2', '11');
    await page.getByText('Ringing').waitFor();
    await eventually('the number of the caller', 8000, async () => {
      const shown = await page.locator('.handset-detail').textContent();
      if (/^12\b/.test(shown ?? '')) return true;
      throw new Error(`it shows ${shown}; ${JSON.stringify(await bench.phone('phone/1'))}`);
    });
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
  'without a microphone a person hears and dials all the same, and is told why nobody hears them',
  onSite(async (site) => {
    const gateway = await openBox(site);
    const browser = await Browser.start(site, { refusesMicrophone: true });
    const page = await openHandset(browser);
    await page.getByRole('button', { name: 'Lift' }).click();
    await plays(page, [350, 440]);
    await page.getByText('The microphone is not allowed').waitFor();
    await page.keyboard.type('12', { delay: 150 });
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 5000 });
    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(gateway.bench, 1, 'on');
    assert.deepEqual(browser.complaints(), []);
  }),
);
