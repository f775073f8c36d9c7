import { randomBytes } from 'node:crypto';
import {
  cseqOf,
  type Header,
  headerOf,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  tagOf,
  topVia,
} from './message.ts';
import type { Peer } from './wire.ts';

/** RFC 3261 §17.1.1.1. */
const T1_MS = 500;
const T2_MS = 4000;
const LIFE_MS = 64 * T1_MS;
const MOST = 4000;

const reasons: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  423: 'Interval Too Brief',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
};

/** Words of a status, as RFC 3261 §21 has them. */
export const reasonOf = (status: number): string => reasons[status] ?? 'Unnamed';

export const newTag = (): string => randomBytes(6).toString('hex');

const newBranch = (): string => `z9hG4bK${randomBytes(8).toString('hex')}`;

const withVia = (request: SipRequest, via: string, branch: string, { transport }: Peer): SipRequest => ({
  ...request,
  headers: [['via', `SIP/2.0/${transport} ${via};branch=${branch};rport`], ...request.headers],
});

type Send = (message: SipMessage, peer: Peer) => void;

/** Sends again and again at growing distance until stopped, at most 64·T1; then tells that nobody answered. */
class Repeater {
  #timer: NodeJS.Timeout | undefined;
  #waitMs = T1_MS;
  #lastsUntil = performance.now() + LIFE_MS;

  constructor(again: (() => void) | undefined, capMs: number, onLapse: () => void) {
    const wait = (): void => {
      const leftMs = this.#lastsUntil - performance.now();
      this.#timer = setTimeout(
        () => {
          if (performance.now() >= this.#lastsUntil - 1) {
            onLapse();
            return;
          }
          again?.();
          this.#waitMs = Math.min(2 * this.#waitMs, capMs);
          wait();
        },
        Math.max(1, Math.min(again === undefined ? leftMs : this.#waitMs, leftMs)),
      );
    };
    wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** One request that came in, and its answers (RFC 3261 §17.2, and for the 2xx of an INVITE §13.3.1.4). */
export class ServerTransaction {
  readonly request: SipRequest;
  readonly peer: Peer;
  /** Tag of ours in To; one for all answers of this transaction. */
  readonly tag: string;
  onCancel: () => void = () => {};
  onAcknowledged: (ack: SipRequest) => void = () => {};
  /** The final answer to an INVITE was never acknowledged. */
  onUnacknowledged: () => void = () => {};
  readonly #send: Send;
  #last: SipResponse | undefined;
  #finalAt = Number.POSITIVE_INFINITY;
  #repeater: Repeater | undefined;

  constructor(request: SipRequest, peer: Peer, send: Send) {
    this.request = request;
    this.peer = peer;
    this.#send = send;
    this.tag = tagOf(request, 'to') || newTag();
  }

  get final(): number | undefined {
    return this.#last !== undefined && this.#last.status >= 200 ? this.#last.status : undefined;
  }

  /** The final answer was sent so long ago that nobody asks for it any more. */
  get over(): boolean {
    return performance.now() - this.#finalAt >= LIFE_MS;
  }

  /** Answers; after a final answer nothing more is sent but its repetitions. */
  respond(status: number, headers: readonly Header[] = [], body = ''): void {
    if (this.final !== undefined) return;
    const { request } = this;
    const to = headerOf(request, 'to')!;
    const tagged = status === 100 || tagOf(request, 'to') !== '' ? to : `${to};tag=${this.tag}`;
    const kept = request.headers.filter(([name]) => ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(name));
    this.#last = {
      ...{ status, reason: reasonOf(status), body },
      headers: [...kept.map((each) => this.#received(each)), ['to', tagged], ...headers],
    };
    this.#send(this.#last, this.peer);
    if (status >= 200) this.#finalAt = performance.now();
    if (status < 200 || request.method !== 'INVITE') return;
    const again = this.peer.transport === 'UDP' || status < 300 ? () => this.repeat() : undefined;
    this.#repeater = new Repeater(again, T2_MS, () => this.onUnacknowledged());
  }

  /** RFC 3581 §4: where the request came from, in its uppermost Via. */
  #received([name, value]: Header): Header {
    if (name !== 'via' || value !== headerOf(this.request, 'via')) return [name, value];
    const rport = value.replace(/;rport(?=[;,]|$)/i, `;rport=${this.peer.port}`);
    return [name, rport === value ? value : `${rport};received=${this.peer.host}`];
  }

  /** The request came once more, or its time has come. */
  repeat(): void {
    if (this.#last !== undefined) this.#send(this.#last, this.peer);
  }

  acknowledge(ack: SipRequest): void {
    if (this.#repeater === undefined) return;
    this.#repeater.stop();
    this.#repeater = undefined;
    this.onAcknowledged(ack);
  }

  close(): void {
    this.#repeater?.stop();
  }
}

/** One request of ours (RFC 3261 §17.1). */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly peer: Peer;
  readonly #send: Send;
  readonly #onResponse: (response: SipResponse) => void;
  #repeater: Repeater | undefined;
  #status = 0;
  #cancelled = false;

  constructor(request: SipRequest, peer: Peer, send: Send, onResponse: (response: SipResponse) => void) {
    this.request = request;
    this.peer = peer;
    this.#send = send;
    this.#onResponse = onResponse;
    const again = peer.transport === 'UDP' ? () => send(request, peer) : undefined;
    this.#repeater = new Repeater(again, request.method === 'INVITE' ? LIFE_MS : T2_MS, () => this.#lapse());
    send(request, peer);
  }

  #lapse(): void {
    if (this.#status >= 200) return;
    this.#status = 408;
    this.#onResponse({ status: 408, reason: reasonOf(408), headers: this.request.headers, body: '' });
  }

  take(response: SipResponse): void {
    const invite = this.request.method === 'INVITE';
    if (invite && response.status >= 300) this.#acknowledge(response);
    // a 2xx to an INVITE is passed on each time: it is acknowledged above (RFC 3261 §13.2.2.4)
    if (this.#status >= 200 && !(invite && response.status < 300)) return;
    const first = this.#status === 0;
    this.#status = response.status;
    if (invite || response.status >= 200) this.#repeater?.stop();
    if (first && this.#cancelled && response.status < 200) this.#sendCancel();
    this.#onResponse(response);
  }

  #acknowledge(response: SipResponse): void {
    const { request } = this;
    const keep = request.headers.filter(([name]) => ['via', 'from', 'call-id', 'max-forwards'].includes(name));
    this.#send(
      {
        ...{ method: 'ACK', uri: request.uri, body: '' },
        headers: [...keep, ['to', headerOf(response, 'to')!], ['cseq', `${cseqOf(request).number} ACK`]],
      },
      this.peer,
    );
  }

  /** Owes a CANCEL until a provisional answer has come (RFC 3261 §9.1). */
  cancel(): void {
    if (this.#cancelled || this.#status >= 200) return;
    this.#cancelled = true;
    if (this.#status > 0) this.#sendCancel();
  }

  #sendCancel(): void {
    const { request } = this;
    const keep = request.headers.filter(([name]) => ['via', 'from', 'to', 'call-id', 'max-forwards'].includes(name));
    const headers: Header[] = [...keep, ['cseq', `${cseqOf(request).number} CANCEL`]];
    this.#send({ method: 'CANCEL', uri: request.uri, body: '', headers }, this.peer);
  }

  close(): void {
    this.#repeater?.stop();
  }
}

type Handlers = {
  readonly send: Send;
  readonly onRequest: (transaction: ServerTransaction) => void;
  /** ACK to a 2xx: it belongs to a dialog, not to a transaction. */
  readonly onAck: (ack: SipRequest) => void;
};

/** All transactions by branch, each forgotten after 64·T1 and a little. */
export class Transactions {
  readonly #handlers: Handlers;
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  receive(message: SipMessage, peer: Peer): void {
    const { branch, sentBy } = topVia(message);
    if (!('method' in message)) {
      this.#clients.get(`${branch} ${cseqOf(message).method}`)?.take(message);
      return;
    }
    const key = `${branch} ${sentBy}`;
    if (message.method === 'ACK') this.#takeAck(key, message);
    else if (message.method === 'CANCEL') this.#takeCancel(key, message, peer);
    else this.#takeRequest(`${key} ${message.method}`, message, peer);
  }

  #takeAck(key: string, ack: SipRequest): void {
    const invite = this.#servers.get(`${key} INVITE`);
    if (invite?.final !== undefined && invite.final >= 300) invite.acknowledge(ack);
    else this.#handlers.onAck(ack);
  }

  #takeCancel(key: string, request: SipRequest, peer: Peer): void {
    const invite = this.#servers.get(`${key} INVITE`);
    const own = new ServerTransaction(request, peer, this.#handlers.send);
    own.respond(invite === undefined ? 481 : 200);
    if (invite?.final === undefined) invite?.onCancel();
  }

  #takeRequest(key: string, request: SipRequest, peer: Peer): void {
    const known = this.#servers.get(key);
    if (known !== undefined) {
      known.repeat();
      return;
    }
    if (this.#servers.size >= MOST) return;
    const transaction = new ServerTransaction(request, peer, this.#handlers.send);
    this.#servers.set(key, transaction);
    // an INVITE may ring for long: it is forgotten only some time after its final answer
    this.#forget(this.#servers, key, () => request.method !== 'INVITE' || transaction.over);
    this.#handlers.onRequest(transaction);
  }

  /** Sends a request with a branch of its own; the caller has written everything but Via. */
  request(
    request: SipRequest,
    via: string,
    peer: Peer,
    onResponse: (response: SipResponse) => void,
  ): ClientTransaction {
    const branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
    const top: Header = ['via', `SIP/2.0/${peer.transport} ${via};branch=${branch};rport`];
    const whole = { ...request, headers: [top, ...request.headers] };
    const key = `${branch} ${request.method}`;
    const transaction = new ClientTransaction(whole, peer, this.#handlers.send, onResponse);
    this.#clients.set(key, transaction);
    this.#forget(this.#clients, key, () => true);
    return transaction;
  }

  /** Sends a request that gets no answer: the ACK to a 2xx. */
  once(request: SipRequest, via: string, peer: Peer): void {
    this.#handlers.send(withVia(request, via, newBranch(), peer), peer);
  }

  #forget(from: Map<string, { close(): void }>, key: string, may: () => boolean): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        if (!may()) {
          this.#forget(from, key, may);
          return;
        }
        from.get(key)?.close();
        from.delete(key);
      },
      from === (this.#clients as unknown) ? 6 * LIFE_MS : LIFE_MS + T2_MS,
    );
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const each of [...this.#servers.values(), ...this.#clients.values()]) each.close();
  }
}
