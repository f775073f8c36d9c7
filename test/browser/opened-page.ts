import type { Page } from 'playwright-core';
import { buildPage } from '../../web-ui/build.ts';
import { Browser, type BrowserOptions } from '../peer/browser.ts';
import type { Site } from '../peer/site.ts';
import { type Fixture, startFixture } from './fixture-server.ts';

/** A browser before a box of the fixture. */
export type Opened = { readonly box: Fixture; readonly browser: Browser; readonly page: Page };

/** Builds the page into a folder of the site. */
const built = async (site: Site): Promise<string> => {
  const folder = site.folder('web');
  await buildPage(folder);
  return folder;
};

/** Serves the page of this source and starts a browser that has not gone there yet. */
export const openPage = async (site: Site, options: BrowserOptions = {}): Promise<Opened> => {
  const box = await startFixture(await built(site));
  site.atEnd('close the fixture', () => box.close());
  const browser = await Browser.start(site, options);
  const page = await browser.page();
  return { box, browser, page };
};

/** As after the right password. */
export const signedIn = (box: Fixture): void => {
  box.session = { ...box.session, signedIn: true, features: ['handset', 'lab'] };
};

/** What a browser itself writes when a request is refused, as the box is meant to refuse it. */
const isRefusal = (text: string): boolean => /the server responded with a status of (401|409|422|429)/.test(text);
/** Errors in the console and uncaught ones, without those. */
export const errorsOf = (browser: Browser): string[] =>
  browser
    .complaints()
    .map(({ text }) => text)
    .filter((text) => !isRefusal(text));
