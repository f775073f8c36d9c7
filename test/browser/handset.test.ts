import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeViolations, Browser, listenIn, picture } from '../peer/browser.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import {
  dial,
  humHertz,
  lifted,
  microphoneOf,
  openBox,
  openHandset,
  partOf,
  plays,
  roundTrips,
} from './handset-page.ts';

const answerHertz = 700;

test(
  'a handset in the browser is lifted, hears dial tone, calls, is heard and hears, and hangs up',
  onSite(async (site, context) => {
    const gateway = await openBox(site);
    const { bench } = gateway;
    const browser = await Browser.start(site, { microphone: microphoneOf(site) });
    const page = await openHandset(browser);
    const click = performance.now();
    await page.getByRole('button', { name: 'Lift' }).click();
    await lifted(bench, 1, 'off');
    const liftMs = performance.now() - click;
    await plays(page, [350, 440]);
    const toneMs = performance.now() - click;
    assert.deepEqual(await axeViolations(page), []);
    await picture(site, page, 'handset-dial-tone');

    await dial(page, '12');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await bench.lift('phone/2');
    await bench.waitFor('phone/2', 'tone', { hertz: [humHertz], timeoutMs: 10_000 });
    await bench.tone('phone/2', [answerHertz]);
    await plays(page, [answerHertz]);
    const even = partOf((await listenIn(page, 2000)).played, [answerHertz]);
    await bench.silence('phone/2');
    await page.getByText('In a call').waitFor();
    await picture(site, page, 'handset-in-a-call');

    const caller = gateway.bench;
    await caller.hold('phone/2', (octets) => caller.say('phone/2', octets));
    await sleep(500);
    const { said, played } = await listenIn(page, 7000);
    const trips = roundTrips(said, played);
    context.diagnostic(
      `lift ${liftMs.toFixed(0)} ms, dial tone found after ${toneMs.toFixed(0)} ms, round trip ${trips.map((each) => each.toFixed(0)).join(', ')} ms, ${(100 * even).toFixed(0)} % of 2 s even, device of ${played.rate} Hz`,
    );
    assert.ok(trips.length >= 2, `${trips.length} round trips measured`);
    // the one in the middle: a machine that stands still makes single ones late
    const usual = trips.toSorted((one, other) => one - other)[Math.floor(trips.length / 2)]!;
    assert.ok(usual < 500, `round trips of ${trips.join(', ')} ms`);

    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(bench, 1, 'on');
    const [record] = await gateway.recorded(1);
    assert.equal(record!['cause'], 'hungUp');
    await page.getByText('On hook').waitFor();
    assert.deepEqual(browser.complaints(), []);
  }),
);
