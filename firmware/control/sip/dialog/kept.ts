import type { Instant } from '../../../core/machine.ts';
import type { Cause } from '../../failure.ts';
import type { Endpoint, FlowId, UriText } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import type { Dialog } from './dialog.ts';

/**
 * What a control plane leaves behind when it dies, as plain data, by the leg that it belongs to: the next plane goes on
 * from there. No password and no credentials are in it; a far end that wants them asks again.
 */
export type Kept = {
  readonly dialog?: unknown;
  /** Our INVITE without a final answer. */
  readonly invite?: unknown;
  /** An INVITE of the far end that we have not answered. */
  readonly arrival?: unknown;
  /** Our 2xx that waits for its ACK. */
  readonly answered?: unknown;
  /** A BYE or re-INVITE of ours without a final answer. */
  readonly request?: unknown;
  /** The 2xx that we have acknowledged: its copies want their ACK too. */
  readonly acked?: unknown;
};
export const KEPT = ['dialog', 'invite', 'arrival', 'answered', 'request', 'acked'] as const;

/** A request of ours as it left: Via with its branch, Route, From, To, Call-ID, CSeq, and what is in it. */
export type KeptRequest = {
  readonly flow: FlowId;
  readonly to: Endpoint;
  readonly method: string;
  readonly uri: UriText;
  readonly fields: readonly Field[];
  readonly body: string;
};
export type KeptInvite = KeptRequest & {
  readonly as: 'invite';
  readonly contact: UriText;
  readonly user?: string;
  readonly hop?: Endpoint;
  /** A provisional answer has come. */
  readonly heard: boolean;
  readonly early: readonly Dialog[];
  readonly cancel?: Cause;
  readonly abandoned: boolean;
};
export type KeptArrival = {
  readonly as: 'arrival';
  readonly flow: FlowId;
  readonly source: Endpoint;
  readonly uri: UriText;
  /** What an answer repeats (§8.2.6), and the Contact. */
  readonly fields: readonly Field[];
  readonly localTag: string;
  /** The last that we have said: provisional, or the 2xx that waits for its ACK. */
  readonly last?: Answer;
  /** It changes a call that stands (§14.2). */
  readonly reoffer?: boolean;
  /** BYE goes out when the ACK has come. */
  readonly bye?: Cause;
};
export type KeptAcked = KeptRequest & { readonly until: Instant };
export type Answer = {
  readonly status: number;
  readonly sdp?: string;
  readonly cause?: Cause;
  readonly contact?: UriText;
};

/** The fields of a request that its answers need. */
export const keptFields = (message: SipMessage): Field[] => message.fields.filter(([name]) => NEEDED.has(name));
const NEEDED = new Set(['via', 'route', 'record-route', 'from', 'to', 'call-id', 'cseq', 'contact']);

/** A request of ours with all that a copy of it needs, but credentials. */
export const keptRequest = ({ flow, to, message }: ClientTransaction): KeptRequest => {
  const { method, uri, body } = message;
  return { flow, to, method, uri, body, fields: message.fields.filter(([name]) => !/authorization$/.test(name)) };
};

export const messageOf = (kept: {
  readonly method?: string;
  readonly uri: UriText;
  readonly fields: readonly Field[];
  readonly body?: string;
}): SipMessage => new SipMessage({ method: kept.method ?? 'INVITE', uri: kept.uri }, kept.fields, kept.body ?? '');

/** What a try adds to a request: the next try adds its own. */
export const draftFields = (message: SipMessage): Field[] =>
  message.fields.filter(([name]) => name !== 'via' && name !== 'cseq' && name !== 'max-forwards');

export const isRequest = (kept: unknown): kept is KeptRequest => {
  const { to, method, body } = (kept ?? {}) as Partial<KeptRequest>;
  return typeof method === 'string' && typeof body === 'string' && isEndpoint(to) && hasMessage(kept as KeptRequest);
};

export const isAcked = (kept: unknown): kept is KeptAcked =>
  isRequest(kept) && typeof (kept as Partial<KeptAcked>).until === 'number';

export const isInvite = (kept: unknown): kept is KeptInvite => {
  const { as, contact, early } = (kept ?? {}) as Partial<KeptInvite>;
  return as === 'invite' && typeof contact === 'string' && Array.isArray(early) && isRequest(kept);
};

export const isArrival = (kept: unknown): kept is KeptArrival => {
  const { as, source, localTag } = (kept ?? {}) as Partial<KeptArrival>;
  return as === 'arrival' && isEndpoint(source) && typeof localTag === 'string' && hasMessage(kept as KeptArrival);
};

const hasMessage = ({ flow, uri, fields }: Partial<KeptRequest | KeptArrival>): boolean => {
  if (typeof flow !== 'string' || typeof uri !== 'string' || !Array.isArray(fields)) return false;
  const readable = fields.every((field) => Array.isArray(field) && field.every((text) => typeof text === 'string'));
  const message = readable ? new SipMessage({ method: 'INVITE', uri }, fields as unknown as Field[]) : undefined;
  return Boolean(message?.via && message.from && message.to && message.cseq && message.callId !== '');
};

const isEndpoint = (value: unknown): value is Endpoint => {
  const { address, port } = (value ?? {}) as Partial<Endpoint>;
  return typeof address === 'string' && typeof port === 'number';
};
