import { readFileSync } from 'node:fs';
import { Baresip } from '../peer/baresip.ts';
import type { Planes } from '../peer/gateway.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { callsUp, dial, oneSoftswitch } from './box.ts';
import type { Bench } from './limit.ts';
import { rounded } from './statistics.ts';

const CALLS = 8;
/** Calls stay up for so long before they are counted: buffers have grown and the start's garbage is gone. */
const SETTLE_MS = 10_000;
const MEGABYTE = 1024 * 1024;

const kilobytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);

/** Proportional and resident set size of one process in octets. */
const sizeOf = (pid: number) => {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return { pss: kilobytes(rollup, 'Pss') * 1024, rss: kilobytes(rollup, 'Rss') * 1024 };
};

/**
 * What the processes would have as PSS with nobody else on the machine, in octets: their private pages, and each
 * shared part of a file once. Other Node processes (this one is one) share the program's own pages and so make PSS
 * look smaller than on a box.
 */
const aloneOf = (pids: readonly number[]): number => {
  const shared = new Map<string, number>();
  let sum = 0;
  for (const pid of pids) {
    for (const mapping of readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/(?=^[0-9a-f]+-[0-9a-f]+ )/m)) {
      const [, , offset, , inode] = mapping.split(/\s+/, 6);
      const common = (kilobytes(mapping, 'Shared_Clean') || 0) + (kilobytes(mapping, 'Shared_Dirty') || 0);
      const own = (kilobytes(mapping, 'Private_Clean') || 0) + (kilobytes(mapping, 'Private_Dirty') || 0);
      const key = `${inode} ${offset}`;
      sum += own;
      shared.set(key, Math.max(shared.get(key) ?? 0, common));
    }
  }
  return (sum + [...shared.values()].reduce((all, each) => all + each, 0)) * 1024;
};

/** Baresip with as many calls to the same far end. */
const baresipWithCalls = async (site: Site): Promise<number> => {
  const peer = await Baresip.start(site, {
    name: 'peer',
    host: address.caller,
    accounts: [{ user: '900', domain: 'peer.test', registers: false }],
  });
  for (let i = 0; i < CALLS; i++) {
    await peer.dial(`sip:99${i}@${address.farEnd}`);
    await eventually(
      `call ${i + 1} of baresip`,
      10_000,
      () => peer.events.filter(({ type }) => type === 'CALL_ESTABLISHED').length > i,
    );
  }
  await sleep(SETTLE_MS / 2);
  return sizeOf(peer.program.pid).pss;
};

export const bench: Bench = {
  limits: [
    { name: 'memory', what: `PSS of supervisor and both planes with ${CALLS} calls up`, unit: 'MB', goal: 110 },
    { name: 'memory-alone', what: 'the same on a machine without other Node processes', unit: 'MB', goal: 110 },
    { name: 'memory-rss', what: 'their RSS together', unit: 'MB' },
  ],
  async run(site) {
    const { a, gateway } = await oneSoftswitch(site, { phones: CALLS, exchangeLines: 2 });
    for (let i = 1; i <= CALLS; i++) await dial(gateway, i, String(9000 + i));
    await eventually(`${CALLS} calls`, 20_000, async () => {
      return (await callsUp(a)).length === CALLS;
    });
    const peer = await baresipWithCalls(site);
    await sleep(SETTLE_MS / 2);
    const planes: Planes = gateway.planes();
    const each = Object.entries(planes).map(([name, pid]) => ({ name, pid, ...sizeOf(pid) }));
    const total = (what: 'pss' | 'rss') => each.reduce((sum, one) => sum + one[what], 0) / MEGABYTE;
    return {
      memory: {
        value: rounded(total('pss'), 1),
        peer: { is: `baresip with ${CALLS} calls`, value: rounded(peer / MEGABYTE, 1) },
        detail: {
          each: each.map(({ name, pss, rss }) => ({
            name,
            pssMB: rounded(pss / MEGABYTE, 1),
            rssMB: rounded(rss / MEGABYTE, 1),
          })),
        },
      },
      'memory-alone': { value: rounded(aloneOf(each.map(({ pid }) => pid)) / MEGABYTE, 1) },
      'memory-rss': { value: rounded(total('rss'), 1) },
    };
  },
};
