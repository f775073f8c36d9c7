import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, lifted } from './handset-page.ts';
import {
  everyoneIsBound,
  hangUp,
  hearsTone,
  interruptions,
  judged,
  judgedPicture,
  lift,
  open,
  signInFirst,
  startWalk,
  type Walk,
} from './walk.ts';

/** What phone 2 and the caller of the exchange line say. */
const secondHertz = 480;
const callerHertz = 700;
const SPOKEN_MS = 5000;
/** A dial tone with messages is interrupted ten times in its first two seconds; a busy machine leaves a gap or two. */
const STUTTER = 4;
const FEW = 2;

test(
  'README, second failover: both softswitches stopped on the page; phone to phone, exchange line, and a message that is seen, played and deleted',
  onSite(async (site, context) => {
    const walk = await startWalk(site);
    const { browser, lab, page } = walk;
    await signInFirst(walk);
    await stopBoth(walk);
    await open(page, 'Handset');
    assert.ok((await interruptions(walk)) <= FEW, 'the dial tone is plain before any message');
    await reachesPhone(walk);
    await reachesExchange(walk);

    const tookMs = await leaveMessage(walk);
    const played = await playsOnPage(walk);
    const stutters = await hearsOnPhone(walk);
    await deletesOnPage(walk);
    await open(page, 'Handset');
    const after = await interruptions(walk);
    assert.ok(after <= FEW, `plain dial tone when the message is gone: ${after} interruptions`);

    await open(page, 'Lab');
    for (const id of ['a', 'b']) await page.getByRole('button', { name: `Start ${id}` }).click();
    await everyoneIsBound(lab);
    await open(page, 'Overview');
    await page.getByText('Everything works').waitFor({ timeout: 60_000 });
    context.diagnostic(
      `mailbox after ${(tookMs / 1000).toFixed(1)} s; the page plays ${played.toFixed(1)} Hz; dial tone with a message interrupted ${stutters} times, after it is deleted ${after} times`,
    );
    assert.deepEqual(browser.complaints(), []);
  }),
);

const stopBoth = async (walk: Walk): Promise<void> => {
  const { page } = walk;
  await open(page, 'Lab');
  for (const id of ['a', 'b']) {
    await page.getByRole('button', { name: `Stop ${id}` }).click();
    await page.getByRole('button', { name: `Start ${id}` }).waitFor();
  }
  await judged(page, 'lab with both stopped');
  await open(page, 'Overview');
  await page.getByText('No softswitch answers: phones reach each other and the exchange line').waitFor({
    timeout: 30_000,
  });
  await judged(page, 'overview with both gone');
};

/** 12 is phone 2. */
const reachesPhone = async (walk: Walk): Promise<void> => {
  const { gateway, page } = walk;
  await lift(page);
  await dial(page, '12');
  await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
  await gateway.bench.lift('phone/2');
  await gateway.bench.tone('phone/2', [secondHertz]);
  await hearsTone(page, secondHertz);
  await gateway.bench.silence('phone/2');
  await hangUp(walk);
  await gateway.bench.hangUp('phone/2');
};

/** A number of the outside leaves by the exchange line. */
const reachesExchange = async (walk: Walk): Promise<void> => {
  const { gateway, page } = walk;
  await lift(page);
  await dial(page, '5550100');
  await eventually('the number on the exchange line', 15_000, async () => {
    const { dialled } = await gateway.bench.exchange('exchange/1');
    if (dialled === '5550100') return true;
    throw new Error(`it has heard ${dialled}`);
  });
  await hangUp(walk);
  await gateway.bench.waitFor('exchange/1', 'line', { line: 'idle', timeoutMs: 10_000 });
};

/** The caller rings phone 1 by the exchange line, hears greeting and tone, speaks and hangs up. Gives the ms of ringing. */
const leaveMessage = async ({ gateway, page }: Walk): Promise<number> => {
  const { bench } = gateway;
  const from = performance.now();
  await bench.ring('exchange/1');
  await page.getByText('Ringing', { exact: true }).waitFor();
  await judged(page, 'handset that rings');
  await open(page, 'Mailbox');
  await page.getByRole('heading', { name: 'Phone 11' }).waitFor();
  await bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 30_000 });
  const tookMs = performance.now() - from;
  await bench.waitFor('exchange/1', 'tone', { hertz: [1000], timeoutMs: 20_000 });
  await bench.waitFor('exchange/1', 'quiet', { ms: 100, timeoutMs: 10_000 });
  await bench.tone('exchange/1', [callerHertz], { ms: SPOKEN_MS });
  await sleep(SPOKEN_MS);
  await bench.farHangUp('exchange/1');
  return tookMs;
};

/** What the page's player plays goes to the loudspeaker by way of the ear of the test. */
const playerToEar = `(() => {
  const context = new AudioContext();
  context.createMediaElementSource(document.querySelector('audio')).connect(context.destination);
})()`;

/** The message comes to the page that is open, and is played there; gives the frequency of what is heard. */
const playsOnPage = async (walk: Walk): Promise<number> => {
  const { page } = walk;
  const play = page.getByRole('button', { name: 'Play the message from' });
  await play.waitFor();
  await page.locator('.message.new').getByText('0:05').waitFor();
  await page.evaluate(playerToEar);
  await play.click();
  // heard first: a picture takes its time on a busy machine, and the message is over
  const hertz = await hearsTone(page, callerHertz, 10_000);
  await judgedPicture(walk, page, 'mailbox');
  await play.waitFor();
  return hertz;
};

/** The dial tone stutters, and *97 plays the message. */
const hearsOnPhone = async (walk: Walk): Promise<number> => {
  const { gateway, page } = walk;
  await open(page, 'Handset');
  const stutters = await interruptions(walk);
  assert.ok(stutters >= STUTTER, `the dial tone stutters: ${stutters} interruptions`);
  await page.getByRole('button', { name: 'Lift' }).click();
  await lifted(gateway.bench, 1, 'off');
  await sleep(500);
  await page.getByRole('button', { name: 'Key star' }).click();
  await dial(page, '97');
  await hearsTone(page, callerHertz, 30_000);
  await hangUp(walk);
  return stutters;
};

const deletesOnPage = async ({ page }: Walk): Promise<void> => {
  await open(page, 'Mailbox');
  await page.getByRole('button', { name: 'Delete the message from' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.locator('.message').waitFor({ state: 'detached' });
  await judged(page, 'mailbox without a message');
};
