import type { Machine } from '../../../core/machine.ts';
import type { Runner } from '../../../core/runner.ts';
import type { Endpoint, FlowId, UriText } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';

/**
 * What a control plane leaves behind when it dies, as plain data: a dialog, an INVITE of ours without a final answer
 * (a phone may ring over there), or one of the far end that we have not answered. The next plane takes each up only
 * to end it in order. No password and no credentials are in it.
 */
export type KeptInvite = {
  readonly as: 'invite';
  readonly flow: FlowId;
  readonly to: Endpoint;
  readonly uri: UriText;
  /** Via with its branch, Route, From, To, Call-ID, CSeq: what CANCEL and ACK must repeat (RFC 3261 §9.1). */
  readonly fields: readonly Field[];
  readonly contact: UriText;
  readonly user?: string;
};
export type KeptArrival = {
  readonly as: 'arrival';
  readonly flow: FlowId;
  readonly source: Endpoint;
  readonly uri: UriText;
  /** What a final answer repeats (§8.2.6), and the Contact. */
  readonly fields: readonly Field[];
  readonly localTag: string;
};

/** A state that is told as a whole: the deciding is done elsewhere. */
const wholeMachine: Machine<unknown, { readonly type: 'is'; readonly state: unknown }, never> = {
  step: (state, event) => ({ state: event.type === 'is' ? event.state : state, effects: [] }),
  deadline: () => undefined,
};

/** Has a state written with the cascade that is running, until it is dropped. */
export const keepState = (runner: Runner, id: string, state: unknown): void => {
  if (runner.has(id)) runner.tell(id, { type: 'is', state });
  else runner.host(id, wholeMachine, state, () => {});
};

/** The fields of a message that CANCEL, ACK and answers need; no credentials. */
export const keptFields = (message: SipMessage): Field[] => message.fields.filter(([name]) => NEEDED.has(name));
const NEEDED = new Set(['via', 'route', 'record-route', 'from', 'to', 'call-id', 'cseq', 'contact']);

export const isInvite = (kept: unknown): kept is KeptInvite => {
  const { as, to, contact } = (kept ?? {}) as Partial<KeptInvite>;
  return as === 'invite' && isEndpoint(to) && typeof contact === 'string' && hasMessage(kept as KeptInvite);
};

export const isArrival = (kept: unknown): kept is KeptArrival => {
  const { as, source, localTag } = (kept ?? {}) as Partial<KeptArrival>;
  return as === 'arrival' && isEndpoint(source) && typeof localTag === 'string' && hasMessage(kept as KeptArrival);
};

const hasMessage = ({ flow, uri, fields }: Partial<KeptInvite | KeptArrival>): boolean => {
  if (typeof flow !== 'string' || typeof uri !== 'string' || !Array.isArray(fields)) return false;
  const readable = fields.every((field) => Array.isArray(field) && field.every((text) => typeof text === 'string'));
  const message = readable ? new SipMessage({ method: 'INVITE', uri }, fields as unknown as Field[]) : undefined;
  return Boolean(message?.via && message.from && message.to && message.cseq && message.callId !== '');
};

const isEndpoint = (value: unknown): value is Endpoint => {
  const { address, port } = (value ?? {}) as Partial<Endpoint>;
  return typeof address === 'string' && typeof port === 'number';
};
