import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperationOutcome } from '../../firmware/control/api/wire.ts';
import type { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { openOffice } from './office.ts';

/** Longer than the longest flash: sooner a lifted handset would be one. */
const PAUSE_MS = 1_500;

/** Whether the dial tone at a phone is interrupted in its first second. */
const stutters = async (gateway: Gateway): Promise<boolean> => {
  await gateway.bench.lift('phone/1');
  const { segments } = await gateway.bench.hear('phone/1', 1_500);
  await gateway.bench.hangUp('phone/1');
  await sleep(PAUSE_MS);
  const bursts = segments.filter(({ on, ms }) => on && ms <= 150).length;
  assert.ok(
    segments.some(({ on }) => on),
    `a dial tone: ${JSON.stringify(segments)}`,
  );
  return bursts >= 3;
};

test(
  'while the first softswitch does not take calls the dial tone is another, and the usual one when it does again',
  onSite(async (site) => {
    const more = { notice: { backupTone: true } };
    const { gateway } = await openOffice(site, { configuration: { exchangeLines: 0 }, more });
    const page = await PageClient.signIn(gateway);
    const hears = (what: string, wanted: boolean) =>
      eventually(what, 10_000, async () => (await stutters(gateway)) === wanted);
    await hears('the usual dial tone', false);
    await page.post<OperationOutcome>('/api/operations/block-trunk', { trunk: 'primary', minutes: 0 });
    await hears('the dial tone of the backup', true);
    await page.post<OperationOutcome>('/api/operations/unblock-trunk', { trunk: 'primary' });
    await hears('the usual dial tone again', false);
  }),
);
