import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
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
  /** Stands for the Call-ID in what is lost: `FROM>TO#N`, the N-th Call-ID by which this user called that one. */
  readonly name: string;
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

/** One line of the log, as it is kept for a person when a test failed. */
const lineOf = ({ at, direction, dropped, name, cseq, kind, copy, callId }: Relayed): string =>
  `${at.toFixed(1)} ${direction === 'out' ? '>' : '<'}${dropped ? ' LOST' : ''} ${name} ${cseq} ${kind} ${copy} ${callId}\n`;

const userIn = (head: string, names: RegExp): string => /sips?:([^@>;]*)/i.exec(headerOf(head, names))?.[1] ?? '';

/**
 * A UDP relay that drops by hash of (seed, direction, Call-ID, CSeq, kind, copy): the same run loses the same
 * messages whatever the timing. Of a random
 * Call-ID its `name` is hashed, of a CSeq its distance from the first. Each client gets a socket of its own towards the server, as behind a NAT.
 */
export class LossyRelay {
  readonly log: Relayed[] = [];
  /** May be changed while it runs. */
  lossPercent: number;
  readonly #options: RelayOptions;
  readonly #front: Socket = createSocket('udp4');
  readonly #towards = new Map<string, Socket>();
  readonly #copies = new Map<string, number>();
  readonly #names = new Map<string, string>();
  readonly #firstCseq = new Map<string, number>();
  readonly #named = new Map<string, number>();

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
    site.atEnd(`close relay ${options.host}:${options.port}`, () => {
      relay.#close();
      writeFileSync(site.path(`relay-${options.host}-${options.port}.log`), relay.log.map(lineOf).join(''));
    });
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

  #nameOf(head: string, callId: string): string {
    const known = this.#names.get(callId);
    if (known !== undefined) return known;
    const pair = `${userIn(head, /\r\n(?:From|f)[ \t]*:([^\r]*)/i)}>${userIn(head, /\r\n(?:To|t)[ \t]*:([^\r]*)/i)}`;
    const count = (this.#named.get(pair) ?? 0) + 1;
    this.#named.set(pair, count);
    this.#names.set(callId, `${pair}#${count}`);
    return `${pair}#${count}`;
  }

  /** CSeq from the first one of its Call-ID on, which may be anything. */
  #step(callId: string, cseq: string): string {
    const [number, method] = cseq.split(' ');
    const first = this.#firstCseq.get(callId) ?? Number(number);
    this.#firstCseq.set(callId, first);
    return `${Number(number) - first} ${method}`;
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
    const name = this.#nameOf(head, callId);
    const key = `${direction}|${name}|${this.#step(callId, cseq)}|${kind}`;
    const copy = (this.#copies.get(key) ?? 0) + 1;
    this.#copies.set(key, copy);
    const dropped = hash(`${this.#options.seed}|${key}|${copy}`) / 2 ** 32 < this.lossPercent / 100;
    this.log.push({ at: performance.now(), direction, dropped, kind, callId, name, cseq, copy });
    if (!dropped) send();
  }

  #close(): void {
    this.#front.close();
    for (const leg of this.#towards.values()) leg.close();
  }
}
