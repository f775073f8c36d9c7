import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Browser } from '../peer/browser.ts';
import { gatewayConfiguration, primary, secondary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { address, onSite, type Site } from '../peer/site.ts';
import { dial, lifted, microphoneOf } from './handset-page.ts';
import { hangUp, hearsTone, judged, lift, open, type Sitting, signInFirst } from './walk.ts';

const secondHertz = 700;
/** A resolver that gets no answer gives up after 5 s, at the soonest. */
const AT_ONCE_MS = 5000;

const offsetMsTo = (year: number): number => Date.UTC(year, 5, 1) - Date.now();

/** What makes a program believe another time of day; time that passes stays as it is. */
const clockOf = (year: number): Record<string, string> => {
  const folders = readdirSync('/usr/lib').map((each) => join('/usr/lib', each, 'faketime/libfaketimeMT.so.1'));
  const [library] = folders.filter(existsSync);
  assert.ok(library, 'libfaketime');
  const offsetS = Math.round(offsetMsTo(year) / 1000);
  return { LD_PRELOAD: library, FAKETIME: `${offsetS < 0 ? '' : '+'}${offsetS}`, DONT_FAKE_MONOTONIC: '1' };
};

/** The same for a page: Chromium itself does not start with that library. */
const clockScript = (year: number): string => `globalThis.Date = class extends Date {
  constructor(...words) {
    if (words.length > 0) super(...words);
    else super(Date.now());
  }
  static now() {
    return super.now() + ${offsetMsTo(year)};
  }
}`;

/** A name server that hears every question and answers none; gives how many there were, and how to ask only it. */
const silentNameServer = async (site: Site): Promise<{ asked: () => number; through: string[] }> => {
  let asked = 0;
  const socket = createSocket('udp4', () => asked++).bind(53, address.attacker);
  await once(socket, 'listening');
  site.atEnd('close the name server', () => socket.close());
  const path = site.path('resolv.conf');
  writeFileSync(path, `nameserver ${address.attacker}\n`);
  // in a root that is no mount (a chroot) nothing can be made private, and nothing leaks into another
  const isPrivate = spawnSync('unshare', ['--mount', 'true']).status === 0;
  const mounts = ['unshare', '--mount', '--propagation', isPrivate ? 'private' : 'unchanged'];
  const inMounts = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  return { asked: () => asked, through: [...mounts, 'sh', '-c', inMounts, path] };
};

/** Softswitches with names that nobody can tell the address of. */
const nameless = gatewayConfiguration({
  phones: 2,
  trunks: [primary({ host: 'a.nowhere.example' }), secondary({ host: 'b.nowhere.example' })],
});

const yearIn = (gateway: Gateway): number => new Date(String(gateway.log()[0]?.['time'])).getFullYear();

/** A call from the handset of the page to phone 2, heard. */
const callsPhone = async ({ gateway, page }: Sitting): Promise<void> => {
  await open(page, 'Handset');
  await lift(page);
  await dial(page, '12');
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 8000 });
  await gateway.bench.lift('phone/2');
  await gateway.bench.tone('phone/2', [secondHertz]);
  await hearsTone(page, secondHertz);
  await hangUp({ gateway, page });
  await gateway.bench.hangUp('phone/2');
  await lifted(gateway.bench, 2, 'on');
};

const works = async (site: Site, context: TestContext, boxYear: number, browserYear?: number): Promise<void> => {
  const names = await silentNameServer(site);
  const gateway = await Gateway.start(site, {
    configuration: nameless,
    environment: clockOf(boxYear),
    through: names.through,
  });
  assert.equal(yearIn(gateway), boxYear, 'the box believes it');
  const browser = await Browser.start(site, { microphone: microphoneOf(site) });
  if (browserYear !== undefined) await browser.context.addInitScript(clockScript(browserYear));
  const page = await browser.page();
  const steps: number[] = [];
  let before = performance.now();
  const step = async (): Promise<void> => {
    steps.push(performance.now() - before);
    before = performance.now();
  };
  await gateway.program.prints(/the page answers at/, 20_000);
  before = performance.now();
  await signInFirst({ gateway, page }, `https://${address.gateway}:8443`, step);
  await page.getByText('No softswitch answers: phones reach each other and the exchange line').waitFor();
  await step();
  const year: number = await page.evaluate('new Date().getFullYear()');
  assert.equal(year, browserYear ?? new Date().getFullYear(), 'the browser believes it');
  assert.match((await page.locator('.headline-facts').textContent()) ?? '', /for \d+ (second|minute)s?$/);
  await judged(page, 'overview');

  await callsPhone({ gateway, page });
  await open(page, 'Calls');
  await page.getByRole('heading', { name: 'Today' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor();
  context.diagnostic(
    `box in ${boxYear}, browser in ${year}: sign-in page, signed in, overview after ${steps.map((each) => each.toFixed(0)).join(', ')} ms; ${names.asked()} questions to the name server unanswered`,
  );
  assert.ok(names.asked() > 0, 'the name server was asked');
  assert.ok(Math.max(...steps) < AT_ONCE_MS, `a step took ${Math.max(...steps)} ms`);
  assert.deepEqual(browser.complaints(), []);
};

for (const [box, browser] of [
  [1999, 2060],
  [2060, undefined],
  [1999, undefined],
] as const) {
  test(
    `without a name server, and the clock of the box in ${box}, that of the browser ${browser === undefined ? 'right' : `in ${browser}`}: the page and its handset work`,
    onSite((site, context) => works(site, context, box, browser)),
  );
}
