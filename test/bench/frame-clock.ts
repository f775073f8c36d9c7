import type { Gateway } from '../peer/gateway.ts';
import { address, type Site } from '../peer/site.ts';
import { frameClockUnder, loadEnd, script } from './frame-clock-measure.ts';

/** Busy enough for the control plane; the bound keeps the load from taking the other core from the measurement. */
const [WANTED_CPU_PERCENT, MOST_A_SECOND] = [97, 30_000];

const start = async (site: Site, gateway: Gateway) => {
  const { control } = gateway.planes();
  const words = [address.gateway, '5080', loadEnd.host, loadEnd.port, control, WANTED_CPU_PERCENT, MOST_A_SECOND];
  return site.start('load', process.execPath, [script('load.mjs'), ...words.map(String)]);
};

// requests that found its socket full say that it was as busy as it could be, however small its share of a core
export const bench = frameClockUnder('frame-clock', 'SIP requests', {
  start,
  columns: ['rate', 'cpuPercent', 'notTaken'],
});
