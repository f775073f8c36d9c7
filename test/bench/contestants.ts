import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Baresip } from '../peer/baresip.ts';
import { run } from '../peer/program.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, PHONES, phone, startGateway } from './box.ts';
import { FakeServer, type ServerManner } from './fake-server.ts';
import { nameServer } from './name-server.ts';

/** Ours and the peer that is tuned to it: silence is enough after this, and servers are asked so often. */
export const [SILENCE_BUDGET_MS, PROBE_S] = [1200, 2];
/** Kamailio's own default for fr_timer. */
const KAMAILIO_DEFAULT_MS = 30_000;

/** Something that has two servers and is given calls. */
export type Contestant = {
  readonly name: string;
  readonly primary: FakeServer;
  readonly second: FakeServer;
  /** Begins a call to this number; `performance.now()` of its begin. It ends by itself. */
  readonly call: (number: string) => Promise<number>;
  /** Forgets what calls have taught it, where nothing else would ever do that. */
  readonly forget?: () => Promise<unknown>;
};

const pairAt = async (site: Site, host: string, port: number) => ({
  primary: await FakeServer.start(site, host, port),
  second: await FakeServer.start(site, host, port + 1),
});

/** The box with two peer trunks; a call begins with the end of its last key. */
const ours = async (site: Site): Promise<Contestant> => {
  const [host, port] = [address.softswitchA, 5060];
  const pair = await pairAt(site, host, port);
  const common = { kind: 'peer', host, probeIntervalS: PROBE_S, silenceBudgetMs: SILENCE_BUDGET_MS } as const;
  const gateway = await startGateway(site, {
    exchangeLines: 0,
    trunks: [
      { ...common, id: 'primary', port, localPort: 5060, priority: 1 },
      { ...common, id: 'second', port: port + 1, localPort: 5070, priority: 2 },
    ],
  });
  let calls = 0;
  const call = async (number: string): Promise<number> => {
    const caller = 1 + (calls++ % PHONES);
    await dial(gateway, caller, number);
    const begun = performance.now();
    const over = async (): Promise<void> => {
      await sleep(6000);
      await gateway.bench.hangUp(phone(caller));
    };
    over().catch(() => {});
    return begun;
  };
  return { name: 'ours', ...pair, call };
};

const invite = (user: string, from: string, to: string): string =>
  [
    `INVITE sip:${user}@${to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${from};branch=z9hG4bK-${user};rport`,
    `From: <sip:caller@${from}>;tag=${user}`,
    `To: <sip:${user}@${to}>`,
    `Call-ID: ${user}-${from}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:caller@${from}>`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** ACK of a refused INVITE (RFC 3261 §17.1.1.3). */
const acknowledgementOf = (answer: string, to: string): string => {
  const header = (name: string): string => new RegExp(`^${name}:.*$`, 'im').exec(answer)?.[0] ?? '';
  const headers = ['Via', 'From', 'To', 'Call-ID'].map(header);
  return [`ACK sip:${to} SIP/2.0`, ...headers, 'CSeq: 1 ACK', 'Max-Forwards: 70', 'Content-Length: 0', '', ''].join(
    '\r\n',
  );
};

const dispatcherConfiguration = fileURLToPath(new URL('kamailio/dispatcher.cfg', import.meta.url));

/** Kamailio's dispatcher; `pings`: asks its servers as often as we do. */
const dispatcher = async (
  site: Site,
  options: { readonly name: string; readonly port: number; readonly answerWithinMs: number; readonly pings: boolean },
): Promise<Contestant> => {
  const { name, port, answerWithinMs, pings } = options;
  const host = address.caller;
  const pair = await pairAt(site, host, port + 1);
  const folder = site.folder(name);
  writeFileSync(`${folder}/list`, `1 sip:${host}:${port + 1} 0 9\n1 sip:${host}:${port + 2} 0 1\n`);
  const control = `unix:${folder}/control`;
  const defines = {
    ...{ ANSWER_WITHIN_MS: String(answerWithinMs), LIST: `"${folder}/list"`, CONTROL: `"${control}"` },
    ...(pings ? { PING_S: String(PROBE_S) } : {}),
  };
  site.start(name, 'kamailio', [
    ...['-DD', '-E', '-e', '-f', dispatcherConfiguration, '-Y', folder, '-w', folder, '-P', `${folder}/pid`],
    ...['-m', '32', '-M', '4', '-l', `udp:${host}:${port}`],
    ...Object.entries(defines).flatMap(([key, value]) => ['-A', `${key}=${value}`]),
  ]);
  await eventually(`${name} to be ready`, 10_000, () => run('kamcmd', ['-s', control, 'core.uptime'], 3000));
  const socket = createSocket('udp4');
  socket.on('message', (message) => {
    const answer = message.toString('latin1');
    if (/^SIP\/2\.0 [3-6]/.test(answer)) socket.send(acknowledgementOf(answer, `${host}:${port}`), port, host);
  });
  socket.bind(port + 9, host);
  await once(socket, 'listening');
  site.atEnd(`close the caller of ${name}`, () => socket.close());
  const call = async (number: string): Promise<number> => {
    socket.send(invite(number, `${host}:${port + 9}`, `${host}:${port}`), port, host);
    return performance.now();
  };
  // without pings a server that a call has found dead stays so for good
  const forget = () => run('kamcmd', ['-s', control, 'dispatcher.reload'], 3000);
  return { name, ...pair, call, ...(pings ? {} : { forget }) };
};

/** baresip with a name that leads to two servers (RFC 3263). What it waits for stands in its code. */
const baresip = async (site: Site): Promise<Contestant> => {
  const [host, port] = [address.softswitchB, 5160];
  const domain = 'pair.test';
  const names = { host: address.relayA, port: 5353 };
  const pair = await pairAt(site, host, port);
  await nameServer(site, names, { domain, host, ports: [port, port + 1] });
  const caller = await Baresip.start(site, {
    ...{ name: 'baresip', host: address.secondFarEnd, port: 5080 },
    accounts: [{ user: '201', domain, registers: false }],
    settings: [`dns_server ${names.host}:${names.port}`],
  });
  const call = async (number: string): Promise<number> => {
    const begun = performance.now();
    await caller.dial(`sip:${number}@${domain}`);
    return begun;
  };
  return { name: 'baresip', ...pair, call };
};

export const contestants = (site: Site): Promise<Contestant[]> =>
  Promise.all([
    ours(site),
    dispatcher(site, { name: 'dispatcher', port: 5900, answerWithinMs: KAMAILIO_DEFAULT_MS, pings: false }),
    dispatcher(site, { name: 'dispatcher-tuned', port: 5920, answerWithinMs: SILENCE_BUDGET_MS, pings: true }),
    baresip(site),
  ]);

/** Every primary at once. */
export const setManner = (all: readonly Contestant[], manner: ServerManner): void => {
  for (const { primary } of all) primary.manner = manner;
};
