import { LONGEST_MESSAGE } from '../message/limits.ts';
import { wholeNumber } from '../message/uri.ts';

export type Frame =
  | { readonly is: 'message'; readonly octets: Buffer }
  | { readonly is: 'ping' }
  | { readonly is: 'fault'; readonly why: string };

const END = Buffer.from('\r\n\r\n');

/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), and finds the CRLF CRLF of a keep-alive
 * between them (RFC 5626 §3.5.1). Holds one unfinished message of at most `LONGEST_MESSAGE` octets. After a fault
 * the stream cannot be followed any further.
 */
export class StreamFraming {
  #held: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #length = 0;
  /** Octets that must be there before it is worth looking again. */
  #wanted = 0;
  /** How far the end of the headers was already looked for. */
  #searched = 0;

  push(octets: Buffer): Frame[] {
    this.#parts.push(octets);
    this.#length += octets.length;
    if (this.#length < this.#wanted) return [];
    this.#held = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) {
      frames.push(frame);
      if (frame.is === 'fault') break;
    }
    this.#parts = this.#held.length > 0 ? [this.#held] : [];
    this.#length = this.#held.length;
    return frames;
  }

  #next(): Frame | undefined {
    this.#wanted = 0;
    const held = this.#held;
    if (held.length === 0) return undefined;
    if (held[0] === 13 || held[0] === 10) return this.#keepAlive();
    const end = held.indexOf(END, Math.max(0, this.#searched - 3));
    // what was found is found again when the body has come
    this.#searched = end < 0 ? held.length : end;
    if (end < 0) return held.length > LONGEST_MESSAGE ? fault('headers without end') : undefined;
    const length = contentLength(held.toString('latin1', 0, end + 2));
    if (length === undefined) return fault('no Content-Length');
    const total = end + 4 + length;
    if (total > LONGEST_MESSAGE) return fault('a message longer than the limit');
    if (held.length < total) {
      this.#wanted = total;
      return undefined;
    }
    return { is: 'message', octets: this.#take(total) };
  }

  #keepAlive(): Frame | undefined {
    const held = this.#held;
    const ping = held.length >= 4 && held.indexOf(END) === 0;
    if (ping) {
      this.#take(4);
      return { is: 'ping' };
    }
    if (held.length < 4 && END.subarray(0, held.length).equals(held)) return undefined;
    if (held[0] === 13 && held[1] === 10) this.#take(2);
    else return fault('a stray CR or LF');
    return this.#next();
  }

  #take(count: number): Buffer {
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    this.#searched = 0;
    return taken;
  }
}

const fault = (why: string): Frame => ({ is: 'fault', why });

/** Content-Length of a header block, without parsing the rest; two that differ are no length. */
const contentLength = (headers: string): number | undefined => {
  let length: number | undefined;
  for (let at = headers.indexOf('\r\n') + 2; at > 1 && at < headers.length; at = headers.indexOf('\r\n', at) + 2) {
    const first = headers.charCodeAt(at) | 32;
    if (first !== 99 && first !== 108) continue;
    const line = headers.slice(at, headers.indexOf('\r\n', at));
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trimEnd().toLowerCase();
    if (name !== 'content-length' && name !== 'l') continue;
    const value = wholeNumber(line.slice(colon + 1).trim(), LONGEST_MESSAGE);
    if (value === undefined || (length !== undefined && length !== value)) return undefined;
    length = value;
  }
  return length;
};
