import type { Endpoint } from '../face.ts';
import { splitList } from '../message/headers.ts';
import { type Field, SipMessage } from '../message/message.ts';

/** Reason phrases of RFC 3261 §21 and the RFCs that added codes. */
const phrases: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  410: 'Gone',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  423: 'Interval Too Brief',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  505: 'Version Not Supported',
  513: 'Message Too Large',
  600: 'Busy Everywhere',
  603: 'Decline',
  606: 'Not Acceptable',
};

export type ResponseParts = {
  /** Our tag, put to To unless the request already has one. */
  readonly tag?: string;
  readonly fields?: readonly Field[];
  readonly body?: string;
};

/**
 * A response to a request (RFC 3261 §8.2.6): its Vias, with where it came from written into the topmost (§18.2.1,
 * RFC 3581 §4), From, To, Call-ID and CSeq; Record-Route below 300 (§12.1.1).
 */
export const responseTo = (
  request: SipMessage,
  source: Endpoint,
  status: number,
  parts: ResponseParts = {},
): SipMessage => {
  const fields: Field[] = [];
  let topmost = true;
  for (const [name, value] of request.fields) {
    if (name === 'via') {
      fields.push([name, topmost ? stamped(value, source) : value]);
      topmost = false;
    } else if (name === 'to') fields.push([name, taggedTo(value, request.toTag, status, parts.tag)]);
    else if (name === 'from' || name === 'call-id' || name === 'cseq') fields.push([name, value]);
    else if (name === 'record-route' && status > 100 && status < 300) fields.push([name, value]);
  }
  if (parts.fields) fields.push(...parts.fields);
  return new SipMessage({ status, phrase: phrases[status] ?? 'Answer' }, fields, parts.body);
};

const taggedTo = (to: string, present: string, status: number, tag: string | undefined): string =>
  present !== '' || status === 100 || tag === undefined ? to : `${to};tag=${tag}`;

/** The topmost Via value with `received`, and `rport` filled in where it was asked for. */
const stamped = (field: string, source: Endpoint): string => {
  const [first = '', ...rest] = splitList(field);
  const [head = '', ...pieces] = first.split(';');
  const kept = pieces.map((piece) => piece.trim()).filter((piece) => !piece.toLowerCase().startsWith('received='));
  const filled = kept.map((piece) =>
    piece.toLowerCase().split('=', 1)[0] === 'rport' ? `rport=${source.port}` : piece,
  );
  return [[head.trim(), ...filled, `received=${source.address}`].join(';'), ...rest].join(', ');
};
