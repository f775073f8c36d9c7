import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { judgedPicture, open, signInFirst, startWalk } from './walk.ts';

/** The browser itself writes this when the box refuses settings, as it is meant to. */
const refusal = 'the server responded with a status of 422';

test(
  'README, settings: a wrong port of a softswitch is refused beside its field, and taken back',
  onSite(async (site) => {
    const walk = await startWalk(site);
    const { browser, gateway, page } = walk;
    await signInFirst(walk);
    await open(page, 'Settings');
    await page.getByRole('link', { name: /^Softswitches/ }).click();
    await page.getByRole('link', { name: /^a\b/ }).click();
    const port = page.getByLabel('Port', { exact: true });
    assert.equal(await port.inputValue(), '5081');
    await port.fill('70000');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('One field was refused, nothing was changed.').waitFor();
    assert.equal(await port.getAttribute('aria-invalid'), 'true');
    await judgedPicture(walk, page, 'settings');
    await port.fill('5081');
    await page.getByText('One field was refused, nothing was changed.').waitFor({ state: 'detached' });
    assert.deepEqual(
      browser.complaints().filter(({ text }) => !text.includes(refusal)),
      [],
    );
    assert.deepEqual(gateway.faults(), []);
  }),
);
