import type { BodyPart } from '../face.ts';
import type { Field } from './message.ts';
import { octetsOf } from './serializer.ts';

export type Content = { readonly fields: readonly Field[]; readonly body: string };

/**
 * The body of an INVITE as octets with the headers that describe it: the session description alone, or
 * `multipart/mixed` where something goes with it (RFC 5621 §3.1, RFC 2046 §5.1). `token`: letters that stand nowhere in
 * the parts, for the boundary. A part that a header refers to is `by-reference` (RFC 5621 §9.1).
 */
export const bodyOf = (sdp: string, parts: readonly BodyPart[], token: () => string): Content => {
  if (parts.length === 0) return { fields: [['content-type', 'application/sdp']], body: octetsOf(sdp) };
  const boundary = `part-${token()}${token()}`;
  const pieces = [
    `Content-Type: application/sdp\r\n\r\n${sdp}`,
    ...parts.map(
      ({ type, id, text }) =>
        `Content-Type: ${type}\r\nContent-ID: <${id}>\r\nContent-Disposition: by-reference;handling=optional\r\n\r\n${text}`,
    ),
  ];
  const body = `${pieces.map((piece) => `--${boundary}\r\n${piece}\r\n`).join('')}--${boundary}--\r\n`;
  return {
    fields: [
      ['mime-version', '1.0'],
      ['content-type', `multipart/mixed;boundary=${boundary}`],
    ],
    body: octetsOf(body),
  };
};
