import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeViolations, picture } from '../peer/browser.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { badStatus } from './fixture-bodies.ts';
import { FIRST_PASSWORD } from './fixture-server.ts';
import { errorsOf, openPage, signedIn } from './opened-page.ts';

/** Of a file, compressed; how much comes first and how soon it can be used is measured on the gateway itself. */
const CHUNK_OCTETS = 30_000;
/** Of no meaning but that nobody waits for ever. */
const PATIENCE_MS = 10_000;

test(
  'signing in by keyboard alone, and choosing a password before anything else',
  onSite(async (site) => {
    const { box, browser, page } = await openPage(site, { width: 390, height: 844 });
    box.session = { ...box.session, mustChange: true };
    await page.goto(box.url);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await page.keyboard.press('Tab');
    await page.keyboard.type(FIRST_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await picture(site, page, 'password');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a new one of mine');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a new one of yours');
    await page.keyboard.press('Enter');
    await page.getByText('The two new passwords are not the same').waitFor();
    await page.getByLabel('New password once more').fill('a new one of mine');
    await page.keyboard.press('Enter');
    await page.getByText('Everything works').waitFor();
    assert.deepEqual(box.asked.find(({ path }) => path === '/api/password')?.body, {
      current: FIRST_PASSWORD,
      next: 'a new one of mine',
    });
    assert.deepEqual(errorsOf(browser), []);
  }),
);

test(
  'wrong passwords are answered by a sentence, and a lock-out by one that counts down',
  onSite(async (site) => {
    const { box, page } = await openPage(site);
    await page.goto(box.url);
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The password is wrong.').waitFor();
    const wrong = () => box.asked.filter(({ method }) => method === 'POST').length;
    for (let count = 1; count < 3; count++) {
      await eventually('the answer', PATIENCE_MS, async () => wrong() === count);
      await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
      await page.keyboard.press('Enter');
    }
    await page.getByText('Too many wrong passwords').waitFor();
    const left = page.locator('.countdown .clock');
    const first = await left.textContent();
    assert.equal(await page.getByRole('button', { name: 'Sign in' }).isDisabled(), true);
    await eventually('the countdown counts', PATIENCE_MS, async () => (await left.textContent()) !== first);
    assert.deepEqual(await axeViolations(page), []);
  }),
);

const focusedId = (page: Page): Promise<string> => page.evaluate('document.activeElement.id');

const port = '#at-trunks-primary-port';

test(
  'a refused field says its limit beside it and takes the focus; a good one is checked, applied and stands',
  onSite(async (site) => {
    const { box, browser, page } = await openPage(site, { width: 390, height: 844 });
    signedIn(box);
    await page.goto(`${box.url}/#/settings/trunks/primary`);
    await page.locator(port).fill('99999');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.locator(`.field:has(${port})`).getByText('This must be at most 65535.').waitFor();
    assert.equal(await focusedId(page), 'at-trunks-primary-port');
    assert.equal(await page.locator(port).getAttribute('aria-invalid'), 'true');
    assert.deepEqual(await axeViolations(page), []);
    await picture(site, page, 'settings-refused');

    await page.locator(port).fill('5080');
    assert.equal(await page.locator(port).getAttribute('aria-invalid'), 'false');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Softswitch primary takes the new settings; other softswitches are not touched.').waitFor();
    await picture(site, page, 'settings-checked');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Done. The new settings run.').waitFor();
    const proposed = box.asked.filter(({ method, path }) => method === 'POST' && path === '/api/settings');
    assert.deepEqual(proposed.at(-1)?.body, { base: '1', change: { trunks: { primary: { port: 5080 } } } });
    await page.reload();
    assert.equal(await page.locator(port).inputValue(), '5080');
    assert.deepEqual(errorsOf(browser), []);
  }),
);

test(
  'a refused field elsewhere is opened; a secret is kept unless it is changed; a setting goes back to its default',
  onSite(async (site) => {
    const { box, page } = await openPage(site);
    signedIn(box);
    await page.goto(`${box.url}/#/settings/accounts/reception`);
    await page.getByText('Set, and never shown').waitFor();
    await page.getByRole('button', { name: 'Change: Password' }).click();
    await page.getByLabel('Password', { exact: true }).fill('new secret');
    await page.goto(`${box.url}/#/settings/routing`);
    await page.getByRole('textbox', { name: 'Between digits' }).fill('99');
    await page.goto(`${box.url}/#/settings/system`);
    await page.getByRole('button', { name: 'Default: Name of the box' }).click();
    await page.getByText('3 changes', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('This must be at most 30.').waitFor();
    await eventually(
      'the focus is in the refused field',
      PATIENCE_MS,
      async () => (await focusedId(page)) === 'at-routing-interDigitS',
    );
    await page.getByRole('textbox', { name: 'Between digits' }).fill('');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Done. The new settings run.').waitFor();
    const proposed = box.asked.filter(({ method, path }) => method === 'POST' && path === '/api/settings');
    assert.deepEqual(proposed.at(-1)?.body, {
      base: '1',
      change: {
        accounts: { reception: { password: 'new secret' } },
        routing: { interDigitS: null },
        system: { name: null },
      },
    });
  }),
);

test(
  'entries of a list are moved up, removed and added, and go to the box as a whole',
  onSite(async (site) => {
    const { box, browser, page } = await openPage(site);
    signedIn(box);
    await page.goto(`${box.url}/#/settings/forwardings/night`);
    await page.getByRole('button', { name: 'Up: target 2' }).click();
    await eventually(
      'the focus stays at the targets',
      PATIENCE_MS,
      async () => (await focusedId(page)) === 'at-forwardings-night-targets',
    );
    await page.getByRole('button', { name: 'Add target' }).click();
    await page.locator('#at-forwardings-night-targets-2-to').selectOption('Outside number');
    await page.locator('#at-forwardings-night-targets-2-name').fill('5550100');
    await page.goto(`${box.url}/#/settings/calendars/office`);
    await page.getByRole('button', { name: 'Remove: hours 1' }).click();
    await page.getByRole('button', { name: 'Remove: hours 2' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'As text: Other days' }).click();
    await page.locator('textarea#at-calendars-office-exceptions').fill('[{ "date": "2027-12-31" }]');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Done. The new settings run.').waitFor();
    const proposed = box.asked.filter(({ method, path }) => method === 'POST' && path === '/api/settings');
    const [mailbox, extension] = [
      { to: 'mailbox', name: 'line/1', ringS: 15 },
      { to: 'extension', name: '12', ringS: 15 },
    ];
    assert.deepEqual(proposed.at(-1)?.body, {
      base: '1',
      change: {
        forwardings: { night: { targets: [mailbox, extension, { name: '5550100', to: 'number' }] } },
        calendars: {
          office: {
            periods: [{ days: ['sat'], from: '09:00', until: '12:00' }],
            exceptions: [{ date: '2027-12-31' }],
          },
        },
      },
    });
    assert.deepEqual(errorsOf(browser), []);
  }),
);

test(
  'a softswitch is added and another removed; a conflict names what it is about; unsaved changes are asked about',
  onSite(async (site) => {
    const { box, page } = await openPage(site);
    signedIn(box);
    await page.goto(`${box.url}/#/settings/trunks`);
    await page.getByRole('button', { name: 'Remove secondary' }).click();
    await page.getByRole('button', { name: 'Add softswitch' }).click();
    await page.getByLabel('Address').fill('third.example');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('This must be given.').waitFor();
    await page.getByLabel('Short name').fill('third');
    box.overtake();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Softswitches › primary › Address').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    const question = page.waitForEvent('dialog');
    // it does not load as long as the question stands
    const reloaded = page.reload({ timeout: 10_000 }).catch(() => {});
    assert.equal((await question).type(), 'beforeunload', 'leaving with changes is asked about');
    await (await question).dismiss();
    await reloaded;
    await page.getByRole('button', { name: 'Show theirs, keep my changes on top' }).click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Done. The new settings run.').waitFor();
    const proposed = box.asked.filter(({ method, path }) => method === 'POST' && path === '/api/settings');
    assert.deepEqual(proposed.at(-1)?.body, {
      base: '2',
      change: { trunks: { secondary: null, third: { host: 'third.example', localPort: 5062, priority: 2 } } },
    });
  }),
);

test(
  'the page says that the box is gone, comes back by itself, and goes to the sign-in form when the session is over',
  onSite(async (site) => {
    const { box, page } = await openPage(site);
    signedIn(box);
    await page.goto(box.url);
    await page.getByText('Everything works').waitFor();
    box.cut();
    await page.getByText('The box does not answer.').waitFor();
    assert.deepEqual(await axeViolations(page), []);
    await picture(site, page, 'connection-lost');
    box.status = badStatus;
    box.back();
    await page.getByText('Calls go through secondary: softswitch primary does not answer').waitFor();
    assert.equal(await page.getByText('The box does not answer.').count(), 0);
    box.session = { ...box.session, signedIn: false, features: [] };
    box.cut();
    box.back();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.getByText('primary').count(), 0, 'nothing of the session is left to be seen');
  }),
);

test(
  'messages are kept, and deleted only after a question; a verb says what came of it',
  onSite(async (site) => {
    const { box, browser, page } = await openPage(site);
    signedIn(box);
    await page.goto(`${box.url}/#/mailbox`);
    await page.getByRole('button', { name: 'Keep the message from Ada Miller' }).click();
    await page.getByRole('button', { name: 'Delete the message from Ada Miller' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete the message from Ada Miller' }).click();
    assert.deepEqual(await axeViolations(page), []);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const operated = () => box.asked.filter(({ path }) => path.startsWith('/api/operations/'));
    await eventually('both were asked', PATIENCE_MS, async () => operated().length === 2);
    const message = { mailbox: 'line/2', message: 'm3' };
    assert.deepEqual(
      operated().map(({ path, body }) => ({ path, body })),
      [
        { path: '/api/operations/keep-message', body: message },
        { path: '/api/operations/delete-message', body: message },
      ],
    );
    await page.goto(box.url);
    await page.getByRole('button', { name: 'Test call: secondary' }).click();
    await page.getByRole('button', { name: 'Test call', exact: true }).click();
    await page.getByText('This must be given.').waitFor();
    await page.getByLabel('Number').fill('5550100');
    await page.keyboard.press('Enter');
    await page.getByText('The far end answered after 2.1 s').waitFor();
    assert.deepEqual(operated().at(-1)?.body, { trunk: 'secondary', number: '5550100' });
    assert.deepEqual(errorsOf(browser), []);
  }),
);

const octetsOf = (folder: string, name: string): number => statSync(join(folder, `${name}.gz`)).size;

test(
  'each part of the page is small, none is loaded without need, and the page asks nobody but its box',
  onSite(async (site) => {
    const { box, page } = await openPage(site);
    const folder = site.folder('web');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    box.session = { ...box.session, signedIn: true };
    await page.goto(`${box.url}/#/lab`);
    await page.getByText('Everything works').waitFor();
    assert.ok(!asked.some((each) => /\/(lab|handset)-/.test(each)), 'a part of the page that this box has no use for');
    for (const name of readdirSync(folder).filter((each) => /\.(js|css)$/.test(each)))
      assert.ok(octetsOf(folder, name) <= CHUNK_OCTETS, `${name} is too large`);
    for (const [, name = ''] of readFileSync(join(folder, 'index.html'), 'utf8').matchAll(/(?:src|href)="([^"]*)"/g))
      assert.ok(name.startsWith('/'), `${name} is elsewhere`);
    signedIn(box);
    await page.reload();
    for (const each of ['calls', 'mailbox', 'settings', 'tools', 'lab']) {
      await page.goto(`${box.url}/#/${each}`);
      await page.locator('main:not(:has(.skeleton)) h1').first().waitFor();
    }
    for (const each of asked) assert.equal(new URL(each).origin, box.url);
  }),
);
