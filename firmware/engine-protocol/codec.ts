import { GatewayError } from '../core/error.ts';

/** Longest message of the engine protocol in octets; a longer one ends the connection. */
export const LONGEST_MESSAGE = 1024 * 1024;
const HEADER = 4;

/** A message as it goes over the stream: its length (4 octets, big endian), then JSON in UTF-8. */
export const encodeMessage = (message: object): Buffer => {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  if (length > LONGEST_MESSAGE) {
    throw new GatewayError('engine-request', `a message of ${length} octets is longer than ${LONGEST_MESSAGE}`);
  }
  const frame = Buffer.allocUnsafe(HEADER + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, HEADER);
  return frame;
};

/** Cuts a byte stream into messages; holds one unfinished message of at most `LONGEST_MESSAGE` octets. */
export class MessageDecoder {
  #parts: Buffer[] = [];
  #held = 0;

  /**
   * Takes the next octets of the stream and returns the messages that they complete.
   * Throws GatewayError `engine-request` on a message that is too long, is not JSON or is not an object:
   * the stream cannot be followed any further then.
   */
  push(octets: Buffer): object[] {
    this.#parts.push(octets);
    this.#held += octets.length;
    const messages: object[] = [];
    for (;;) {
      const length = this.#length();
      if (length === undefined || this.#held < HEADER + length) return messages;
      messages.push(parse(this.#take(HEADER + length).subarray(HEADER)));
    }
  }

  #length(): number | undefined {
    if (this.#held < HEADER) return undefined;
    if (this.#parts[0]!.length < HEADER) this.#join();
    const length = this.#parts[0]!.readUInt32BE(0);
    if (length > LONGEST_MESSAGE) {
      throw new GatewayError(
        'engine-request',
        `a message of ${length} octets was announced; the limit is ${LONGEST_MESSAGE}`,
      );
    }
    return length;
  }

  #take(count: number): Buffer {
    if (this.#parts[0]!.length < count) this.#join();
    const first = this.#parts[0]!;
    if (first.length === count) this.#parts.shift();
    else this.#parts[0] = first.subarray(count);
    this.#held -= count;
    return first.subarray(0, count);
  }

  #join(): void {
    this.#parts = [Buffer.concat(this.#parts)];
  }
}

const parse = (octets: Buffer): object => {
  let value: unknown;
  try {
    value = JSON.parse(octets.toString('utf8'));
  } catch (error) {
    throw new GatewayError('engine-request', 'a message is not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError('engine-request', 'a message is not a JSON object');
  }
  return value;
};
