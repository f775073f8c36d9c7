import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Site } from '../peer/site.ts';

/**
 * What a relay in front of a softswitch does:
 * - `pass`: everything goes through;
 * - `swallow calls`: an INVITE and all that belongs to its Call-ID vanish, registrations and probes go through, so
 *   the softswitch looks alive until a call finds it dead;
 * - `die at the first call`: everything goes through until an INVITE comes; it and all after it vanish;
 * - `dead`: everything vanishes.
 */
export type Manner = 'pass' | 'swallow calls' | 'die at the first call' | 'dead';

export type Place = { readonly host: string; readonly port: number };

const callIdOf = (head: string): string => /\r\n(?:Call-ID|i)[ \t]*:[ \t]*([^\r]*)/i.exec(head)?.[1]?.trim() ?? '';

/** An answer to a probe or a registration: whatever it says, somebody is alive. */
const isProofOfLife = (text: string): boolean =>
  text.startsWith('SIP/2.0 ') && /\r\nCSeq:[^\r]*(?:OPTIONS|REGISTER)\r\n/i.test(text);

/** A UDP relay that looks alive and is not. Each client gets a socket of its own towards the server. */
export class SwallowingRelay {
  manner: Manner = 'pass';
  /** Answers to OPTIONS and REGISTER that went back to the client, `performance.now()` of each. */
  readonly proofsOfLife: number[] = [];
  readonly #front: Socket = createSocket('udp4');
  readonly #legs = new Map<string, Socket>();
  readonly #swallowed = new Set<string>();

  static async start(site: Site, here: Place, target: Place): Promise<SwallowingRelay> {
    const relay = new SwallowingRelay();
    relay.#front.on('message', (message, from) => {
      if (relay.#swallows(message)) return;
      relay.#legOf(from.address, from.port, here.host).send(message, target.port, target.host);
    });
    relay.#front.bind(here.port, here.host);
    await once(relay.#front, 'listening');
    site.atEnd(`close relay ${here.host}:${here.port}`, () => relay.#close());
    return relay;
  }

  #legOf(host: string, port: number, own: string): Socket {
    const key = `${host}:${port}`;
    const known = this.#legs.get(key);
    if (known) return known;
    const leg = createSocket('udp4');
    leg.on('message', (message) => {
      if (this.#swallows(message)) return;
      if (isProofOfLife(message.toString('latin1'))) this.proofsOfLife.push(performance.now());
      this.#front.send(message, port, host);
    });
    leg.on('error', () => {});
    leg.bind(0, own);
    this.#legs.set(key, leg);
    return leg;
  }

  /** The softswitch behind is well again; calls that were swallowed stay so, and their repetitions with them. */
  revive(): void {
    this.manner = 'pass';
  }

  #swallows(message: Buffer): boolean {
    if (this.manner === 'pass' && this.#swallowed.size === 0) return false;
    const head = message.toString('latin1');
    const callId = callIdOf(head);
    const isInvite = head.startsWith('INVITE ');
    if (isInvite && this.manner !== 'pass') this.#swallowed.add(callId);
    if (isInvite && this.manner === 'die at the first call') this.manner = 'dead';
    return this.manner === 'dead' || this.#swallowed.has(callId);
  }

  #close(): void {
    this.#front.close();
    for (const leg of this.#legs.values()) leg.close();
  }
}
