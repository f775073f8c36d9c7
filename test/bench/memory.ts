import { dial as dialInPage, openHandset } from '../browser/handset-page.ts';
import { Baresip } from '../peer/baresip.ts';
import { Browser } from '../peer/browser.ts';
import { primary } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { callsUp, dial, echoingFarEnd, registered, softswitch, startGateway } from './box.ts';
import type { Bench } from './limit.ts';
import { aloneOf, familySizes, peakWhile, type Sized, sizeOf, sumOf } from './process-memory.ts';
import { rounded } from './statistics.ts';

const CALLS = 8;
/** Calls stay up for so long before they are counted: buffers have grown and the start's garbage is gone. */
const SETTLE_MS = 10_000;
/** A login and what follows on it. */
const AFTER_LOGIN_MS = 3_000;
const MEGABYTE = 1024 * 1024;
const megabytes = (octets: number): number => rounded(octets / MEGABYTE, 1);

/** Baresip with as many calls to the same far end. */
const baresipWithCalls = async (site: Site): Promise<number> => {
  const peer = await Baresip.start(site, {
    name: 'peer',
    host: address.caller,
    accounts: [{ user: '900', domain: 'peer.test', registers: false }],
  });
  for (let i = 0; i < CALLS; i++) {
    await peer.dial(`sip:99${i}@${address.farEnd}`);
    await eventually(
      `call ${i + 1} of baresip`,
      10_000,
      () => peer.events.filter(({ type }) => type === 'CALL_ESTABLISHED').length > i,
    );
  }
  await sleep(SETTLE_MS / 2);
  return sizeOf(peer.program.pid).pss;
};

/** Each process by what it is; a child is the maker of the certificate or another that works and ends. */
const byName = (gateway: Gateway, sizes: readonly Sized[]) => {
  const planes = Object.entries(gateway.planes());
  return sizes.map(({ pid, pss, rss }) => ({
    name: planes.find(([, each]) => each === pid)?.[0] ?? 'child',
    pssMB: megabytes(pss),
    rssMB: megabytes(rss),
  }));
};

/** A box that was never started before: its certificate and first password are made while it is looked at. */
const freshBox = async (site: Site) => {
  const gateway = await startGateway(site, { phones: CALLS, exchangeLines: 2, trunks: [primary()] }, false);
  const introduced = PageClient.signIn(gateway).then(() => gateway.ready());
  const { peak, crowded } = await peakWhile(gateway.program.pid, introduced);
  await gateway.connectBench();
  const detail = { each: byName(gateway, peak), withMostProcesses: byName(gateway, crowded) };
  return { gateway, atStart: { value: megabytes(sumOf(peak, 'pss')), detail } };
};

/** The page in a browser with its live events and a handset that talks; all other calls are of phones. */
const callAll = async (site: Site, gateway: Gateway): Promise<void> => {
  const page = await openHandset(await Browser.start(site));
  await page.getByRole('button', { name: 'Lift' }).click();
  await gateway.bench.waitFor('phone/1', 'tone', { hertz: [350, 440], timeoutMs: 5000 });
  await dialInPage(page, '9501');
  for (let i = 2; i <= CALLS; i++) await dial(gateway, i, String(9500 + i));
};

export const bench: Bench = {
  limits: [
    { name: 'memory', what: `PSS of all, ${CALLS} calls, page and handset open, after a login`, unit: 'MB', goal: 130 },
    { name: 'memory-alone', what: 'the same on a machine without other Node processes', unit: 'MB', goal: 130 },
    { name: 'memory-at-login', what: 'the most at any moment of a login', unit: 'MB' },
    { name: 'memory-at-start', what: 'the most at any moment of the first start, certificate made', unit: 'MB' },
    { name: 'memory-rss', what: 'RSS of all together, settled', unit: 'MB' },
  ],
  async run(site) {
    const a = await softswitch(site, 'a', address.farEnd);
    echoingFarEnd(site);
    const { gateway, atStart } = await freshBox(site);
    await registered(a, CALLS);
    await callAll(site, gateway);
    await eventually(`${CALLS} calls`, 20_000, async () => {
      return (await callsUp(a)).length === CALLS;
    });
    await sleep(SETTLE_MS);
    const { pid } = gateway.program;
    const before = familySizes(pid);
    const login = new PageClient().signedIn().then(() => sleep(AFTER_LOGIN_MS));
    const { peak, samples } = await peakWhile(pid, login);
    const peer = await baresipWithCalls(site);
    await sleep(SETTLE_MS / 2);
    const settled = familySizes(pid);
    const alone = aloneOf(settled.map(({ pid: each }) => each));
    // what a login adds is memory of its own process alone
    const aloneAtLogin = alone + sumOf(peak, 'pss') - sumOf(settled, 'pss');
    return {
      memory: {
        value: megabytes(sumOf(settled, 'pss')),
        peer: { is: `baresip with ${CALLS} calls`, value: megabytes(peer) },
        detail: { each: byName(gateway, settled), beforeLogin: byName(gateway, before) },
      },
      'memory-alone': { value: megabytes(alone) },
      'memory-at-login': {
        value: megabytes(sumOf(peak, 'pss')),
        detail: { each: byName(gateway, peak), samples, aloneMB: megabytes(aloneAtLogin) },
      },
      'memory-at-start': atStart,
      'memory-rss': { value: megabytes(sumOf(settled, 'rss')) },
    };
  },
};
