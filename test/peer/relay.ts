import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Site } from './site.ts';

/** `out` goes from the client (the gateway) to the server, `in` comes back. */
export type Direction = 'out' | 'in';

/** One message that came to the relay; `at` is `performance.now()`. */
export type Relayed = {
  readonly at: number;
  readonly direction: Direction;
  readonly dropped: boolean;
  /** Method of a request or status code of an answer. */
  readonly kind: string;
  readonly callId: string;
  readonly cseq: string;
  /** How many messages of the same direction, Call-ID, CSeq and kind came before it, plus one. */
  readonly copy: number;
};

export type RelayOptions = {
  readonly host: string;
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number };
  readonly seed: number;
  /** Share of the messages that are dropped, each way. */
  readonly lossPercent: number;
};

/** FNV-1a with the finish of MurmurHash3: neighbouring keys must not fall together. */
const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const headerOf = (head: string, names: RegExp): string => names.exec(head)?.[1]?.trim() ?? '';

/**
 * A UDP relay that drops by hash of (seed, direction, Call-ID, CSeq, kind, copy): the same run loses the same
 * messages whatever the timing. Each client gets a socket of its own towards the server, as behind a NAT.
 */
export class LossyRelay {
  readonly log: Relayed[] = [];
  /** May be changed while it runs. */
  lossPercent: number;
  readonly #options: RelayOptions;
  readonly #front: Socket = createSocket('udp4');
  readonly #towards = new Map<string, Socket>();
  readonly #copies = new Map<string, number>();

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.lossPercent = options.lossPercent;
  }

  static async start(site: Site, options: RelayOptions): Promise<LossyRelay> {
    const relay = new LossyRelay(options);
    relay.#front.on('message', (message, from) => {
      const leg = relay.#legOf(from.address, from.port);
      relay.#pass('out', message, () => leg.send(message, options.target.port, options.target.host));
    });
    relay.#front.bind(options.port, options.host);
    await once(relay.#front, 'listening');
    site.atEnd(`close relay ${options.host}:${options.port}`, () => relay.#close());
    return relay;
  }

  #legOf(host: string, port: number): Socket {
    const key = `${host}:${port}`;
    let leg = this.#towards.get(key);
    if (leg) return leg;
    leg = createSocket('udp4');
    leg.on('message', (message) => this.#pass('in', message, () => this.#front.send(message, port, host)));
    leg.on('error', () => {});
    leg.bind(0, this.#options.host);
    this.#towards.set(key, leg);
    return leg;
  }

  #pass(direction: Direction, message: Buffer, send: () => void): void {
    const head = message.toString('latin1', 0, Math.min(message.length, 4096));
    const line = head.slice(0, Math.max(0, head.indexOf('\r\n')));
    // keep-alives (CRLF, STUN) are no SIP messages: they pass
    const words = line.split(' ');
    if (words.length < 3) {
      send();
      return;
    }
    const kind = (line.startsWith('SIP/2.0') ? words[1] : words[0])!;
    const callId = headerOf(head, /\r\n(?:Call-ID|i)[ \t]*:([^\r]*)/i);
    const cseq = headerOf(head, /\r\nCSeq[ \t]*:([^\r]*)/i);
    const key = `${direction}|${callId}|${cseq}|${kind}`;
    const copy = (this.#copies.get(key) ?? 0) + 1;
    this.#copies.set(key, copy);
    const dropped = hash(`${this.#options.seed}|${key}|${copy}`) / 2 ** 32 < this.lossPercent / 100;
    this.log.push({ at: performance.now(), direction, dropped, kind, callId, cseq, copy });
    if (!dropped) send();
  }

  /**
   * True when the log explains why a transaction got no final answer: every copy of the request was lost, or the
   * final answers that came were all lost.
   */
  lostWhole(callId: string, cseq: string): boolean {
    const of = this.log.filter((each) => each.callId === callId && each.cseq === cseq);
    const requests = of.filter((each) => !/^\d/.test(each.kind));
    const finals = of.filter((each) => /^[2-6]/.test(each.kind));
    return (
      (requests.length > 0 && requests.every((each) => each.dropped)) ||
      (finals.length > 0 && finals.every((each) => each.dropped))
    );
  }

  #close(): void {
    this.#front.close();
    for (const leg of this.#towards.values()) leg.close();
  }
}
