import { Baresip } from '../peer/baresip.ts';
import { gatewayConfiguration, primary, secondary } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { Kamailio } from '../peer/kamailio.ts';
import { LossyRelay } from '../peer/relay.ts';
import { address, type Site } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { FarSwitchboard } from './far-switchboard.ts';
import { bound } from './office.ts';

/** Exchange line n rings phone n; the phones after these place calls and take those of softswitches. */
export const EXCHANGE_LINES = 2;
export const PHONES = 10;
const CALLER_PORT = 5080;

export type Side = 'a' | 'b';
export type ChaosOffice = {
  readonly softswitches: Readonly<Record<Side, Kamailio>>;
  /** The network between the gateway and each softswitch. */
  readonly networks: Readonly<Record<Side, LossyRelay>>;
  /** Answers every number that begins with 9, and says back what it hears. */
  readonly far: FarSwitchboard;
  /** Calls our phones through either softswitch. */
  readonly caller: Baresip;
  readonly gateway: Gateway;
};

const behind = async (site: Site, name: Side, host: string, relayHost: string, algorithm: 'MD5' | 'SHA-256') => {
  const seen = { host: relayHost, port: 5060 };
  const relay = await LossyRelay.start(site, { ...seen, target: { host, port: 5060 }, seed: 1, lossPercent: 0 });
  const trunk = `sip:${address.farEnd}:5060`;
  const freePorts = `^${CALLER_PORT}$`;
  return {
    relay,
    softswitch: await Kamailio.start(site, { name, host, algorithm, trunk, freePorts, advertise: seen }),
  };
};

/** Two softswitches, each behind a network of its own, far ends behind them, and a gateway whose phones all stand at both. */
export const openChaosOffice = async (site: Site, withinMs: number): Promise<ChaosOffice> => {
  const [a, b] = await Promise.all([
    behind(site, 'a', address.softswitchA, address.relayA, 'MD5'),
    behind(site, 'b', address.softswitchB, address.relayB, 'SHA-256'),
  ]);
  const far = new FarSwitchboard(site, withinMs);
  const account = (side: Side, host: string) =>
    ({ user: '201', domain: `${side}.test`, through: `${host}:5060`, registers: false }) as const;
  const caller = await Baresip.start(site, {
    ...{ name: 'caller', host: address.secondFarEnd, port: CALLER_PORT, says: 440 },
    accounts: [account('a', address.softswitchA), account('b', address.softswitchB)],
  });
  const configuration = gatewayConfiguration(
    {
      ...{ phones: PHONES, exchangeLines: EXCHANGE_LINES },
      trunks: [primary({ host: address.relayA }), secondary({ host: address.relayB })],
    },
    { routing: { digitMap: '9xxxx|[12]x' } },
  );
  const gateway = await Gateway.start(site, { configuration });
  await Promise.all([bound(a.softswitch, PHONES, 20_000), bound(b.softswitch, PHONES, 20_000)]);
  return {
    ...{ softswitches: { a: a.softswitch, b: b.softswitch }, networks: { a: a.relay, b: b.relay } },
    ...{ far, caller, gateway },
  };
};

/** Chance of a run: the same seed draws the same calls and faults in the same order. */
export const chance = (seed: number) => {
  let state = seed >>> 0 || 1;
  const draw = (): number => {
    // xorshift, of which the high bits are good enough for a test
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return {
    between: (least: number, most: number): number => least + draw() * (most - least),
    of: <T>(things: readonly T[]): T => things[Math.floor(draw() * things.length)]!,
  };
};
export type Chance = ReturnType<typeof chance>;

export type FaultName =
  | 'frozen'
  | 'killed'
  | 'refuses'
  | 'asks to wait'
  | 'unreachable'
  | 'no network'
  | 'control killed';
/** What was wrong from when until when, `performance.now()`. */
export type Fault = { readonly name: FaultName; readonly sides: readonly Side[]; readonly from: number; to: number };

const faultNames: readonly FaultName[] = [
  ...(['frozen', 'killed', 'refuses', 'asks to wait', 'unreachable'] as const),
  ...(['frozen', 'killed', 'unreachable', 'no network'] as const),
  ...(['control killed', 'control killed', 'control killed'] as const),
];

const RETRY_AFTER_S = 5;

/** One fault from its begin to its end. */
const commit = async (office: ChaosOffice, name: FaultName, side: Side, lastsMs: number): Promise<void> => {
  const softswitch = office.softswitches[side];
  switch (name) {
    case 'frozen':
      softswitch.freeze();
      await sleep(lastsMs);
      softswitch.thaw();
      return;
    case 'killed':
      await softswitch.kill();
      await sleep(lastsMs);
      await softswitch.start();
      return;
    case 'refuses':
    case 'asks to wait':
      await softswitch.answer('INVITE', 503, name === 'refuses' ? {} : { retryAfterS: RETRY_AFTER_S });
      await sleep(lastsMs);
      await softswitch.answer('INVITE', 'normally');
      // what it has asked for still holds
      await sleep(name === 'refuses' ? 0 : RETRY_AFTER_S * 1000);
      return;
    case 'unreachable':
    case 'no network': {
      const gone = name === 'no network' ? Object.values(office.networks) : [office.networks[side]];
      for (const network of gone) network.lossPercent = 100;
      await sleep(lastsMs);
      for (const network of gone) network.lossPercent = 0;
      return;
    }
    case 'control killed':
      await office.gateway.signalPlane('control');
      await office.gateway.ready(15_000);
      await sleep(1000);
  }
};

/** Faults one after the other with some rest between them, until `until` (`performance.now()`). */
export const wreakHavoc = async (office: ChaosOffice, draws: Chance, until: number): Promise<readonly Fault[]> => {
  const faults: Fault[] = [];
  for (;;) {
    await sleep(draws.between(4000, 12_000));
    const name = draws.of(faultNames);
    const side = draws.of(['a', 'b'] as const);
    const lastsMs = draws.between(2500, 9000);
    const from = performance.now();
    if (from + lastsMs > until) return faults;
    const sides = name === 'no network' ? (['a', 'b'] as const) : name === 'control killed' ? [] : [side];
    const fault: Fault = { name, sides, from, to: Number.POSITIVE_INFINITY };
    faults.push(fault);
    await commit(office, name, side, lastsMs);
    fault.to = performance.now();
  }
};
