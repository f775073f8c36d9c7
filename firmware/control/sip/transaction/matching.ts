import type { FlowId } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';

/** Branch, sent-by and method; for branches of RFC 2543 what that RFC compares (RFC 3261 §17.2.3). */
export const serverKey = (flow: FlowId, message: SipMessage, as?: string): string => {
  const method = as ?? (message.method === 'ACK' ? 'INVITE' : message.method);
  const via = message.via;
  if (via?.branch.startsWith('z9hG4bK') && via.branch.length > 7) {
    return `${flow}|${via.branch}|${via.host.toLowerCase()}:${via.port ?? 5060}|${method}`;
  }
  const cseq = message.cseq?.number;
  return `${flow}|${message.uri}|${message.callId}|${message.fromTag}|${cseq}|${message.header('via')}|${method}`;
};

/** What a request is, whatever way it came (RFC 3261 §8.2.2.2). */
export const requestKey = (flow: FlowId, message: SipMessage): string =>
  `${flow}|${message.method}|${message.cseq?.number}|${message.fromTag}|${message.callId}`;

/** ACK of a final answer from 300 on: of the same branch, hop by hop (RFC 3261 §17.1.1.3). */
export const ackOf = (invite: SipMessage, response: SipMessage): SipMessage => {
  const fields: Field[] = [invite.fields[0]!];
  for (const field of invite.fields) if (field[0] === 'route' || field[0] === 'from') fields.push(field);
  fields.push(['to', response.header('to') ?? invite.header('to')!]);
  fields.push(['call-id', invite.callId], ['cseq', `${invite.cseq!.number} ACK`], ['max-forwards', '70']);
  return new SipMessage({ method: 'ACK', uri: invite.uri }, fields);
};
