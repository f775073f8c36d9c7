import { randomBytes, randomInt } from 'node:crypto';
import { cseqOf, type Header, headerOf, parseAddress, type SipRequest, type SipResponse, tagOf } from './message.ts';
import type { Media, Ports, RtpSession } from './rtp.ts';
import { type Audio, answering, type Codec, type Direction, parseSdp, writeSdp } from './sdp.ts';
import { type ClientTransaction, newTag, type ServerTransaction, type Transactions } from './transactions.ts';
import type { Peer } from './wire.ts';

/** What all legs of one softswitch have in common. */
export type Exchange = {
  readonly transactions: Transactions;
  readonly ports: Ports;
  readonly host: string;
  readonly port: number;
  readonly codecs: readonly Codec[];
  /** Dialogs by {@link dialogKey}. */
  readonly legs: Map<string, Leg>;
  /** A line of the record of calls. */
  readonly note: (event: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** How a leg ended: by whom, and the status when it never was a call. */
export type Ended = { readonly by: 'us' | 'them' | 'time'; readonly status?: number };

export const dialogKey = (callId: string, ownTag: string): string => `${callId} ${ownTag}`;

const EVENT_TYPE = 101;
const ALLOW: Header = ['allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER'];
const SDP: Header = ['content-type', 'application/sdp'];
/** No call of a fake is longer. */
const LONGEST_MS = 30 * 60_000;

type Ends = { readonly callId: string; readonly own: string; readonly far: string; readonly ownTag: string };

/** One INVITE dialog of the softswitch with its audio, as the called or as the calling side (RFC 3261 §12, §13). */
export class Leg {
  readonly callId: string;
  readonly direction: 'in' | 'out';
  readonly rtp: RtpSession;
  onRinging: () => void = () => {};
  onAnswered: () => void = () => {};
  onEnded: (ended: Ended) => void = () => {};
  readonly #exchange: Exchange;
  readonly #ends: Ends;
  readonly #peer: Peer;
  readonly #session = randomInt(2 ** 31);
  readonly #limit: NodeJS.Timeout;
  #farTag = '';
  #target = '';
  #cseq = randomInt(1, 10_000);
  #farCseq = 0;
  #version = 0;
  #audio: Audio | undefined;
  #invite: ServerTransaction | undefined;
  #placed: ClientTransaction | undefined;
  #state: 'early' | 'up' | 'over' = 'early';

  private constructor(exchange: Exchange, direction: 'in' | 'out', ends: Ends, peer: Peer, rtp: RtpSession) {
    this.#exchange = exchange;
    this.direction = direction;
    this.callId = ends.callId;
    this.#ends = ends;
    this.#peer = peer;
    this.rtp = rtp;
    exchange.legs.set(dialogKey(ends.callId, ends.ownTag), this);
    this.#limit = setTimeout(() => this.hangUp('time'), LONGEST_MS);
    this.#note('begins', { direction, from: ends.own, to: ends.far });
  }

  /** Takes an INVITE that came in; refuses it and gives undefined when there is no way to speak. */
  static async accept(exchange: Exchange, invite: ServerTransaction): Promise<Leg | undefined> {
    const { request, tag, peer } = invite;
    const offer = request.body === '' ? undefined : parseSdp(request.body);
    const usable = request.body === '' || offer?.codecs.some((codec) => exchange.codecs.includes(codec)) === true;
    let cancelled = false;
    invite.onCancel = () => {
      cancelled = true;
      invite.respond(487);
    };
    const rtp = usable ? await exchange.ports.open() : undefined;
    if (rtp === undefined || cancelled) {
      rtp?.close();
      invite.respond(usable ? 503 : 488);
      return undefined;
    }
    const [own, far] = [headerOf(request, 'to')!, headerOf(request, 'from')!];
    const leg = new Leg(exchange, 'in', { callId: headerOf(request, 'call-id')!, own, far, ownTag: tag }, peer, rtp);
    leg.#farTag = tagOf(request, 'from');
    leg.#target = parseAddress(headerOf(request, 'contact') ?? far).uri;
    leg.#farCseq = cseqOf(request).number;
    leg.#audio = offer;
    leg.#await(invite);
    return leg;
  }

  #await(invite: ServerTransaction): void {
    this.#invite = invite;
    invite.onCancel = () => {
      invite.respond(487);
      this.#end({ by: 'them', status: 487 });
    };
    invite.onUnacknowledged = () => this.hangUp('time');
    invite.onAcknowledged = (ack) => {
      this.#note('acknowledged', {});
      if (ack.body !== '' && this.#audio === undefined) this.#hear(parseSdp(ack.body));
    };
  }

  /** Calls a contact by the way it registered from. */
  static async place(
    exchange: Exchange,
    call: { readonly uri: string; readonly peer: Peer; readonly from: string; readonly to: string },
  ): Promise<Leg | undefined> {
    const rtp = await exchange.ports.open();
    if (rtp === undefined) return undefined;
    const ownTag = newTag();
    const ends = { callId: randomBytes(12).toString('hex'), own: `${call.from};tag=${ownTag}`, far: call.to, ownTag };
    const leg = new Leg(exchange, 'out', ends, call.peer, rtp);
    leg.#target = call.uri;
    leg.#placed = leg.#request('INVITE', [SDP], leg.#describe('sendrecv'), (response) => leg.#takeAnswer(response));
    return leg;
  }

  get contact(): Header {
    const transport = this.#peer.transport === 'TCP' ? ';transport=tcp' : '';
    return ['contact', `<sip:softswitch@${this.#sentBy}${transport}>`];
  }

  #note(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#exchange.note(event, { callId: this.callId, ...fields });
  }

  #describe(direction: Direction): string {
    const { host, codecs } = this.#exchange;
    const offer = this.#audio;
    const own = { host, port: this.rtp.port, direction, session: this.#session, version: this.#version++ };
    if (offer === undefined) return writeSdp({ ...own, codecs, eventType: EVENT_TYPE });
    return writeSdp({ ...own, codecs: [this.#law(offer)], eventType: offer.eventType }, offer);
  }

  #law(audio: Audio): Codec {
    return audio.codecs.find((codec) => this.#exchange.codecs.includes(codec)) ?? this.#exchange.codecs[0]!;
  }

  /** Aims our audio by what the far end described. */
  #hear(audio: Audio | undefined): void {
    if (audio === undefined) return;
    this.#audio = audio;
    const sends = ['sendrecv', 'recvonly'].includes(audio.direction) && audio.host !== '0.0.0.0';
    this.rtp.aim({ host: audio.host, port: audio.port, law: this.#law(audio), eventType: audio.eventType, sends });
  }

  /** 180, once or more often. */
  ring(): void {
    if (this.#state !== 'early' || this.#invite === undefined) return;
    this.#invite.respond(180, [this.contact, ALLOW]);
    this.#note('rings', {});
  }

  /** 183 with a description: what is played is heard before the answer. */
  progress(): void {
    if (this.#state !== 'early' || this.#invite === undefined) return;
    const direction = answering[this.#audio?.direction ?? 'sendrecv'];
    const body = this.#describe(direction);
    this.#hear(this.#audio);
    this.#invite.respond(183, [this.contact, ALLOW, SDP], body);
    this.#note('progress', {});
  }

  answer(): void {
    if (this.#state !== 'early' || this.#invite === undefined) return;
    this.#state = 'up';
    const direction = answering[this.#audio?.direction ?? 'sendrecv'];
    const body = this.#describe(direction);
    this.#hear(this.#audio);
    this.#invite.respond(200, [this.contact, ALLOW, SDP], body);
    this.#note('answered', { codec: this.#audio === undefined ? undefined : this.#law(this.#audio) });
    this.onAnswered();
  }

  refuse(status: number, headers: readonly Header[] = []): void {
    if (this.#state !== 'early' || this.#invite === undefined) return;
    this.#invite.respond(status, headers);
    this.#end({ by: 'us', status });
  }

  /** Ends it, whatever it is: BYE, CANCEL or a refusal. */
  hangUp(by: 'us' | 'time' = 'us'): void {
    if (this.#state === 'over') return;
    if (this.#state === 'up') this.#request('BYE', [], '', () => {});
    else if (this.#placed !== undefined) this.#placed.cancel();
    else this.#invite?.respond(480);
    this.#end({ by });
  }

  #end(ended: Ended): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    clearTimeout(this.#limit);
    const media: Media = this.rtp.media;
    this.rtp.close();
    this.#note('ended', { ...ended, ...media });
    // a cancelled call may still be answered: the dialog is kept for its ACK and BYE
    const { legs } = this.#exchange;
    const key = dialogKey(this.callId, this.#ends.ownTag);
    setTimeout(() => legs.delete(key), 40_000).unref();
    this.onEnded(ended);
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  get #sentBy(): string {
    const { host, port } = this.#exchange;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  #request(
    method: string,
    headers: readonly Header[],
    body: string,
    onResponse: (response: SipResponse) => void,
  ): ClientTransaction {
    const written = this.#written(method, headers, body, ++this.#cseq);
    return this.#exchange.transactions.request(written, this.#sentBy, this.#peer, onResponse);
  }

  #written(method: string, headers: readonly Header[], body: string, cseq: number): SipRequest {
    const { own, far, ownTag, callId } = this.#ends;
    // an incoming dialog's own end has no tag in the request that made it
    const from = own.includes(';tag=') ? own : `${own};tag=${ownTag}`;
    const to = this.#farTag === '' || far.includes(';tag=') ? far : `${far};tag=${this.#farTag}`;
    const common: Header[] = [
      ['max-forwards', '70'],
      ['from', from],
      ['to', to],
      ['call-id', callId],
      ['cseq', `${cseq} ${method}`],
    ];
    return { method, uri: this.#target, body, headers: [...common, this.contact, ALLOW, ...headers] };
  }

  /** Answers to the INVITE that we sent. */
  #takeAnswer(response: SipResponse): void {
    const { status } = response;
    if (status >= 300) {
      this.#end({ by: 'them', status });
      return;
    }
    if (status === 100) return;
    if (status < 200) {
      this.#note('rings', { status });
      this.onRinging();
      return;
    }
    this.#farTag = tagOf(response, 'to');
    this.#target = parseAddress(headerOf(response, 'contact') ?? this.#ends.far).uri;
    // no transaction of its own: it goes out once for each 2xx (RFC 3261 §13.2.2.4)
    const ack = this.#written('ACK', [], '', cseqOf(response).number);
    this.#exchange.transactions.once(ack, this.#sentBy, this.#peer);
    if (this.#state === 'over') this.#request('BYE', [], '', () => {});
    if (this.#state !== 'early') return;
    this.#state = 'up';
    this.#hear(parseSdp(response.body));
    this.#note('answered', { codec: this.#audio === undefined ? undefined : this.#law(this.#audio) });
    this.onAnswered();
  }

  /** A request inside this dialog (RFC 3261 §12.2.2). */
  take(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { number } = cseqOf(request);
    if (number <= this.#farCseq) {
      transaction.respond(500);
      return;
    }
    this.#farCseq = number;
    if (request.method === 'BYE') {
      transaction.respond(this.over ? 481 : 200);
      this.#end({ by: 'them' });
    } else if (this.over) transaction.respond(481);
    else if (request.method === 'INVITE') this.#reinvited(transaction);
    else transaction.respond(['INFO', 'OPTIONS'].includes(request.method) ? 200 : 405, [ALLOW]);
  }

  /** Hold, its end, another address or codec (RFC 3264 §8); without an offer we repeat ours. */
  #reinvited(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (this.#state === 'early') {
      transaction.respond(500, [['retry-after', '1']]);
      return;
    }
    const offer = parseSdp(request.body);
    if (request.body !== '' && offer === undefined) {
      transaction.respond(488);
      return;
    }
    this.#target = parseAddress(headerOf(request, 'contact') ?? `<${this.#target}>`).uri;
    this.#hear(offer);
    const direction = offer === undefined ? 'sendrecv' : answering[offer.direction];
    transaction.respond(200, [this.contact, ALLOW, SDP], this.#describe(direction));
    this.#invite = transaction;
    transaction.onUnacknowledged = () => this.hangUp('time');
    this.#note('reinvited', { direction: offer?.direction });
  }

  /** The ACK to a 2xx. */
  acknowledge(ack: SipRequest): void {
    this.#invite?.acknowledge(ack);
  }
}
