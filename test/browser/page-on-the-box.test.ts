import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Mailboxes } from '../../firmware/control/api/wire.ts';
import { levelDb, readWav, sine, toneSpans, writeWav } from '../peer/audio.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite, type Site } from '../peer/site.ts';
import { errorsOf } from './opened-page.ts';
import { judged, open, PAGE, signInFirst, startWalk, type Walk } from './walk.ts';

const GREETING_HERTZ = 520;
const GREETING_S = 2;
const CALLER_HERTZ = 700;
/** The caller speaks for 8 s, half of the time. */
const LEAST_BURSTS = 6;

test(
  'what the page does is done by the box: settings, a greeting, a caller from outside, a test call, an alarm',
  onSite(async (site, context) => {
    const walk = await startWalk(site);
    const { browser, page } = walk;
    page.setDefaultTimeout(20_000);
    await signInFirst(walk);
    await letsMailboxAnswer(walk);
    await setsGreeting(site, walk);
    const bursts = await takesMessage(site, walk);
    await takesGreetingAway(walk);
    await testsPastRefusal(walk);
    await acknowledgesRestart(walk);
    assert.deepEqual(errorsOf(browser), []);
    context.diagnostic(`${bursts} bursts of ${CALLER_HERTZ} Hz in the message`);
  }),
);

/** Changes of two sections in one: the mailbox takes every call of phone 1, after 5 s of ringing. */
const letsMailboxAnswer = async ({ page }: Walk): Promise<void> => {
  await page.goto(`${PAGE}/#/settings/lines/line%2F1`);
  await page.locator('#at-lines-line-1-mailbox').selectOption('Whenever nobody answers');
  await page.goto(`${PAGE}/#/settings/mailbox`);
  await page.locator('#at-mailbox-ringS').fill('5');
  await page.getByText('2 changes', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Done. The new settings run.').waitFor();
  await page.goto(`${PAGE}/#/mailbox`);
  const box = page.getByRole('region', { name: 'Phone 11' });
  await box.getByText('Takes calls whenever nobody answers').waitFor();
};

/** What is no WAV file is refused in words; a good one counts from then on. */
const setsGreeting = async (site: Site, { page }: Walk): Promise<void> => {
  const box = page.getByRole('region', { name: 'Phone 11' });
  const file = box.getByLabel('WAV file with a greeting');
  const [noise, wav] = [site.path('noise.wav'), site.path('greeting.wav')];
  writeFileSync(noise, 'no sound at all');
  await file.setInputFiles(noise);
  await box.getByRole('alert').getByText(/WAV/).waitFor();
  writeWav(wav, sine(GREETING_HERTZ, GREETING_S));
  await file.setInputFiles(wav);
  await box.getByText('Callers hear the new greeting from now on.').waitFor();
  await box.getByText('your own recording').waitFor();
  await judged(page, 'mailbox with a greeting');
};

/** The lab's caller is rung through to the mailbox, hears that greeting, and leaves a message; gives its bursts. */
const takesMessage = async (site: Site, { gateway, page }: Walk): Promise<number> => {
  await open(page, 'Lab');
  await page.getByRole('button', { name: 'Let somebody call by Line 5' }).click();
  await page.getByRole('button', { name: 'Hang up: Line 5' }).waitFor();
  await judged(page, 'lab with a caller');
  await gateway.bench.waitFor('exchange/1', 'tone', { hertz: [GREETING_HERTZ], timeoutMs: 20_000 });
  await page.getByText('Speaks', { exact: true }).waitFor();
  await page.getByText('The call is over.').waitFor({ timeout: 30_000 });
  await open(page, 'Mailbox');
  await page.getByRole('button', { name: 'Keep the message from' }).click();
  await page.locator('.message.kept').waitFor();
  return bursts(site);
};

/** Counts the bursts of the caller in the only message. */
const bursts = async (site: Site): Promise<number> => {
  const client = new PageClient('localhost:8443');
  await client.signedIn();
  const { mailboxes } = await client.get<Mailboxes>('/api/messages');
  const [box] = mailboxes.filter(({ messages }) => messages.length > 0);
  const [message] = box?.messages ?? [];
  assert.ok(box && message, 'one message');
  const { body } = await client.send({ path: `/api/messages/${encodeURIComponent(box.mailbox)}/${message.id}/audio` });
  const path = site.path('message.wav');
  writeFileSync(path, body);
  const sound = readWav(path);
  const found = toneSpans(sound, CALLER_HERTZ, 300).length;
  assert.ok(found >= LEAST_BURSTS, `${found} bursts of ${CALLER_HERTZ} Hz, ${levelDb(sound).toFixed(1)} dB`);
  return found;
};

const takesGreetingAway = async ({ page }: Walk): Promise<void> => {
  const box = page.getByRole('region', { name: 'Phone 11' });
  await box.getByRole('button', { name: 'Remove', exact: true }).click();
  await box.getByText('the one that comes with the box').waitFor();
};

/** The first softswitch refuses calls: a test call says so, and that the second took it. */
const testsPastRefusal = async ({ page }: Walk): Promise<void> => {
  await open(page, 'Lab');
  await page.getByRole('button', { name: 'Let a refuse calls' }).click();
  await page.getByRole('button', { name: 'Let a accept calls' }).waitFor();
  await page.goto(`${PAGE}/#/tools/test-call`);
  await page.getByLabel('Number', { exact: true }).fill('601');
  await page.getByRole('button', { name: 'Test call', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Test call' }).click();
  await page.getByText(/The test call to 601 was answered.* b: answered/).waitFor({ timeout: 30_000 });
};

/** The media engine dies: the page says so as long as it is gone, and then has an alarm that can be put away. */
const acknowledgesRestart = async ({ gateway, page }: Walk): Promise<void> => {
  await open(page, 'Overview');
  await gateway.signalPlane('engine');
  const alarm = page.getByText('The media engine was restarted');
  await alarm.waitFor();
  await judged(page, 'overview with an alarm');
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await alarm.waitFor({ state: 'detached' });
};
