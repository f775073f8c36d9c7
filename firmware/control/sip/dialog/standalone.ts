import type { RequestAsk, RequestOutcome } from '../face.ts';
import { parseRetryAfter } from '../message/headers.ts';
import type { Field, SipMessage } from '../message/message.ts';
import { wholeNumber } from '../message/uri.ts';
import type { Sending } from './requester.ts';
import { addressText, allow, type Room } from './room.ts';

/** Call-IDs of registrations whose CSeq is counted; the longest unused is forgotten. */
const MOST_COUNTED = 1_000;

/** REGISTER and OPTIONS outside of dialogs. */
export class Standalone {
  readonly #room: Room;
  readonly #cseqs = new Map<string, number>();
  /** The REGISTER under way of each flow and Call-ID. */
  readonly #registering = new Map<string, Sending>();

  constructor(room: Room) {
    this.#room = room;
  }

  /**
   * A REGISTER takes the place of one with the same Call-ID that is still under way: two at a time could reach the
   * registrar in either order and the later be refused for its CSeq (RFC 3261 §10.2, §10.3). What is answered to the
   * former is still told, its silence is not.
   */
  request(ask: RequestAsk, done: (outcome: RequestOutcome) => void): void {
    const { runner, transports, requester } = this.#room;
    const to = ask.hop ?? transports.flow(ask.flow)?.remote;
    if (!to) {
      done({ is: 'unreachable', why: `there is no way over ${ask.flow}` });
      return;
    }
    const began = runner.now();
    const registering = this.#supersede(ask);
    const sending = requester.send(
      {
        flow: ask.flow,
        to,
        method: ask.method,
        uri: ask.uri,
        fields: this.#fields(ask),
        cseq: () => this.#next(ask.callId),
        credentials: ask.credentials,
        giveUpAfterMs: ask.giveUpAfterMs,
      },
      {
        wanted: () => registering === undefined || this.#registering.get(registering) === sending,
        response: (response, refused) => {
          if (response.status < 200) return;
          this.#settled(registering, sending);
          done(outcomeOf(response, runner.now() - began, refused));
        },
        failed: (why, detail) => {
          const wanted = this.#settled(registering, sending);
          if (wanted) done(why === 'silence' ? { is: 'silent' } : { is: 'unreachable', why: detail });
        },
      },
    );
    if (registering !== undefined) this.#registering.set(registering, sending);
  }

  /** Lets go of the REGISTER that this one replaces; gives the key of a REGISTER. */
  #supersede(ask: RequestAsk): string | undefined {
    if (ask.method !== 'REGISTER') return undefined;
    const key = `${ask.flow}|${ask.callId}`;
    const former = this.#registering.get(key);
    if (former) this.#room.transactions.clients.abandoned(former.current);
    return key;
  }

  /** A request is over; false if another had taken its place. */
  #settled(registering: string | undefined, sending: Sending): boolean {
    if (registering === undefined) return true;
    return this.#registering.get(registering) === sending && this.#registering.delete(registering);
  }

  #fields(ask: RequestAsk): Field[] {
    const fields: Field[] = [
      ['from', `${addressText(ask.from)};tag=${this.#room.token()}`],
      ['to', addressText(ask.to)],
      ['call-id', ask.callId],
    ];
    // A probe is as short as it may be: without Accept it is that of SDP (RFC 3261 §20.1)
    if (ask.method === 'OPTIONS') return fields;
    fields.push(['user-agent', this.#room.name]);
    if (ask.contact !== undefined) fields.push(['contact', ask.contact === '*' ? '*' : `<${ask.contact}>`]);
    if (ask.expiresS !== undefined) fields.push(['expires', String(ask.expiresS)]);
    fields.push(allow);
    return fields;
  }

  #next(callId: string): number {
    const next = (this.#cseqs.get(callId) ?? this.#first()) + 1;
    this.#cseqs.delete(callId);
    this.#cseqs.set(callId, next);
    if (this.#cseqs.size > MOST_COUNTED) this.#cseqs.delete(this.#cseqs.keys().next().value!);
    return next;
  }

  /**
   * A plane that was restarted goes on with the Call-ID of the one before, and must count from above it (RFC 3261
   * §10.2): tenths of a second of CLOCK_MONOTONIC rise faster than anybody registers.
   */
  #first(): number {
    return Math.floor(this.#room.runner.now() / 100);
  }
}

const outcomeOf = (response: SipMessage, tookMs: number, credentialsRefused: boolean): RequestOutcome => {
  const retryAfterMs = parseRetryAfter(response.header('retry-after'));
  const minExpiresS = wholeNumber(response.header('min-expires') ?? '', 2 ** 31);
  const expires = response.header('expires');
  const contacts = response.addresses('contact').map(({ uri, parameters }) => {
    const expiresS = wholeNumber(parameters['expires'] ?? expires ?? '', 2 ** 32);
    return expiresS === undefined ? { uri } : { uri, expiresS };
  });
  const { received, rport } = response.via?.parameters ?? {};
  const port = wholeNumber(rport ?? '', 65_535);
  return {
    is: 'answered',
    status: response.status,
    phrase: response.phrase,
    tookMs,
    source: response.source ?? { address: '', port: 0 },
    contacts,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(minExpiresS === undefined ? {} : { minExpiresS }),
    serviceRoute: response.addresses('service-route').map((route) => route.uri),
    credentialsRefused,
    ...(port ? { seenFrom: { address: received ?? response.via!.host, port } } : {}),
  };
};
