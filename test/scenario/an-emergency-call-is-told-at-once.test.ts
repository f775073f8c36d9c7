import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Settings } from '../../firmware/control/api/wire.ts';
import { type DigestState, digestFrom } from '../../firmware/control/operation/digest.ts';
import { DurableFile } from '../../firmware/store/durable-file.ts';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { PageClient } from '../peer/page-client.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, patience, sleep } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { bound, dial } from './office.ts';

type Notice = { readonly id: string; readonly is: string; readonly cause: string; readonly text: string };
type Told = { readonly notices: readonly (Notice & { readonly lines?: readonly string[] })[] };
const ASKED_MS = 1_000;
const TOLD_MS = 2_000;

/** An office that takes what it is told; one that never answers makes whoever waits for it wait for long. */
const openTold = async (
  answers: boolean,
): Promise<{ url: string; told: Told['notices'][number][]; close: () => void }> => {
  const told: Told['notices'][number][] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => {
      body += data.toString();
    });
    request.on('end', () => {
      told.push(...(JSON.parse(body) as Told).notices);
      if (answers) response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, told, close };
};

test(
  'an emergency call is told to the page and to the office at once, and waits for neither',
  onSite(async (site) => {
    const a = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const office = await openTold(false);
    try {
      const gateway = await Gateway.start(site, {
        configuration: gatewayConfiguration(
          { exchangeLines: 0, trunks: [primary()] },
          { notice: { webhook: office.url } },
        ),
      });
      await bound(a);
      const page = await PageClient.signIn(gateway);
      const sees = (what: string) =>
        page.sees(what, TOLD_MS, ({ alarms }) =>
          alarms.some(({ kind, cause }) => kind === 'emergencyCall' && /12\) calls 911/.test(cause)),
        );
      await dial(gateway, 2, '911');
      await eventually('the softswitch to be asked', ASKED_MS, () => numbersAsked(a).includes('911'));
      await Promise.all([
        eventually('the office to be told', TOLD_MS, () =>
          office.told.some(({ id, cause }) => id.startsWith('emergencyCall/') && /12\) calls 911/.test(cause)),
        ),
        sees('the alarm of the call'),
      ]);
      await gateway.bench.hangUp('phone/2');
      await gateway.recorded(1);
      await sees('the alarm until somebody has read it');
    } finally {
      office.close();
    }
  }),
);

const HOUR_MS = 3_600_000;
/** The time of the day, as the settings want it. */
const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

test(
  'the digest of a day goes to the office once, when its time has come: calls and alarms since the last one',
  onSite(async (site) => {
    const a = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const office = await openTold(true);
    try {
      // the last digest was told an hour ago, and one alarm has come and gone since
      const data = site.folder('gateway', 'data');
      mkdirSync(data, { recursive: true });
      const state = digestFrom(Date.now() - HOUR_MS);
      const event = { at: state.told + 1, is: 'raised', text: 'Something was wrong for a while.' } as const;
      const file = new DurableFile<DigestState>(join(data, 'digest.json'), ({ why }) => assert.fail(why));
      await file.write({ ...state, events: [event] });
      const notice = { webhook: office.url, digestZone: 'UTC', digestAt: timeOf(Date.now() + 3 * HOUR_MS) };
      const gateway = await Gateway.start(site, {
        configuration: gatewayConfiguration({ exchangeLines: 0, trunks: [primary()] }, { notice }),
      });
      await bound(a);
      const page = await PageClient.signIn(gateway);
      await dial(gateway, 1, '12');
      await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
      await gateway.bench.hangUp('phone/1');
      await gateway.recorded(1);
      const digests = () => office.told.filter(({ is }) => is === 'digest');
      assert.deepEqual(digests(), [], 'its time has not come');
      const { revision: base } = await page.get<Settings>('/api/settings');
      await page.post('/api/settings', { base, change: { notice: { digestAt: timeOf(Date.now()) } } });
      await eventually('the digest', patience(3_000), () => digests().length > 0);
      const [digest] = digests();
      assert.match(digest?.text ?? '', /^Digest: 1 call, 0 failed, 0 alarms now$/);
      assert.ok(
        digest?.lines?.some((line) => line.includes(event.text)),
        digest?.lines?.join('\n'),
      );
      await page.post('/api/settings', {
        base: (await page.get<Settings>('/api/settings')).revision,
        change: { system: { name: 'Town hall' } },
      });
      await sleep(500);
      assert.equal(digests().length, 1, 'it is told once');
    } finally {
      office.close();
    }
  }),
);
