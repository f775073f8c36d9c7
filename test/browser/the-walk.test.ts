import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toneSpans } from '../peer/audio.ts';
import { Capture, type Decoded, soundsIn } from '../peer/capture.ts';
import { onSite } from '../peer/site.ts';
import { type Stall, Stalls, stoodStillMs } from '../peer/stalls.ts';
import { humHertz } from './handset-page.ts';
import {
  desk,
  echoSetUpMs,
  hangUp,
  hearsTone,
  judged,
  judgedPicture,
  open,
  PAGE,
  signInFirst,
  startWalk,
  telephone,
  type Walk,
} from './walk.ts';

/** What the next call may take longer when its softswitch has just died; beside it, what a busy machine takes. */
const FAILOVER_MS = 1300;
const BUSY_MS = 300;
/** The calls with the echo in which the microphone was followed through. */
const ECHOES = 4;

const isGateway = (end: string): boolean => /^127\.0\.0\.1:22\d\d\d$/.test(end);

/** The person hums, and hears it come back. */
const bothMetersMove = `[...document.querySelectorAll('meter')].every(({ value }) => value > 0.3)`;

/** A second phone listens to a tone meanwhile, so that there is something to see. */
const overview = async (walk: Walk): Promise<void> => {
  const { gateway, page } = walk;
  await page.getByText('Everything works').waitFor();
  assert.equal(await page.locator('.jack').count(), 6, 'four phones and two exchange lines');
  assert.equal(await page.getByText('4 registered').count(), 2, 'all registered at both');
  await gateway.bench.lift('phone/2');
  await gateway.bench.waitFor('phone/2', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
  await gateway.bench.press('phone/2', '601');
  await page.getByText('Talking', { exact: true }).waitFor();
  await judgedPicture(walk, page, 'overview');
  await page.setViewportSize(telephone);
  await judgedPicture(walk, page, 'phone-overview');
  await page.setViewportSize(desk);
  await gateway.bench.hangUp('phone/2');
  await page.getByText('Nobody is on the phone.').waitFor();
};

/**
 * From the first INVITE to a 200 of `port` for the call, both as they passed the wire, in ms, without what the machine
 * itself took away in that time.
 */
const wireMs = (wire: Decoded, stalls: readonly Stall[], port: number, call: number): number => {
  const { answer, invites } = setUpOf(wire, port, call);
  const from = invites[0]!.at;
  return 1000 * (answer.at - from) - stoodStillMs(stalls, from, answer.at);
};

/** The 200 of `port` for the call, and the INVITEs that led to it, at whatever softswitch. */
const setUpOf = ({ sip }: Decoded, port: number, call: number) => {
  const answers = sip.filter(
    ({ status, cseq, from }) => status === 200 && / INVITE$/.test(cseq) && from.endsWith(`:${port}`),
  );
  const answer = answers[call]!;
  const invites = sip.filter(({ method, at }) => method === 'INVITE' && at <= answer.at && at > answer.at - 4);
  return { answer, invites };
};

test(
  'README, first failover: signed in, a handset of the page hears itself by the echo; a is frozen on the page, and the next call goes through b in time',
  onSite(async (site, context) => {
    const walk = await startWalk(site);
    const { browser, page } = walk;
    await signInFirst(walk);
    await overview(walk);
    const stalls = await Stalls.start(site);
    const capture = await Capture.start(site);

    await open(page, 'Handset');
    const first = await echoSetUpMs(walk, 'a');
    const hertz = [await hearsTone(page, humHertz)];
    await page.getByText('In a call').waitFor();
    await judgedPicture(walk, page, 'handset', bothMetersMove);
    await hangUp(walk);

    await open(page, 'Lab');
    await judged(page, 'lab');
    await page.getByRole('button', { name: 'Freeze a' }).click();
    await page.getByRole('button', { name: 'Thaw a' }).waitFor();
    await open(page, 'Handset');
    const second = await echoSetUpMs(walk, 'b');
    hertz.push(await hearsTone(page, humHertz));
    await seeFailover(walk);
    await hangUp(walk);
    const named = await seeAttempts(walk);

    await open(page, 'Handset');
    const third = await echoSetUpMs(walk, 'b');
    hertz.push(await hearsTone(page, humHertz));
    await hangUp(walk);

    await thaw(walk);
    await open(page, 'Handset');
    const fourth = await echoSetUpMs(walk, 'a');
    hertz.push(await hearsTone(page, humHertz));
    await hangUp(walk);

    const [wire, stood] = [await capture.stop(), await stalls.stop()];
    const onWire = (
      [
        [5081, 0],
        [5091, 0],
        [5091, 1],
        [5081, 1],
      ] as const
    ).map(([port, call]) => wireMs(wire, stood, port, call));
    // on a machine that is late with the last digit a may be known to be dead by then
    const asked = setUpOf(wire, 5091, 0).invites.some(({ to }) => to.endsWith(':5081'));
    assert.equal(named, asked, 'the record names a if it was asked');
    const rounded = (all: readonly number[]): string => all.map((each) => each.toFixed(0)).join(', ');
    context.diagnostic(
      `last key to answer: ${rounded([first, second, third, fourth])} ms (a; a frozen; a known dead; a back); INVITE to 200 on the wire: ${rounded(onWire)} ms; heard ${hertz.map((each) => each.toFixed(1)).join(', ')} Hz`,
    );
    assert.ok(
      onWire[1]! < FAILOVER_MS + onWire[0]!,
      `${onWire[1]} ms on the wire with a frozen, ${onWire[0]} ms before`,
    );
    assert.ok(second < FAILOVER_MS + first + BUSY_MS, `${second} ms with a frozen, after ${first} ms before`);
    assert.ok(third < first + BUSY_MS, `${third} ms with a known dead: it is not tried; ${first} ms before`);

    const sounds = await soundsIn(capture.path);
    for (const [way, those] of [
      ['from', sounds.filter(({ from }) => isGateway(from))],
      ['to', sounds.filter(({ to }) => isGateway(to))],
    ] as const) {
      const hums = those.filter(({ sound }) => toneSpans(sound, humHertz, 400).length > 0);
      assert.ok(
        hums.length >= ECHOES,
        `${humHertz} Hz goes ${way} the gateway in ${hums.length} of ${those.length} streams`,
      );
    }
    assert.deepEqual(browser.complaints(), []);
  }),
);

/** In a second tab, as the handset hangs up when its page is left: the overview, and the lab with a frozen. */
const seeFailover = async (walk: Walk): Promise<void> => {
  const tab = await walk.browser.context.newPage();
  await tab.setViewportSize(desk);
  await tab.goto(PAGE);
  await tab.emulateMedia({ colorScheme: 'dark' });
  await tab.getByText('Calls go through b: softswitch a does not answer').waitFor();
  await tab.getByText('over softswitch b').waitFor();
  await judgedPicture(walk, tab, 'failover');
  await tab.close();
};

/** The record of the newest call names b; gives whether it names a before that. */
const seeAttempts = async ({ page }: Walk): Promise<boolean> => {
  await open(page, 'Calls');
  const newest = page.locator('.call').first();
  await newest.click();
  const attempts = await newest.locator('.attempts li').allTextContents();
  const [first, second] = attempts;
  const named = /\ba\b/.test(first ?? '');
  assert.match((named ? second : first) ?? '', /\bb\b/, attempts.join(' / '));
  await judged(page, 'calls');
  return named;
};

const thaw = async ({ page }: Walk): Promise<void> => {
  await open(page, 'Lab');
  await page.getByRole('button', { name: 'Thaw a' }).click();
  await page.getByRole('button', { name: 'Freeze a' }).waitFor();
  await open(page, 'Overview');
  await page.getByText('Everything works').waitFor({ timeout: 60_000 });
};
