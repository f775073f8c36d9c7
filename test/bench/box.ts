import { BenchClient } from '../../drivers/simulated/bench-client.ts';
import {
  type GatewayConfiguration,
  gatewayConfiguration,
  primary,
  secondary,
  type TrunkSettings,
} from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { type Dialog, Kamailio, noDialogs } from '../peer/kamailio.ts';
import { Sipp } from '../peer/sipp.ts';
import { address, type Site } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { SwallowingRelay } from './swallowing-relay.ts';

/** Bench name of a phone, by its number from 1. */
export const phone = (number: number): string => `phone/${number}`;

/** Outside numbers are 9 and three digits: complete with the last digit, without a wait. */
export const DIGIT_MAP = '9xxx|1x|2x|3x|4x';
/** Phones that one simulated card has at most. */
const MOST_ON_A_CARD = 24;
/** The usual length of a pressed key, so that a number is dialled in less than a second. */
export const KEYS = { onMs: 70, offMs: 70 };

/** Settings that differ between measurements; the log of the box is as it is delivered. */
export const startGateway = (
  site: Site,
  options: Parameters<typeof gatewayConfiguration>[0],
  waits = true,
): Promise<Gateway> =>
  Gateway.start(site, {
    configuration: gatewayConfiguration(options, { routing: { digitMap: DIGIT_MAP } }),
    environment: { HOLDFAST_LOG: 'info' },
    waits,
  });

/**
 * A gateway with more phones than one simulated card has: 24 phones and the exchange lines on the first card, the
 * others on a second one with a bench of its own. Gives the bench and the name of each phone by its number from 1.
 */
export const startWithTwoCards = async (
  site: Site,
  size: { readonly phones: number; readonly exchangeLines: number; readonly trunks: readonly TrunkSettings[] },
) => {
  const first = gatewayConfiguration({ ...size, phones: MOST_ON_A_CARD }, { routing: { digitMap: DIGIT_MAP } });
  const bench = site.path('second-bench.sock');
  const more = Array.from({ length: size.phones - MOST_ON_A_CARD }, (_, i) => i + 1);
  const lineOf = (i: number): string => `line/second-${i}`;
  const configuration: GatewayConfiguration = {
    ...first,
    cards: [
      ...first.cards!,
      { id: 'second', driver: 'simulated', settings: { phones: more.length, exchangeLines: 0, bench } },
    ],
    accounts: [
      ...first.accounts!,
      ...more.map((i) => ({ id: `20${i}`, user: `20${i}`, password: 'secret', line: lineOf(i) })),
    ],
    lines: [
      ...first.lines!,
      ...more.map((i) => ({ id: lineOf(i), kind: 'fxs' as const, card: 'second', port: phone(i), account: `20${i}` })),
    ],
  };
  const gateway = await Gateway.start(site, { configuration, environment: { HOLDFAST_LOG: 'info' } });
  const second = await BenchClient.connect(bench);
  site.atEnd('close the second bench', () => second.close());
  const at = (number: number): { readonly bench: BenchClient; readonly number: number } =>
    number <= MOST_ON_A_CARD ? { bench: gateway.bench, number } : { bench: second, number: number - MOST_ON_A_CARD };
  return { gateway, at };
};

/** SIPp as a far end that answers everything and sends all sound back. It stays until the site is closed. */
export const echoingFarEnd = (site: Site, host: string = address.farEnd): Sipp =>
  new Sipp(site, {
    name: `echo-${host}`,
    scenario: answeringScenario,
    host,
    mediaPort: 26000,
    calls: 100_000,
    withinMs: 3_600_000,
    words: ['-rtp_echo'],
  });

const copied =
  '[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]E[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n[last_Record-Route:]';
const bye = '[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0';
const contact = 'Contact: <sip:echo@[local_ip]:[local_port];transport=[transport]>';
const answeringScenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="answers and echoes">
  <recv request="INVITE" rrs="true"></recv>
  <send><![CDATA[

SIP/2.0 180 Ringing
${copied}
${contact}
Content-Length: 0

]]></send>
  <pause milliseconds="100"/>
  <send retrans="500"><![CDATA[

SIP/2.0 200 OK
${copied}
${contact}
Content-Type: application/sdp
Content-Length: [len]

v=0
o=echo 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=ptime:20

]]></send>
  <recv request="ACK"></recv>
  <recv request="BYE"></recv>
  <send><![CDATA[

SIP/2.0 200 OK
${bye}

]]></send>
</scenario>
`;

/** A softswitch whose numbers 9… lead to `trunk`. */
export const softswitch = (site: Site, name: 'a' | 'b', trunk: string, relay?: { host: string; port: number }) =>
  Kamailio.start(site, {
    name,
    host: name === 'a' ? address.softswitchA : address.softswitchB,
    trunk: `sip:${trunk}:5060`,
    ...(relay ? { advertise: relay } : {}),
  });

/** Phones of the boxes that have two softswitches. */
export const PHONES = 4;

/** Two softswitches, the primary behind a relay that may swallow, and a far end that answers at once. */
export const twoSoftswitches = async (site: Site) => {
  const here = { host: address.relayA, port: 5060 };
  const a = await softswitch(site, 'a', address.farEnd, here);
  const b = await softswitch(site, 'b', address.farEnd);
  const relay = await SwallowingRelay.start(site, here, { host: a.host, port: a.port });
  echoingFarEnd(site);
  const gateway = await startGateway(site, {
    trunks: [primary({ host: here.host, probeIntervalS: 2 }), secondary({ probeIntervalS: 2 })],
  });
  await Promise.all([registered(a, PHONES), registered(b, PHONES)]);
  return { a, b, relay, gateway };
};

export type TwoSoftswitches = Awaited<ReturnType<typeof twoSoftswitches>>;

/** Waits until the softswitch holds a binding for each of the first `phones` phones. */
export const registered = async (softswitch: Kamailio, phones: number): Promise<void> => {
  await eventually(`${phones} registrations`, 30_000, async () => {
    const accounts = new Set((await softswitch.bindings()).map(({ account }) => account));
    return accounts.size >= phones;
  });
};

/** One softswitch with an echoing far end behind it, and every phone registered there. */
export const oneSoftswitch = async (site: Site, options: { phones: number; exchangeLines: number }) => {
  const a = await softswitch(site, 'a', address.farEnd);
  echoingFarEnd(site);
  const gateway = await startGateway(site, { ...options, trunks: [primary()] });
  await registered(a, options.phones);
  return { a, gateway };
};

/**
 * Calls that the softswitch knows to be answered. Whether it has taken note of the ACK (state 4 after 3) does not
 * matter here: it misses one now and then when answer and ACK pass it at once.
 */
export const callsUp = async (softswitch: Kamailio): Promise<Dialog[]> =>
  (await softswitch.dialogs()).filter(({ state }) => state === '3' || state === '4');

/** A call of `phone` to `digits` that `through` carries until it is up; then it is hung up and gone. */
export const callThrough = async (
  gateway: Gateway,
  through: Kamailio,
  number: number,
  digits: string,
  dialled = () => {},
): Promise<void> => {
  await dial(gateway, number, digits);
  dialled();
  await eventually(`the call to ${digits}`, 40_000, async () =>
    (await callsUp(through)).some(({ to }) => to.includes(`:${digits}@`)),
  );
  await gateway.bench.hangUp(phone(number));
  await noDialogs(through, 10_000);
};

/** Lifts a phone, waits for dial tone and dials; resolves with the last key. */
export const dial = async (
  { bench }: { readonly bench: BenchClient },
  number: number,
  digits: string,
): Promise<void> => {
  await bench.lift(phone(number));
  await bench.waitFor(phone(number), 'tone', { hertz: [350, 440], timeoutMs: 5000 });
  await bench.press(phone(number), digits, KEYS);
};
