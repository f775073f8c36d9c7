import { createSocket, type Socket } from 'node:dgram';
import { systemClock } from '../../core/clock.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import type { LegId } from '../facts.ts';
import type { InviteAsk, SipSignal, TransportName } from './face.ts';
import { SipMessage } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { SipUserAgent } from './user-agent.ts';

/** Test bench: user agents over real loopback sockets, with a relay that can lose, hold and show datagrams. */
export const T1_MS = 25;
export const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** One user agent with its own runner, and what its legs heard. */
export class Side {
  readonly runner = new Runner(systemClock, silentLog);
  readonly heard: (SipSignal & { leg: LegId })[] = [];
  readonly agent: SipUserAgent;
  #waiting: (() => void)[] = [];

  constructor(more: Partial<ConstructorParameters<typeof SipUserAgent>[0]> = {}) {
    this.agent = new SipUserAgent({
      runner: this.runner,
      clock: systemClock,
      log: silentLog,
      t1Ms: T1_MS,
      userAgentName: 'test',
      tell: (leg, signal) => {
        this.heard.push({ leg, ...signal });
        for (const wake of this.#waiting.splice(0)) wake();
      },
      ...more,
    });
    this.agent.onAccess(() => true);
  }

  words(leg: LegId = 'leg/1'): string[] {
    return this.heard.filter((signal) => signal.leg === leg).map((signal) => signal.sip);
  }

  /** The first signal of this name that the leg heard, or will hear. */
  async until<W extends SipSignal['sip']>(sip: W, leg: LegId = 'leg/1'): Promise<Extract<SipSignal, { sip: W }>> {
    const until = systemClock.now() + 8000;
    for (;;) {
      const found = this.heard.find((signal) => signal.leg === leg && signal.sip === sip);
      if (found) return found as never;
      if (systemClock.now() > until) throw new Error(`${leg} never heard ${sip}, but ${this.words(leg).join(', ')}`);
      await new Promise<void>((resolve) => {
        const giveUp = systemClock.at((systemClock.now() + 500) as never, resolve);
        this.#waiting.push(() => {
          giveUp();
          resolve();
        });
      });
    }
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => systemClock.at((systemClock.now() + ms) as never, resolve));

/** What the relay does with one message: let it pass, lose it, or pass it twice. */
export type Fate = 'pass' | 'lose' | 'twice';
export type Passing = { readonly from: 'a' | 'b'; readonly message: SipMessage; readonly what: string };

/** A relay between two sides; `judge` decides about each message, `seen` has all that came to it. */
export class Relay {
  readonly seen: Passing[] = [];
  judge: (passing: Passing) => Fate = () => 'pass';
  readonly #towardsA: Socket;
  readonly #towardsB: Socket;
  a = 0;
  b = 0;

  constructor() {
    this.#towardsA = createSocket('udp4');
    this.#towardsB = createSocket('udp4');
  }

  async open(): Promise<void> {
    await Promise.all(
      [this.#towardsA, this.#towardsB].map(
        (socket) => new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve)),
      ),
    );
    this.#towardsA.on('message', (octets) => this.#pass('a', octets, this.#towardsB, this.b));
    this.#towardsB.on('message', (octets) => this.#pass('b', octets, this.#towardsA, this.a));
  }

  get portForA(): number {
    return this.#towardsA.address().port;
  }

  get portForB(): number {
    return this.#towardsB.address().port;
  }

  #pass(from: 'a' | 'b', octets: Buffer, out: Socket, port: number): void {
    const verdict = parseMessage(octets);
    const message = verdict.is === 'drop' ? new SipMessage({ method: 'BROKEN', uri: '' }, []) : verdict.message;
    const what = message.isRequest ? message.method : `${message.status} ${message.cseq?.method}`;
    const passing = { from, message, what };
    this.seen.push(passing);
    const fate = this.judge(passing);
    for (let copies = fate === 'lose' ? 0 : fate === 'twice' ? 2 : 1; copies > 0; copies--)
      out.send(octets, port, '127.0.0.1');
  }

  count(from: 'a' | 'b', what: string): number {
    return this.seen.filter((passing) => passing.from === from && passing.what === what).length;
  }

  close(): void {
    this.#towardsA.close();
    this.#towardsB.close();
  }
}

export type Pair = { a: Side; b: Side; relay: Relay; ask: InviteAsk; contact: string; close(): Promise<void> };

/** Two user agents with a relay between them; side b takes each INVITE as `leg/1` until told otherwise. */
export const openPair = async (
  transport: TransportName = 'udp',
  more: { a?: object; b?: object } = {},
): Promise<Pair> => {
  const relay = new Relay();
  await relay.open();
  const a = new Side(more.a);
  const b = new Side(more.b);
  const local = { address: '127.0.0.1', port: 0 };
  const udp = transport === 'udp';
  await b.agent.openFlow({
    id: 'f',
    transport,
    local,
    remote: { address: '127.0.0.1', port: udp ? relay.portForB : 9 },
  });
  const portOfB = b.agent.flow('f')!.local.port;
  const remote = { address: '127.0.0.1', port: udp ? relay.portForA : portOfB };
  await a.agent.openFlow({ id: 'f', transport, local, remote });
  relay.a = a.agent.flow('f')!.local.port;
  relay.b = portOfB;
  b.agent.onInvite(() => ({ leg: 'leg/1' }));
  const ask: InviteAsk = {
    flow: 'f',
    uri: 'sip:12@127.0.0.1',
    from: { uri: 'sip:11@test' },
    to: { uri: 'sip:12@test' },
    contact: `sip:a@127.0.0.1:${udp ? relay.portForB : relay.a}`,
    sdp,
  };
  const close = async (): Promise<void> => {
    await a.agent.close();
    await b.agent.close();
    relay.close();
  };
  return { a, b, relay, ask, contact: `sip:b@127.0.0.1:${udp ? relay.portForA : portOfB}`, close };
};
