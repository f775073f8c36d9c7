import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { type Datagram, Packets } from '../bench/packets.ts';
import { gatewayConfiguration, primary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { trunkIs } from './office.ts';

/** A single second holds three fast ones. */
const OVER_MS = 1000;
const MOST_PER_SECOND = 1000;
const LATENESS_STEP_MS = 10;
/** IPv4 and UDP headers. */
const HEADERS = 28;

/** A probe or an answer to one, each copy of it. */
type Probe = { readonly atMs: number; readonly octets: number; readonly callId: string; readonly request: boolean };

const probesIn = (datagrams: readonly Datagram[]): Probe[] =>
  datagrams.flatMap(({ atMs, payload }) => {
    const text = payload.toString('latin1');
    if (!/\r\nCSeq: *\d+ OPTIONS\r\n/i.test(text)) return [];
    const callId = /\r\nCall-ID: *(\S+)/i.exec(text)?.[1] ?? '';
    return [{ atMs, octets: payload.length + HEADERS, callId, request: text.startsWith('OPTIONS ') }];
  });

/** Octets a second, at most, over any time of this length. */
const worstRate = (probes: readonly Probe[], overMs: number): number => {
  const sums = probes.map(({ atMs }) =>
    probes
      .filter((each) => each.atMs >= atMs && each.atMs < atMs + overMs)
      .reduce((sum, { octets }) => sum + octets, 0),
  );
  return Math.round((Math.max(...sums) * 1000) / overMs);
};

/** When each probe left first, by its Call-ID. */
const beginsOf = (probes: readonly Probe[]): number[] => {
  const begins = new Map<string, number>();
  for (const { atMs, callId, request } of probes) if (request && !begins.has(callId)) begins.set(callId, atMs);
  return [...begins.values()];
};

test(
  'a softswitch is well, falls silent, is down and returns: probes take less than 1 kB/s, three fast ones come before the verdict',
  onSite(async (site, context) => {
    const a = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const trunks = [primary({ probeIntervalS: 2 })];
    const gateway = await Gateway.start(site, {
      configuration: gatewayConfiguration({ phones: 1, exchangeLines: 0, trunks }),
    });
    await trunkIs(gateway, 'primary', /up/, 8000);
    const packets = await Packets.start(site, 'probes', 'udp port 5060');
    const lateness = monitorEventLoopDelay({ resolution: LATENESS_STEP_MS });
    lateness.enable();
    await sleep(6000);
    // not frozen: what has queued in it would be answered all at once
    await a.answer('all', 'drop');
    await trunkIs(gateway, 'primary', /down/, 8000);
    const verdictAt = Date.now();
    await sleep(8000);
    await a.answer('all', 'normally');
    await trunkIs(gateway, 'primary', /returning/, 6000);
    await sleep(6000);
    const probes = probesIn(await packets.stop());

    // what a bare process was kept waiting at its longest, a probe may have been too: then it comes closer to the next
    lateness.disable();
    const lateMs = Math.max(0, lateness.max / 1e6 - LATENESS_STEP_MS);
    const most = worstRate(probes, OVER_MS + lateMs);
    context.diagnostic(`${most} octets a second, at most; a bare process waited ${lateMs.toFixed(0)} ms`);
    assert.ok(most < MOST_PER_SECOND, `${most} octets of probes a second`);
    const begins = beginsOf(probes);
    const fast = begins.filter((at) => at > verdictAt - 1200 && at < verdictAt - 200);
    assert.ok(fast.length >= 3, `${fast.length} fast probes in the second before the verdict`);
    const whileDown = begins.filter((at) => at > verdictAt && at < verdictAt + 8000);
    assert.ok(whileDown.length >= 3, `${whileDown.length} probes in 8 s while it is down`);
  }),
);
