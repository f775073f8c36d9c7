import type { IncomingMessage } from 'node:http';
import { Refused } from './answer.ts';

/** What a route takes as its body. `largest` in octets. */
export type BodyRule = { readonly type: 'application/json' | 'audio/wav'; readonly largest: number };

/** So much of a body that is too large is read and thrown away, so that the one who sends it reads the answer. */
const LARGEST_DRAINED = 4 * 1024 * 1024;

const checkHeaders = ({ headers }: IncomingMessage, { type }: BodyRule): void => {
  const [given = ''] = (headers['content-type'] ?? '').split(';');
  if (given.trim().toLowerCase() !== type) {
    throw new Refused('body-refused', `The body must be ${type}, and its Content-Type must say so.`);
  }
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new Refused('body-refused', 'The body must not be compressed.');
  }
};

const tooLarge = ({ largest }: BodyRule): Refused =>
  new Refused('too-large', `The body may have at most ${largest} octets.`, { headers: { Connection: 'close' } });

/** Reads the whole body, bounded in size; its time is bounded by the server's request timeout. */
export const readBody = async (request: IncomingMessage, rule: BodyRule): Promise<Buffer> => {
  checkHeaders(request, rule);
  if (Number(request.headers['content-length']) > LARGEST_DRAINED) throw tooLarge(rule);
  let octets = 0;
  let parts: Buffer[] = [];
  try {
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      octets += part.length;
      if (octets > LARGEST_DRAINED) break;
      if (octets > rule.largest) parts = [];
      else parts.push(part);
    }
  } catch {
    throw new Refused('too-slow', 'The body did not come to its end.', { headers: { Connection: 'close' } });
  }
  if (octets > rule.largest) throw tooLarge(rule);
  return Buffer.concat(parts);
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON in UTF-8; no body at all is an empty object. */
export const parseJson = (octets: Buffer): unknown => {
  if (octets.length === 0) return {};
  try {
    return JSON.parse(utf8.decode(octets));
  } catch {
    throw new Refused('body-refused', 'The body is not JSON in UTF-8.');
  }
};
