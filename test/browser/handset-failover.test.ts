import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toneSpans } from '../peer/audio.ts';
import { Browser, listenIn } from '../peer/browser.ts';
import { Capture, soundsIn } from '../peer/capture.ts';
import { Gateway } from '../peer/gateway.ts';
import { Lab, monotonicMs } from '../peer/lab.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, humHertz, lifted, microphoneOf, openHandset, plays } from './handset-page.ts';

const host = '127.0.0.1:8443';
const PHONES = 4;
/** The next call is set up so much later when its softswitch has just died; beside it, what a busy machine takes. */
const FAILOVER_MS = 1300;
const BUSY_MS = 300;

const isGateway = (end: string): boolean => /^127\.0\.0\.1:22\d\d\d$/.test(end);

test(
  'a handset in the browser hears its own voice by the echo; the primary freezes, and its next call goes through',
  onSite(async (site, context) => {
    const lab = await Lab.start(site);
    const gateway = await Gateway.start(site, { configuration: Lab.settings() });
    await eventually('all accounts bound', 10_000, async () =>
      (await lab.view()).softswitches.every(({ bindings }) => bindings === PHONES),
    );
    await PageClient.signIn(gateway, host);
    const browser = await Browser.start(site, { microphone: microphoneOf(site) });
    const page = await openHandset(browser, host);
    const capture = await Capture.start(site);

    /** From the last key to the answer of softswitch `at`, in ms. */
    const echoSetUpMs = async (at: 'a' | 'b'): Promise<number> => {
      await page.getByRole('button', { name: 'Lift' }).click();
      await plays(page, [350, 440]);
      await dial(page, '60');
      const pressed = monotonicMs();
      await page.keyboard.press('0');
      const answered = await lab.tells(at, 'answered', pressed, 6000);
      return answered.at - pressed;
    };
    const hearsItself = async (): Promise<void> => {
      await eventually('the own hum in the page', 8000, async () => {
        const { played } = await listenIn(page, 2400);
        return toneSpans(played, humHertz, 400).length > 0;
      });
    };

    const first = await echoSetUpMs('a');
    await hearsItself();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(gateway.bench, 1, 'on');
    // sooner would be a hook flash
    await sleep(1500);

    await lab.act('a', 'freeze');
    const second = await echoSetUpMs('b');
    await hearsItself();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await lifted(gateway.bench, 1, 'on');
    context.diagnostic(`set-up ${first.toFixed(0)} ms, with the primary frozen ${second.toFixed(0)} ms`);
    assert.ok(second < FAILOVER_MS + first + BUSY_MS, `${second} ms, after ${first} ms before`);

    await capture.stop();
    const sounds = await soundsIn(capture.path);
    for (const [what, wanted] of [
      ['from', sounds.filter(({ from }) => isGateway(from))],
      ['to', sounds.filter(({ to }) => isGateway(to))],
    ] as const) {
      const hums = wanted.filter(({ sound }) => toneSpans(sound, humHertz, 400).length > 0);
      assert.ok(hums.length >= 2, `the hum goes ${what} the gateway in ${hums.length} of ${wanted.length} streams`);
    }
    assert.deepEqual(browser.complaints(), []);
  }),
);
