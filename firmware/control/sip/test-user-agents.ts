import { type Log, silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import type { LegId } from '../facts.ts';
import type { InviteAsk, SipSignal } from './face.ts';
import { SipMessage } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { MemoryNetwork, type Time, type Wire, wallTime } from './test-network.ts';
import { SipUserAgent } from './user-agent.ts';

/** T1 of the tests in turned time, in milliseconds. */
export const T1_MS = 25;
export const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

export type AgentOptions = Partial<ConstructorParameters<typeof SipUserAgent>[0]>;

const LONGEST_WAIT_MS = 60_000;

/** One user agent with its own runner, and what its legs heard. */
export class Side {
  readonly runner: Runner;
  readonly heard: (SipSignal & { leg: LegId })[] = [];
  readonly agent: SipUserAgent;
  /** What the runner caught: a machine or host that threw. */
  readonly faults: unknown[] = [];
  readonly #time: Time;

  /** In the network's turned time, or on sockets of the system with a T1 that no load reaches. */
  constructor(network: MemoryNetwork | undefined, more: AgentOptions = {}) {
    this.#time = network?.time ?? wallTime;
    const { clock } = this.#time;
    const log = { ...silentLog, error: (...words: unknown[]) => void this.faults.push(words) } as Log;
    this.runner = new Runner(clock, log);
    this.agent = new SipUserAgent({
      runner: this.runner,
      clock,
      log: silentLog,
      t1Ms: network ? T1_MS : 1_000,
      userAgentName: 'test',
      tell: (leg, signal) => this.heard.push({ leg, ...signal }),
      ...(network ? { openCarrier: network.openCarrier } : {}),
      ...more,
    });
    this.agent.onAccess(() => true);
  }

  words(leg: LegId = 'leg/1'): string[] {
    return this.heard.filter((signal) => signal.leg === leg).map((signal) => signal.sip);
  }

  /** The first signal of this name that the leg heard, or will hear. */
  async until<W extends SipSignal['sip']>(sip: W, leg: LegId = 'leg/1'): Promise<Extract<SipSignal, { sip: W }>> {
    const { clock, pause } = this.#time;
    const end = clock.now() + LONGEST_WAIT_MS;
    for (;;) {
      const found = this.heard.find((signal) => signal.leg === leg && signal.sip === sip);
      if (found) return found as never;
      if (clock.now() > end) throw new Error(`${leg} never heard ${sip}, but ${this.words(leg).join(', ')}`);
      await pause(1);
    }
  }
}

/** What the relay does with one message: let it pass, lose it, or pass it twice. */
export type Fate = 'pass' | 'lose' | 'twice';
export type Passing = { readonly from: 'a' | 'b'; readonly message: SipMessage; readonly what: string };

/** A relay between two sides; `judge` decides about each message, `seen` has all that came to it. */
export class Relay {
  readonly seen: Passing[] = [];
  judge: (passing: Passing) => Fate = () => 'pass';
  readonly #towardsA: Wire;
  readonly #towardsB: Wire;
  a = 0;
  b = 0;

  constructor(network: MemoryNetwork) {
    this.#towardsA = network.bind(0, (octets) => this.#pass('a', octets, this.#towardsB, this.b));
    this.#towardsB = network.bind(0, (octets) => this.#pass('b', octets, this.#towardsA, this.a));
  }

  get portForA(): number {
    return this.#towardsA.port;
  }

  get portForB(): number {
    return this.#towardsB.port;
  }

  #pass(from: 'a' | 'b', octets: Buffer, out: Wire, port: number): void {
    const verdict = parseMessage(octets);
    const message = verdict.is === 'drop' ? new SipMessage({ method: 'BROKEN', uri: '' }, []) : verdict.message;
    const what = message.isRequest ? message.method : `${message.status} ${message.cseq?.method}`;
    const passing = { from, message, what };
    this.seen.push(passing);
    const fate = this.judge(passing);
    for (let copies = fate === 'lose' ? 0 : fate === 'twice' ? 2 : 1; copies > 0; copies--) out.send(octets, port);
  }

  count(from: 'a' | 'b', what: string): number {
    return this.seen.filter((passing) => passing.from === from && passing.what === what).length;
  }
}

export type Sides = { a: Side; b: Side; ask: InviteAsk; contact: string; pause: Time['pause']; close(): Promise<void> };
export type Pair = Sides & { network: MemoryNetwork; relay: Relay };

const local = { address: '127.0.0.1', port: 0 };
const askOf = (port: number): InviteAsk => ({
  flow: 'f',
  uri: 'sip:12@127.0.0.1',
  from: { uri: 'sip:11@test' },
  to: { uri: 'sip:12@test' },
  contact: `sip:a@127.0.0.1:${port}`,
  sdp,
});
const closing = (a: Side, b: Side) => async (): Promise<void> => {
  await a.agent.close();
  await b.agent.close();
};

/** Two user agents with a relay between them, in turned time; side b takes each INVITE as `leg/1` until told otherwise. */
export const openPair = async (more: { a?: AgentOptions; b?: AgentOptions } = {}): Promise<Pair> => {
  const network = new MemoryNetwork();
  const relay = new Relay(network);
  const [a, b] = [new Side(network, more.a), new Side(network, more.b)];
  const at = (port: number) => ({ address: local.address, port });
  await b.agent.openFlow({ id: 'f', transport: 'udp', local, remote: at(relay.portForB) });
  await a.agent.openFlow({ id: 'f', transport: 'udp', local, remote: at(relay.portForA) });
  relay.a = a.agent.flow('f')!.local.port;
  relay.b = b.agent.flow('f')!.local.port;
  b.agent.onInvite(() => ({ leg: 'leg/1' }));
  const contact = `sip:b@127.0.0.1:${relay.portForA}`;
  const { pause } = network.time;
  return { a, b, network, relay, ask: askOf(relay.portForB), contact, pause, close: closing(a, b) };
};

/** Two user agents over sockets of the system, by the wall clock. */
export const openSockets = async (transport: 'udp' | 'tcp'): Promise<Sides> => {
  const [a, b] = [new Side(undefined), new Side(undefined)];
  await b.agent.openFlow({ id: 'f', transport, local, remote: { address: local.address, port: 9 } });
  const remote = b.agent.flow('f')!.local;
  await a.agent.openFlow({ id: 'f', transport, local, remote });
  b.agent.onInvite(() => ({ leg: 'leg/1' }));
  const ask = askOf(a.agent.flow('f')!.local.port);
  const contact = `sip:b@127.0.0.1:${remote.port}`;
  return { a, b, ask, contact, pause: wallTime.pause, close: closing(a, b) };
};
