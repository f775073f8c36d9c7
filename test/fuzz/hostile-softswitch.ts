import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Site } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { answer, answersTo, corpus, type Ends, offer, request, rtpCorpus } from './corpus.ts';
import { mutateSip } from './mutate.ts';
import type { Random } from './random.ts';

type Place = { readonly host: string; readonly port: number };

const header = (text: string, name: string): string =>
  new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';

/** A call that this softswitch placed and the gateway answered. */
export type HostileCall = { readonly media: Place; readonly hangUp: () => void };

/**
 * A softswitch that the gateway trusts (it registers here) and that sends rubbish: before each true answer it sends
 * mutated ones to the same transaction, and its requests belong to transactions and dialogs that really exist.
 */
export class HostileSoftswitch {
  /** Mutated answers that went before each true one. */
  answersMutated = 0;
  readonly #here: Place;
  readonly #gateway: Place;
  readonly #random: Random;
  readonly #socket: Socket = createSocket('udp4');
  readonly #answers: string[] = [];
  readonly #requests: string[] = [];
  #contact = '';
  #live: string[] = [];

  private constructor(here: Place, gateway: Place, random: Random) {
    this.#here = here;
    this.#gateway = gateway;
    this.#random = random;
  }

  static async start(site: Site, here: Place, gateway: Place, random: Random): Promise<HostileSoftswitch> {
    const softswitch = new HostileSoftswitch(here, gateway, random);
    softswitch.#socket.on('message', (message) => softswitch.#heard(message.toString('latin1')));
    softswitch.#socket.bind(here.port, here.host);
    await once(softswitch.#socket, 'listening');
    site.atEnd('close the hostile softswitch', () => softswitch.#socket.close());
    return softswitch;
  }

  get ends(): Ends {
    return { target: this.#gateway, source: this.#here, user: this.#contact, id: 'hostile' };
  }

  /** Waits until an account has registered here. */
  async registered(user: string, withinMs: number): Promise<void> {
    await eventually(`${user} to register with the hostile softswitch`, withinMs, () =>
      this.#requests.find((text) => {
        if (!text.startsWith('REGISTER ') || !header(text, 'To').includes(`:${user}@`)) return false;
        this.#contact = /sips?:([^@;>]*)@/.exec(header(text, 'Contact'))?.[1] ?? '';
        return this.#contact !== '';
      }),
    );
  }

  #heard(text: string): void {
    if (text.startsWith('SIP/2.0 ')) {
      this.#answers.push(text);
      if (this.#answers.length > 500) this.#answers.splice(0, 250);
      return;
    }
    this.#requests.push(text);
    if (this.#requests.length > 500) this.#requests.splice(100, 250);
    if (text.startsWith('ACK ')) return;
    const mutated = answersTo(text, this.ends);
    for (let i = 0; i < 5; i++, this.answersMutated++) {
      this.send(mutateSip(this.#random.pick(mutated), this.#random, mutated));
    }
    this.send(Buffer.from(this.#truth(text), 'latin1'));
  }

  /** The answer of an honest softswitch, which keeps the gateway registered. */
  #truth(text: string): string {
    if (text.startsWith('INVITE ')) return answer(text, 503);
    const contact = header(text, 'Contact');
    return answer(text, 200, {
      headers: contact === '' ? [] : [`Contact: ${contact.split(';expires')[0]};expires=60`],
    });
  }

  send(datagram: Buffer): void {
    this.#socket.send(datagram, this.#gateway.port, this.#gateway.host);
  }

  /** Messages worth mutating just now: the corpus, and all that belongs to the calls that run. */
  messages(): string[] {
    return [...corpus(this.ends), ...this.#live];
  }

  /** Calls the registered account; `lift` is done when the gateway says that it rings. */
  async call(media: Place, lift: () => Promise<unknown>): Promise<HostileCall> {
    const callId = 'hostile-call';
    const parts = { headers: ['Content-Type: application/sdp'], body: offer(media.host, media.port) };
    const invite = request(this.ends, { method: 'INVITE', callId, ...parts });
    this.send(Buffer.from(invite, 'latin1'));
    const answered = (status: string) => (): string | undefined =>
      this.#answers.find((text) => text.startsWith(`SIP/2.0 ${status}`) && header(text, 'Call-ID') === callId);
    await eventually('the gateway to ring', 5000, answered('18'));
    await lift();
    const ok = await eventually('the gateway to answer', 5000, answered('200'));
    const toTag = /;tag=([^;\s]*)/.exec(header(ok, 'To'))?.[1] ?? '';
    const inside = (method: string, cseq: number, more: object = {}): string =>
      request(this.ends, { method, cseq, callId, toTag, ...more });
    this.send(Buffer.from(inside('ACK', 1, { branch: 'ack' }), 'latin1'));
    this.#live = [
      invite,
      inside('ACK', 1),
      inside('INFO', 2, { headers: ['Content-Type: application/dtmf-relay'], body: 'Signal=5\r\nDuration=160\r\n' }),
      inside('OPTIONS', 3),
      inside('INVITE', 4, parts),
      inside('UPDATE', 5, parts),
    ];
    const port = Number(/^m=audio (\d+)/m.exec(ok)?.[1]);
    return {
      media: { host: this.#gateway.host, port },
      hangUp: () => this.send(Buffer.from(inside('BYE', 4_000_000), 'latin1')),
    };
  }
}

/** Valid RTP and RTCP of a far end, as models for mutation. */
export const rtpModels = (): Buffer[] => rtpCorpus(0x48444c46);
