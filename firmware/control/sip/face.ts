import type { Instant } from '../../core/machine.ts';
import type { InviteThread, LegId } from '../facts.ts';
import type { Cause } from '../failure.ts';

/**
 * The face of the SIP room: what legs, registrations and probes may ask of the user agent (`user-agent.ts`), and
 * what they hear. Nothing above knows messages, transactions or dialogs.
 */

/** Transports of RFC 3261 §18 that a flow can have. */
export type TransportName = 'udp' | 'tcp' | 'tls';
export type Endpoint = { readonly address: string; readonly port: number };
/** One way to a softswitch: a local socket of its own and the far address. Named after the trunk it belongs to. */
export type FlowId = string;
export type Flow = {
  readonly id: FlowId;
  readonly transport: TransportName;
  readonly local: Endpoint;
  /** Left out: the far end is whoever registers there, and each request says where it goes (`hop`). */
  readonly remote?: Endpoint;
};
export type Credentials = { readonly user: string; readonly password: string };
/** `sip:user@host:port;parameters` as text, checked when it is parsed. */
export type UriText = string;
export type NameAddress = { readonly uri: UriText; readonly name?: string };
/** Q.850 cause and text of a Reason header (RFC 3326). */
export type Reason = { readonly q850?: number; readonly text?: string };

/** A request outside of any dialog that is not an INVITE: REGISTER, OPTIONS. Digest is answered by the user agent. */
export type RequestAsk = {
  readonly flow: FlowId;
  /** Where it is sent; left out: to the far end of the flow. */
  readonly hop?: Endpoint;
  readonly method: 'REGISTER' | 'OPTIONS';
  readonly uri: UriText;
  readonly from: NameAddress;
  readonly to: NameAddress;
  /** Kept from one REGISTER to the next (RFC 3261 §10.2.4); the user agent counts its CSeq. */
  readonly callId: string;
  readonly contact?: UriText;
  readonly expiresS?: number;
  readonly credentials?: Credentials;
  /** Gives up earlier than Timer F. */
  readonly giveUpAfterMs?: number;
};
export type RequestOutcome =
  | {
      readonly is: 'answered';
      readonly status: number;
      readonly phrase: string;
      readonly tookMs: number;
      readonly source: Endpoint;
      readonly contacts: readonly { readonly uri: UriText; readonly expiresS?: number }[];
      readonly retryAfterMs?: number;
      readonly minExpiresS?: number;
      readonly serviceRoute: readonly string[];
      /** The 401/407 was an answer to credentials that were not stale: the password is wrong. */
      readonly credentialsRefused: boolean;
      /** Address and port the far end saw us come from (received/rport of our Via, RFC 3581). */
      readonly seenFrom?: Endpoint;
    }
  | { readonly is: 'silent' }
  | { readonly is: 'unreachable'; readonly why: string };

/** `id`: by which a header names it (`cid:`, RFC 2392). */
export type BodyPart = { readonly type: string; readonly id: string; readonly text: string };

export type InviteAsk = {
  readonly flow: FlowId;
  /** Where it is sent, and all that follows in its dialog; left out: to the far end of the flow. */
  readonly hop?: Endpoint;
  readonly uri: UriText;
  readonly from: NameAddress;
  readonly to: NameAddress;
  readonly contact: UriText;
  readonly sdp: string;
  /** Further parts of the body beside the session description (RFC 5621), such as a location. */
  readonly parts?: readonly BodyPart[];
  readonly routes?: readonly UriText[];
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly credentials?: Credentials;
  /** It goes on with an INVITE that was refused: Call-ID and From tag stay, CSeq is the next (RFC 3578 §3.2). */
  readonly thread?: InviteThread;
};

/** What a leg hears of its INVITE and its dialog, in the cascade of the datagram that brought it. */
export type SipSignal =
  /** The request is on its way: on UDP at once, on TCP and TLS when it was written on an open connection. */
  | { readonly sip: 'sent' }
  | { readonly sip: 'resent' }
  /** 401/407 was answered with credentials. */
  | { readonly sip: 'challenged' }
  | { readonly sip: 'provisional'; readonly status: number; readonly sdp?: string }
  /** 2xx, already acknowledged. */
  | { readonly sip: 'accepted'; readonly sdp?: string }
  | {
      readonly sip: 'refused';
      readonly status: number;
      readonly reason?: Reason;
      readonly retryAfterMs?: number;
      readonly contacts: readonly UriText[];
      readonly credentialsRefused: boolean;
      /** The leg had been given up before: a 401 or 407 is a challenge that nobody meant to answer, and no refusal. */
      readonly abandoned?: true;
      /** What an INVITE for a longer number goes on with. */
      readonly thread?: InviteThread;
    }
  /** `moved`: its flow stands at another address now, where no answer to this INVITE can come. */
  | { readonly sip: 'unanswered'; readonly why: 'silence' | 'transport' | 'moved'; readonly detail: string }
  /** Of an INVITE that came in: our 2xx was acknowledged (`sdp` answers an offer that was in it), or never (the user agent has sent BYE, RFC 3261 §13.3.1.4). */
  /** With `sdp`: the answer to an offer that our 2xx carried (RFC 3261 §13.3.1). */
  | { readonly sip: 'acknowledged'; readonly sdp?: string }
  | { readonly sip: 'neverAcknowledged' }
  /** The caller gave up before our final answer; 487 is sent. */
  | { readonly sip: 'cancelled'; readonly reason?: Reason }
  /** BYE came and is answered. */
  | { readonly sip: 'bye'; readonly reason?: Reason }
  /** Our BYE (or CANCEL) has run its course; nothing more comes. */
  | { readonly sip: 'ended' }
  /** re-INVITE or UPDATE came; `respond` answers it. Without `sdp` we are asked to offer. */
  | { readonly sip: 'reoffered'; readonly sdp?: string }
  /** Our re-INVITE met one of the far end, and may be made anew now (RFC 3261 §14.1). */
  | { readonly sip: 'reofferDue' }
  | { readonly sip: 'reofferAnswered'; readonly status: number; readonly sdp?: string }
  | { readonly sip: 'info'; readonly contentType: string; readonly body: string };

/** An INVITE that came in over a flow of ours. */
export type IncomingInvite = {
  readonly flow: FlowId;
  /** User part of the request URI: the token of the registered contact, or the dialled number of a peer trunk. */
  readonly requestUser: string;
  /** User part of To, and P-Called-Party-ID where given. */
  readonly called: string;
  /** `withheld`: the caller hides (RFC 3323, RFC 3325); number and name are then left out. */
  readonly caller: { readonly number: string; readonly name?: string; readonly withheld?: true };
  readonly callId: string;
  /** The half of a Session-ID that the caller made (RFC 7989 §5), the same over every way. */
  readonly sessionId?: string;
  /** Value of X-Test-Call: what a box calls a call to itself. */
  readonly mark?: string;
  readonly sdp?: string;
};
/** The leg that takes an INVITE, or the status that refuses it. */
export type InviteVerdict = { readonly leg: LegId } | { readonly refuse: number; readonly cause?: Cause };

/** Who may register at a flow of ours, as one address of record, and call over it. */
export type Acceptance = Credentials & {
  /** Of the challenges. */
  readonly realm: string;
  /** Hashes that are asked for, the preferred one first (RFC 8760). */
  readonly algorithms: readonly ('SHA-256' | 'MD5')[];
  /** Name that the address of record must have; empty: any. `isOurs` judges a host by it. */
  readonly domain: string;
  readonly isOurs: (host: string) => boolean;
  /** A longer time is shortened to this. */
  readonly longestS: number;
  /** Others are not answered at all. */
  readonly allows: (address: string) => boolean;
  /** Somebody gave a wrong name or password. */
  readonly refused?: (source: Endpoint) => void;
};
/** Where who registered with us is reached: requests go to `source` and name `contact`. */
export type Registered = { readonly contact: UriText; readonly source: Endpoint; readonly expiresAt: Instant };

/** The registrar (RFC 3261 §10.3) of the flows at which somebody else registers with us. */
export interface Registrar {
  /**
   * From now on who proves to be this user may register at the flow and call over it; told of every change. Other
   * credentials than before end the bindings. `kept`: the state that a plane before us left under `registrar/FLOW`.
   */
  accept(flow: FlowId, acceptance: Acceptance, changed: () => void, kept?: unknown): void;
  /** Forgets who registered there. */
  acceptNobody(flow: FlowId): void;
  /** The bindings that hold now, the preferred one first. */
  registered(flow: FlowId): readonly Registered[];
}

export interface UserAgent {
  /** Of a flow that is open already: it moves there, with its calls and with what nobody has answered yet. */
  openFlow(flow: Flow): Promise<void>;
  /** Ends what runs over the flow without waiting for the far end. */
  closeFlow(flow: FlowId): Promise<void>;
  request(ask: RequestAsk, done: (outcome: RequestOutcome) => void): void;
  /** INVITE with digest; all that follows is told to `leg`. */
  invite(leg: LegId, ask: InviteAsk): void;
  /**
   * The leg is given up before any answer came: its INVITE is not sent again and a challenge is not answered, so that
   * a softswitch that wakes up later rings nobody. What comes is still told; the CANCEL waits for a provisional answer.
   * For the same reason the first INVITE of a call never carries credentials of an earlier nonce.
   */
  abandon(leg: LegId): void;
  /** CANCEL; only after a provisional answer (RFC 3261 §9.1): the leg waits for it. */
  cancel(leg: LegId, cause: Cause): void;
  /** Answers the INVITE or re-INVITE that the leg holds. A second final answer to one INVITE is ignored. */
  respond(
    leg: LegId,
    answer: { readonly status: number; readonly sdp?: string; readonly cause?: Cause; readonly contact?: UriText },
  ): void;
  bye(leg: LegId, cause: Cause): void;
  reoffer(leg: LegId, sdp: string): void;
  info(leg: LegId, contentType: string, body: string): void;
  onInvite(decide: (invite: IncomingInvite) => InviteVerdict): void;
  /** Whether a request from outside may speak to us: its flow's far address, or a token that we registered. */
  onAccess(
    allow: (request: { readonly flow: FlowId; readonly source: Endpoint; readonly requestUser: string }) => boolean,
  ): void;
  /**
   * Goes on with what a plane before us left for this leg (its kept states `dialog/<leg>`, `invite/<leg>` …, by kind),
   * as soon as its flow is open; what is asked of the leg until then waits. False if it cannot be read.
   */
  adopt(leg: LegId, kept: Readonly<Record<string, unknown>>): boolean;
  close(): Promise<void>;
}
