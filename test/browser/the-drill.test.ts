import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DrillSheet } from '../../firmware/control/api/wire.ts';
import { Browser, picture } from '../peer/browser.ts';
import { Gateway } from '../peer/gateway.ts';
import { Lab } from '../peer/lab.ts';
import { onSite } from '../peer/site.ts';
import { desk, everyoneIsBound, judgedPicture, open, signInFirst, type Walk } from './walk.ts';

/** The echo of the lab, at both softswitches. */
const TEST_NUMBER = '600';
const BLOCK_S = 6;
/** Silent, then stable for 30 s, and what the probes before take. */
const LONGEST_MS = 75_000;

const newestSheet = (gateway: Gateway): DrillSheet => {
  const [, body = ''] = readFileSync(join(gateway.data, 'drills', 'sheets.json'), 'utf8').split('\n');
  return (JSON.parse(body) as { sheets: DrillSheet[] }).sheets[0]!;
};

test(
  'the drill, on a live lab and from the page: silence noticed, the test call comes over b, a is back; the sheet says so on screen, paper and disk',
  onSite(async (site, context) => {
    const lab = await Lab.start(site);
    const drill = { testNumber: TEST_NUMBER, blockS: BLOCK_S };
    const configuration = { ...Lab.settings(), drill };
    const gateway = await Gateway.start(site, { configuration, lab: lab.socket });
    await everyoneIsBound(lab);
    const browser = await Browser.start(site, desk);
    const page = await browser.page();
    page.setDefaultTimeout(15_000);
    const walk: Walk = { site, lab, gateway, browser, page };
    await signInFirst(walk);
    await open(page, 'Tools');
    await page.getByRole('link', { name: /^Failover drill/ }).click();
    await page.getByText('No drill was made yet.').waitFor();
    await page.getByRole('button', { name: 'Start the drill' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Failover drill' }).click();

    await page.getByText('The drill of a is under way').waitFor();
    await page.getByText('the test call came through over b').waitFor();
    await page.getByText('the silence was noticed after').waitFor();
    await judgedPicture(walk, page, 'drill-under-way');
    await page.getByText('Passed: without a this box goes on').waitFor({ timeout: LONGEST_MS });
    await judgedPicture(walk, page, 'drill-sheet');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
    assert.equal(await page.getByRole('navigation').first().isVisible(), false);
    await picture(site, page, 'drill-sheet-on-paper');

    const sheet = newestSheet(gateway);
    assert.deepEqual([sheet.passed, sheet.trunk, sheet.number, sheet.by], [true, 'a', TEST_NUMBER, 'page']);
    const [noticed, called, returned] = sheet.rows.map(({ measuredMs = Number.NaN }) => measuredMs);
    assert.ok(noticed! > 500 && noticed! < 6000, `noticed after ${noticed} ms`);
    assert.ok(called! > 1000 && called! < 4000, `the call came through after ${called} ms`);
    assert.ok(returned! > 29_000 && returned! < 60_000, `back after ${returned} ms`);
    assert.match(sheet.rows[1]!.sentence, /tried: a, then b/);
    context.diagnostic(`noticed ${noticed} ms, test call ${called} ms, back ${returned} ms`);
    assert.deepEqual(browser.complaints(), []);
  }),
);
