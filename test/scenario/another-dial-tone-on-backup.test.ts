import { test } from 'node:test';
import type { OperationOutcome } from '../../firmware/control/api/wire.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { openOffice } from './office.ts';
import { stutters } from './stutter-tone.ts';

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
