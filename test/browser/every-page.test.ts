import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { StatusView } from '../../firmware/control/status/view.ts';
import { axeViolations, picture } from '../peer/browser.ts';
import { onSite, type Site } from '../peer/site.ts';
import { badStatus, freshStatus, goodStatus } from './fixture-bodies.ts';
import { underDrill } from './fixture-rehearsal.ts';
import type { Fixture } from './fixture-server.ts';
import { errorsOf, type Opened, openPage, signedIn } from './opened-page.ts';

type Look = { readonly name: string; readonly address: string; readonly prepare?: (opened: Opened) => Promise<void> };

const shows = async (box: Fixture, status: StatusView): Promise<void> => {
  box.status = status;
};

const looks: readonly Look[] = [
  { name: 'overview', address: '' },
  { name: 'overview-with-trouble', address: '', prepare: ({ box }) => shows(box, badStatus) },
  { name: 'overview-unpacked', address: '', prepare: ({ box }) => shows(box, freshStatus) },
  { name: 'calls', address: 'calls', prepare: ({ page }) => page.locator('.call summary').first().click() },
  { name: 'mailbox', address: 'mailbox', prepare: ({ page }) => page.locator('.play').first().click() },
  { name: 'settings', address: 'settings' },
  { name: 'settings-list', address: 'settings/lines' },
  { name: 'settings-softswitch', address: 'settings/trunks/primary' },
  { name: 'settings-calendar', address: 'settings/calendars/office' },
  { name: 'settings-route', address: 'settings/routes/mobile' },
  { name: 'settings-forwarding', address: 'settings/forwardings/night' },
  { name: 'settings-notice', address: 'settings/notice' },
  { name: 'settings-drill', address: 'settings/drill' },
  {
    name: 'settings-card',
    address: 'settings/cards/simulated',
    prepare: ({ page }) => page.getByText('More settings').click(),
  },
  {
    name: 'routing',
    address: 'tools/analyse-route?number=5550100',
    prepare: async ({ page }) => {
      await page.getByRole('button', { name: 'Show the ways' }).click();
      await page.getByText('Tried in this order').waitFor();
    },
  },
  { name: 'drill', address: 'tools/failover-drill' },
  { name: 'drill-watched', address: 'tools/failover-drill', prepare: ({ box }) => shows(box, underDrill(goodStatus)) },
  { name: 'tools', address: 'tools/block-trunk?trunk=secondary' },
  { name: 'lab', address: 'lab' },
];

/** Everything that a person may press is large enough to be met by a finger; links in a line of text are not meant. */
const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('a, button, summary, select, .some label, input:not([type=range], .some *)')].flatMap((each) => {
    const { width, height } = each.getBoundingClientRect();
    const hidden = width === 0 || !each.checkVisibility() || getComputedStyle(each).clipPath !== 'none';
    const small = each.closest('.field-head, .switch, .jack-waiting') !== null;
    return hidden || height >= (small ? 28 : 44) ? [] : [each.tagName + ' ' + each.textContent + ': ' + height + ' px'];
  })`);

const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > innerWidth');

const judgeLook = async (site: Site, opened: Opened, look: Look, how: string): Promise<void> => {
  const { box, page } = opened;
  box.status = goodStatus;
  await page.goto('about:blank');
  await page.goto(`${box.url}/#/${look.address}`);
  await page.locator('main:not(:has(.skeleton)) h1').first().waitFor();
  await look.prepare?.(opened);
  box.tell();
  await page.waitForTimeout(150);
  const name = `${look.name}-${how}`;
  await picture(site, page, name);
  assert.deepEqual(await axeViolations(page), [], name);
  assert.equal(await isWiderThanScreen(page), false, `${name} is wider than the screen`);
  assert.deepEqual(await tooSmall(page), [], name);
};

for (const [how, options] of [
  ['small-dark', { width: 390, height: 844, dark: true }],
  ['wide-light', { width: 1280, height: 800 }],
] as const)
  test(
    `every page, ${how}: nothing that axe, the console or a finger would complain of`,
    onSite(async (site) => {
      const opened = await openPage(site, options);
      signedIn(opened.box);
      for (const look of looks) await judgeLook(site, opened, look, how);
      assert.deepEqual(errorsOf(opened.browser), []);
    }),
  );
