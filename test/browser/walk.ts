import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { dominantFrequency, durationMs, gaps, type Sound, toneSpans } from '../peer/audio.ts';
import { axeViolations, Browser, listenIn, picture } from '../peer/browser.ts';
import { Gateway } from '../peer/gateway.ts';
import { Lab, monotonicMs } from '../peer/lab.ts';
import { firstPassword, PAGE_PASSWORD } from '../peer/page-client.ts';
import type { Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, lifted, microphoneOf, plays } from './handset-page.ts';

/** The page as README names it. */
export const PAGE = 'https://localhost:8443';
const PHONES = 4;
/** Longer than the longest flash: sooner a lifted handset would be one. */
const PAUSE_MS = 1500;
/** Wide enough for the navigation at the side, and a telephone. */
export const desk = { width: 1280, height: 800 };
export const telephone = { width: 390, height: 844 };

/** All that README's five minutes need. */
export type Walk = {
  readonly site: Site;
  readonly lab: Lab;
  readonly gateway: Gateway;
  readonly browser: Browser;
  readonly page: Page;
};

/** A page of a gateway. */
export type Sitting = Pick<Walk, 'gateway' | 'page'>;

/** Starts what `npm start` starts, and a browser that has not gone anywhere. */
export const startWalk = async (site: Site): Promise<Walk> => {
  const lab = await Lab.start(site);
  const gateway = await Gateway.start(site, { configuration: Lab.settings(), lab: lab.socket });
  await everyoneIsBound(lab);
  const browser = await Browser.start(site, { ...desk, microphone: microphoneOf(site) });
  const page = await browser.page();
  page.setDefaultTimeout(10_000);
  return { site, lab, gateway, browser, page };
};

/** Waits until all phones are registered at both softswitches. */
export const everyoneIsBound = (lab: Lab): Promise<unknown> =>
  eventually('all accounts bound at both softswitches', 15_000, async () =>
    (await lab.view()).softswitches.every(({ bindings }) => bindings === PHONES),
  );

/**
 * Opens the page, signs in with the password that was printed, and chooses another, as a person does it; `look` is
 * taken at each page on the way.
 */
export const signInFirst = async ({ gateway, page }: Sitting, at = PAGE, look = judged): Promise<void> => {
  const password = await firstPassword(gateway);
  // the first certificate is being made until then
  await gateway.program.prints(/the page answers at/, 20_000);
  await page.goto(at);
  await heading(page, 'Sign in').waitFor();
  await look(page, 'sign in');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Choose your password').waitFor();
  await look(page, 'choose a password');
  await page.getByLabel('New password', { exact: true }).fill(PAGE_PASSWORD);
  await page.getByLabel('New password once more').fill(PAGE_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await heading(page, 'Overview').waitFor();
};

const heading = (page: Page, name: string): Locator => page.getByRole('heading', { name, level: 1, exact: true });

/** Goes to a page by the navigation. */
export const open = async (page: Page, name: string): Promise<void> => {
  // messages that wait stand in the name of the entry
  const entry = new RegExp(`^${name}( |$)`);
  await page.getByRole('navigation').getByRole('link', { name: entry }).click();
  await heading(page, name).waitFor();
};

/** Nothing in the page is hard to see, to reach or to understand by the rules of axe. */
export const judged = async (page: Page, what: string): Promise<void> => {
  assert.deepEqual(await axeViolations(page), [], what);
};

/**
 * A picture of a page that axe has nothing against, in a window as high as the page; no key looks touched. It is taken
 * when an expression in the page becomes true.
 */
export const judgedPicture = async ({ site }: Walk, page: Page, name: string, when = 'true'): Promise<void> => {
  await judged(page, name);
  const { width, height } = page.viewportSize() ?? desk;
  await page.mouse.move(0, 0);
  await page.setViewportSize({ width, height: Math.max(height, await page.evaluate('document.body.scrollHeight')) });
  await eventually(`the moment of the picture ${name}`, 10_000, () => page.evaluate<boolean>(when));
  await picture(site, page, name);
  await page.setViewportSize({ width, height });
};

/** Lifts the handset that is open and waits for dial tone. */
export const lift = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Lift' }).and(page.locator(':enabled')).click();
  await plays(page, [350, 440]);
};

/** Puts the handset down and waits long enough that the next lift is no flash. */
export const hangUp = async ({ gateway, page }: Sitting): Promise<void> => {
  await page.getByRole('button', { name: 'Hang up' }).click();
  await lifted(gateway.bench, 1, 'on');
  await sleep(PAUSE_MS);
};

/**
 * Lifts, dials the echo by the keys of the page, and gives the ms from the last key to the answer of `at`, without what
 * the control plane waited for processors that others had.
 */
export const echoSetUpMs = async ({ lab, gateway, page }: Walk, at: 'a' | 'b'): Promise<number> => {
  await lift(page);
  await dial(page, '60');
  const [pressed, waitedMs] = [monotonicMs(), gateway.waitedMs('control')];
  await page.getByRole('button', { name: /^Key 0/ }).click({ noWaitAfter: true });
  const answered = await lab.tells(at, 'answered', pressed, 6000);
  return answered.at - pressed - (gateway.waitedMs('control') - waitedMs);
};

/** Waits until the page plays a tone for half a second; within 1 % of `hertz`, by its strongest frequency. */
export const hearsTone = async (page: Page, hertz: number, withinMs = 20_000): Promise<number> => {
  const measured = await eventually(`${hertz} Hz in the page`, withinMs, async () => {
    const { played } = await listenIn(page, 2400);
    const [found] = toneSpans(played, hertz, 500);
    return found && dominantFrequency(cut(played, found.atMs, found.lengthMs));
  });
  assert.ok(Math.abs(measured - hertz) <= hertz / 100, `${measured} Hz, wanted ${hertz} Hz within 1 %`);
  return measured;
};

const cut = ({ rate, samples }: Sound, atMs: number, lengthMs: number): Sound => ({
  rate,
  samples: samples.subarray((atMs * rate) / 1000, ((atMs + lengthMs) * rate) / 1000),
});

/** How often the dial tone is interrupted in the first two seconds after the handset is lifted; it is put down again. */
export const interruptions = async (walk: Walk): Promise<number> => {
  const { page } = walk;
  const handset = page.getByRole('button', { name: 'Lift' }).and(page.locator(':enabled'));
  await handset.waitFor();
  // the page listens before it is lifted: on a busy machine half of the two seconds would be over otherwise
  const [{ played }] = await Promise.all([listenIn(page, 5000), handset.click()]);
  await hangUp(walk);
  const holes = gaps(played, 60).filter(
    ({ atMs, lengthMs }) => lengthMs < 160 && atMs > 0 && atMs + lengthMs < durationMs(played),
  );
  return holes.length;
};
