import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Settings } from '../../firmware/control/api/wire.ts';
import { axeViolations, Browser } from '../peer/browser.ts';
import type { Gateway } from '../peer/gateway.ts';
import { PAGE_PASSWORD, PageClient } from '../peer/page-client.ts';
import { address, type Site } from '../peer/site.ts';
import { errorsOf } from './opened-page.ts';

const host = `${address.gateway}:8443`;
const PATIENCE_MS = 10_000;

/** The id of a field in the document, as `trunks/primary/host` or `lines/line/1/enabled`. */
const idOf = (path: string): string => `at-${path.replaceAll(/[^A-Za-z0-9]/g, '-')}`;

/** The settings in a browser, as a person changes them; beside it a client that asks the box what stands. */
export class SettingsInBrowser {
  readonly page: Page;
  readonly client: PageClient;
  readonly browser: Browser;

  private constructor(page: Page, client: PageClient, browser: Browser) {
    this.page = page;
    this.client = client;
    this.browser = browser;
  }

  /** Signs in at a box that was just started for the first time. */
  static async open(site: Site, gateway: Gateway): Promise<SettingsInBrowser> {
    const client = await PageClient.signIn(gateway);
    const browser = await Browser.start(site);
    const page = await browser.page();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`https://${host}/#/settings`);
    await page.fill('#password', PAGE_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Settings' }).first().waitFor();
    return new SettingsInBrowser(page, client, browser);
  }

  /** Goes to a section, or to one thing of a list (its id may have a slash), and unfolds all of it. */
  async go(section: string, thing?: string): Promise<void> {
    const parts = ['settings', section, ...(thing === undefined ? [] : [encodeURIComponent(thing)])];
    await this.page.evaluate(`location.hash = ${JSON.stringify(`#/${parts.join('/')}`)}`);
    await this.page.locator('.settings-pane h1').waitFor();
    const folded = this.page.locator('details.rest:not([open]) > summary');
    if ((await folded.count()) > 0) await folded.click();
  }

  control(path: string) {
    return this.page.locator(`#${idOf(path)}`);
  }

  /** The field around a control: its label, its buttons and what is said below it; the inner one of a list. */
  field(path: string) {
    return this.page.locator(`.field:has(#${idOf(path)})`).last();
  }

  /** Changes something and applies it; axe looks at the page before and after. */
  async applied(change: () => Promise<unknown>): Promise<void> {
    await change();
    await this.isInOrder('before it is applied');
    await this.press('Apply');
    await this.page.getByText('Done. The new settings run.').waitFor();
    await this.isInOrder('when it is applied');
  }

  /**
   * Changes something and applies it: it is refused beside its field in these words, the focus is there, and nothing
   * that runs is changed. Then the change is undone.
   */
  async refused(path: string, change: () => Promise<unknown>, limit: RegExp, remedy: RegExp): Promise<void> {
    const before = await this.standing();
    await change();
    await this.press('Apply');
    const said = this.field(path).locator('.refused');
    await said.waitFor();
    const words = (await said.textContent()) ?? '';
    assert.match(words, limit, path);
    assert.match(words.replace(limit, ''), remedy, path);
    await this.page.locator(`[id="${idOf(path)}"]:focus`).waitFor();
    await this.isInOrder(`when ${path} is refused`);
    assert.deepEqual(await this.standing(), before, `${path} was refused and something was changed`);
    await this.discard();
  }

  async discard(): Promise<void> {
    await this.press('Discard');
    await this.page.locator('dialog').getByRole('button', { name: 'Discard', exact: true }).click();
    await this.page.locator('.change-count').waitFor({ state: 'detached' });
  }

  /** Goes to a list and adds a thing with this name; it is named `LIST/new-1` until it stands. */
  async add(list: string, button: string, name: string): Promise<void> {
    await this.go(list);
    await this.press(button);
    await this.control(`${list}/new-1/id`).fill(name);
  }

  press(name: string): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).first().click();
  }

  /** Presses `Default` or `Undo` of a field. */
  async back(path: string, how: 'Default' | 'Undo'): Promise<void> {
    await this.field(path)
      .getByRole('button', { name: new RegExp(`^${how}: `) })
      .click();
  }

  /** What stands at the box. */
  async standing(): Promise<Pick<Settings, 'revision' | 'settings'>> {
    const { revision, settings } = await this.client.get<Settings>('/api/settings');
    return { revision, settings };
  }

  /** One setting in what stands; things of a list are not looked for. */
  standingOf(settings: Settings['settings'], path: string): unknown {
    return path.split('/').reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], settings);
  }

  /** No error in the console but the refusals that were meant. */
  assertQuiet(): void {
    assert.deepEqual(errorsOf(this.browser), []);
  }

  /** axe finds nothing. */
  async isInOrder(when: string): Promise<void> {
    assert.deepEqual(await axeViolations(this.page), [], when);
  }
}
