import type { Endpoint } from '../face.ts';
import {
  type Cseq,
  type NameAddressValue,
  parseCseq,
  parseNameAddress,
  parseVia,
  splitList,
  type Via,
} from './headers.ts';

/** A header field: its long name in lower case, its value unfolded and trimmed. */
export type Field = readonly [name: string, value: string];

/**
 * A SIP message. Fields are split when it is read; what is in them is parsed when somebody asks and kept.
 * All text is latin1, one character an octet, so that foreign octets pass through unchanged.
 */
export class SipMessage {
  /** '' in a response. */
  readonly method: string;
  readonly uri: string;
  /** 0 in a request. */
  readonly status: number;
  readonly phrase: string;
  readonly fields: readonly Field[];
  readonly body: string;
  /** Where it came from; of a message of our own nothing. */
  source: Endpoint | undefined;
  #via: Via | undefined | null = null;
  #from: NameAddressValue | undefined | null = null;
  #to: NameAddressValue | undefined | null = null;
  #cseq: Cseq | undefined | null = null;

  constructor(
    start: { readonly method: string; readonly uri: string } | { readonly status: number; readonly phrase: string },
    fields: readonly Field[],
    body = '',
  ) {
    this.method = 'method' in start ? start.method : '';
    this.uri = 'uri' in start ? start.uri : '';
    this.status = 'status' in start ? start.status : 0;
    this.phrase = 'phrase' in start ? start.phrase : '';
    this.fields = fields;
    this.body = body;
  }

  get isRequest(): boolean {
    return this.status === 0;
  }

  /** The first field of this (long, lower case) name. */
  header(name: string): string | undefined {
    for (const field of this.fields) if (field[0] === name) return field[1];
    return undefined;
  }

  count(name: string): number {
    let count = 0;
    for (const field of this.fields) if (field[0] === name) count++;
    return count;
  }

  /** Values of a comma list, over all fields of this name. */
  list(name: string): string[] {
    const values: string[] = [];
    for (const field of this.fields) if (field[0] === name) values.push(...splitList(field[1]));
    return values;
  }

  /** The addresses of Contact, Route, Record-Route …; broken ones are left out. */
  addresses(name: string): NameAddressValue[] {
    const addresses: NameAddressValue[] = [];
    for (const value of this.list(name)) {
      const address = parseNameAddress(value);
      if (address) addresses.push(address);
    }
    return addresses;
  }

  /** The topmost Via. */
  get via(): Via | undefined {
    if (this.#via === null) {
      const field = this.header('via') ?? '';
      const first = field.includes(',') ? splitList(field)[0] : field;
      this.#via = first === undefined ? undefined : parseVia(first);
    }
    return this.#via;
  }

  get from(): NameAddressValue | undefined {
    if (this.#from === null) this.#from = parseNameAddress(this.header('from') ?? '');
    return this.#from;
  }

  get to(): NameAddressValue | undefined {
    if (this.#to === null) this.#to = parseNameAddress(this.header('to') ?? '');
    return this.#to;
  }

  get cseq(): Cseq | undefined {
    if (this.#cseq === null) this.#cseq = parseCseq(this.header('cseq') ?? '');
    return this.#cseq;
  }

  get callId(): string {
    return this.header('call-id') ?? '';
  }

  get fromTag(): string {
    return this.from?.parameters['tag'] ?? '';
  }

  get toTag(): string {
    return this.to?.parameters['tag'] ?? '';
  }

  /** The body if it is SDP (a body without a type is taken for SDP), as text. */
  get sdp(): string | undefined {
    if (this.body === '') return undefined;
    const type = this.header('content-type');
    const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
    return essence === undefined || essence === 'application/sdp' ? this.body : undefined;
  }
}
