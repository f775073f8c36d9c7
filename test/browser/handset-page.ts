import type { Page } from 'playwright-core';
import type { BenchClient } from '../../drivers/simulated/bench-client.ts';
import { durationMs, levelDb, part, type Sound, shareOf, sine, toneSpans, writeWav } from '../peer/audio.ts';
import { type Browser, listenIn } from '../peer/browser.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { PAGE_PASSWORD, PageClient } from '../peer/page-client.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, patience, sleep } from '../peer/wait.ts';

/** The person at the page hums, for a second, every two seconds. */
export const humHertz = 1000;

/** A WAV file of that. */
export const microphoneOf = (site: Site): string => {
  const path = site.path('microphone.wav');
  const hum = sine(humHertz, 1, -12, 48_000);
  const samples = new Int16Array(2 * hum.samples.length);
  samples.set(hum.samples);
  writeWav(path, { rate: hum.rate, samples });
  return path;
};

/** A gateway with two phones and no softswitch, whose page has a password. */
export const openBox = async (site: Site): Promise<Gateway> => {
  const gateway = await Gateway.start(site, { configuration: gatewayConfiguration({ phones: 2, trunks: [] }) });
  await PageClient.signIn(gateway);
  return gateway;
};

/** Signs in at the page and opens its handset; it can be lifted. */
export const openHandset = async (browser: Browser, host = `${address.gateway}:8443`): Promise<Page> => {
  const page = await browser.page();
  await page.goto(`https://${host}/#/handset`);
  await page.fill('#password', PAGE_PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lift' }).and(page.locator(':enabled')).waitFor();
  return page;
};

/** What part of the sound, in stretches of 40 ms, is made of these frequencies and nothing else. */
export const partOf = (sound: Sound, hertz: readonly number[]): number => {
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
export const plays = async (page: Page, hertz: readonly number[], withinMs = 5000): Promise<void> => {
  await eventually(`${hertz.join(' + ')} Hz in the page`, patience(withinMs), async () => {
    const { played } = await listenIn(page, 240);
    const found = partOf(played, hertz);
    if (found > 0.6) return true;
    throw new Error(`heard ${levelDb(played).toFixed(1)} dB, ${(100 * found).toFixed(0)} % of it so`);
  });
};

/** Clicks the keys of the page, one by one. */
export const dial = async (page: Page, digits: string): Promise<void> => {
  for (const digit of digits) {
    await page.getByRole('button', { name: new RegExp(`^Key ${digit}`) }).click();
    await sleep(150);
  }
};

/** Milliseconds from the beginning of a hum at the microphone to its beginning at the loudspeaker. */
export const roundTrips = (said: Sound, played: Sound): number[] => {
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

/** Waits until a phone is on or off the hook. */
export const lifted = async (bench: BenchClient, phone: number, hook: 'on' | 'off'): Promise<void> => {
  await eventually(
    `phone ${phone} ${hook} the hook`,
    10_000,
    async () => (await bench.phone(`phone/${phone}`)).hook === hook,
  );
};
