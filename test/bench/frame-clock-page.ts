import type { Gateway } from '../peer/gateway.ts';
import { PAGE_PASSWORD, PageClient } from '../peer/page-client.ts';
import { address, type Site } from '../peer/site.ts';
import { frameClockUnder, script } from './frame-clock-measure.ts';

const start = async (site: Site, gateway: Gateway) => {
  await PageClient.signIn(gateway);
  const words = [address.gateway, '8443', PAGE_PASSWORD, String(gateway.planes().control)];
  return site.start('load', process.execPath, [script('page-load.mjs'), ...words]);
};

export const bench = frameClockUnder('frame-clock-page', 'the page: logins, live streams, requests', {
  start,
  columns: ['requests', 'logins', 'events', 'refused', 'cpuPercent'],
});
