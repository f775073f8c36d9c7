import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { PageClient } from '../peer/page-client.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { bound, dial } from './office.ts';

type Told = { readonly notices: readonly { readonly id: string; readonly cause: string }[] };
const ASKED_MS = 1_000;
const TOLD_MS = 2_000;

/** An office that takes what it is told and never answers, so that whoever waited for it would wait for long. */
const silentOffice = async (): Promise<{ url: string; told: string[]; close: () => void }> => {
  const told: string[] = [];
  const server = createServer((request) => {
    let body = '';
    request.on('data', (data: Buffer) => {
      body += data.toString();
    });
    request.on('end', () => {
      const { notices } = JSON.parse(body) as Told;
      told.push(...notices.filter(({ id }) => id.startsWith('emergencyCall/')).map(({ cause }) => cause));
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
    const office = await silentOffice();
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
        eventually('the office to be told', TOLD_MS, () => office.told.some((cause) => /12\) calls 911/.test(cause))),
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
