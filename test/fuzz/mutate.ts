import type { Random } from './random.ts';

/** Longest datagram that UDP over IPv4 carries. */
export const LONGEST_DATAGRAM = 65_507;

/** Pieces that parsers stumble over. */
const TOKENS = [
  ...['\r\n', '\r\n\r\n', '\n', '\r', '\r\n ', '\r\n\t', '\0', '\x7f', '\xff', '\xc3\xa9', ' ', '\t', ''],
  ...['<', '>', '"', '\\', '\\"', '%', '%00', '%zz', '@', ':', ';', ',', '=', '?', '[', ']', '[::1]', '(', '(('],
  ...['0', '-1', '4294967295', '4294967296', '2147483648', '99999999999999999999', '1e9', '0x10', ' 1', '１'],
  ...['sip:', 'sips:', 'tel:+1', 'sip:@', 'sip:a@b@c', 'sip:[::', 'sip:a;lr;lr', 'sip:a?b=c&d', 'z9hG4bK', 'SIP/2.0'],
  ...['SIP/3.0', 'INVITE', 'ACK', '*', '"unended', '<sip:unended', ';tag', ';tag=', ';=;=', 'rport=', 'nonce=', 'qop='],
  ...['a'.repeat(300), ','.repeat(200), ';'.repeat(500), '"'.repeat(101), '('.repeat(400), '\r\n '.repeat(100)],
] as const;

const HEADERS = [
  ...[
    'Via',
    'v',
    'From',
    'f',
    'To',
    't',
    'Call-ID',
    'i',
    'CSeq',
    'Contact',
    'm',
    'Max-Forwards',
    'Content-Length',
    'l',
  ],
  ...['Content-Type', 'c', 'Route', 'Record-Route', 'Require', 'Supported', 'k', 'Expires', 'Reason', 'Retry-After'],
  ...['WWW-Authenticate', 'Proxy-Authenticate', 'Authorization', 'P-Asserted-Identity', 'Min-Expires', 'RAck', 'RSeq'],
] as const;

type Mutation = (text: string, random: Random, others: readonly string[]) => string;

/** A place in the text and one at most `span` behind it. */
const stretch = (text: string, random: Random, span: number): readonly [from: number, to: number] => {
  const from = random.below(text.length + 1);
  return [from, Math.min(text.length, from + random.below(span + 1))];
};

const lines = (text: string, change: (lines: string[]) => void): string => {
  const all = text.split('\r\n');
  change(all);
  return all.join('\r\n');
};

/** Changes on bytes and stretches, which know nothing of SIP. */
const blind: readonly Mutation[] = [
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(8))) + text.slice(at + 1);
  },
  (text, random) => {
    const [from, to] = stretch(text, random, 40);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = stretch(text, random, 60);
    return text.slice(0, to) + text.slice(from, to).repeat(1 + random.below(4)) + text.slice(to);
  },
  (text, random) => {
    const [from] = stretch(text, random, 0);
    return text.slice(0, from) + random.bytes(1 + random.below(24)).toString('latin1') + text.slice(from);
  },
  (text, random) => {
    const [from, to] = stretch(text, random, 12);
    return text.slice(0, from) + random.pick(TOKENS) + text.slice(to);
  },
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random, others) => {
    const other = random.pick(others);
    return text.slice(0, random.below(text.length)) + other.slice(random.below(other.length));
  },
];

/** Changes on lines, headers and numbers, which pass a tokenizer and reach what is behind it. */
const knowing: readonly Mutation[] = [
  (text, random) => lines(text, (all) => all.splice(random.below(all.length), 1)),
  (text, random) =>
    lines(text, (all) => {
      const line = random.pick(all);
      all.splice(1 + random.below(all.length), 0, ...Array<string>(1 + random.below(8)).fill(line));
    }),
  (text, random) =>
    lines(text, (all) => {
      const [a, b] = [random.below(all.length), random.below(all.length)];
      [all[a], all[b]] = [all[b]!, all[a]!];
    }),
  (text, random) =>
    lines(text, (all) => all.splice(1 + random.below(3), 0, `${random.pick(HEADERS)}: ${random.pick(TOKENS)}`)),
  (text, random) =>
    lines(text, (all) => {
      const at = 1 + random.below(Math.max(1, all.length - 1));
      const colon = all[at]?.indexOf(':') ?? -1;
      if (colon > 0) all[at] = `${all[at]!.slice(0, colon + 1)} ${random.pick(TOKENS)}`;
    }),
  (text, random) => {
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return text;
    const { index, 0: old } = random.pick(numbers);
    const fresh = random.pick(['0', '-1', '1', '65536', '4294967296', '9'.repeat(40), `${old}0`, `0${old}`, '']);
    return text.slice(0, index) + fresh + text.slice(index + old.length);
  },
  (text, random) => {
    const words = [...text.matchAll(/[A-Za-z]{3,}/g)];
    if (words.length === 0) return text;
    const { index, 0: old } = random.pick(words);
    const fresh = random.below(2) === 0 ? old.toLowerCase() : random.pick(HEADERS);
    return text.slice(0, index) + fresh + text.slice(index + old.length);
  },
  (text, random) => {
    const body = text.indexOf('\r\n\r\n');
    return body < 0 ? text : text.slice(0, body + 4) + random.pick(TOKENS) + text.slice(body + 4);
  },
  (text, random) => text.replace(/^(Content-Length|l): *\d*/im, `$1: ${random.pick(TOKENS)}`),
  (text, random) =>
    lines(text, (all) => all.splice(1, 0, ...Array<string>(10 + random.below(300)).fill(`X-${random.below(9)}: y`))),
  // its own branch and Call-ID: not absorbed as a repetition of the message that it was made of
  (text, random) => text.replaceAll(/(branch=z9hG4bK|Call-ID: )/g, `$1${random.below(1e9).toString(36)}`),
];

/**
 * `text` (Latin-1: a character is a byte) changed 1 to 4 times. `others` are whole messages that pieces may be taken
 * from. Never longer than a datagram can be.
 */
export const mutateSip = (text: string, random: Random, others: readonly string[]): Buffer => {
  let changed = text;
  for (let left = 1 + random.below(4); left > 0 && changed.length > 0; left--) {
    changed = random.pick(random.below(3) === 0 ? blind : knowing)(changed, random, others);
  }
  // rarely as long as a datagram can be: what costs time grows with the length
  if (random.below(500) === 0) changed += random.pick(TOKENS).repeat(2000);
  return Buffer.from(changed.slice(0, LONGEST_DATAGRAM), 'latin1');
};

/** An RTP or RTCP packet with flipped bits, another length, header fields at their limits. */
export const mutateRtp = (packet: Buffer, random: Random): Buffer => {
  let changed = Buffer.from(packet);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const kind = random.below(7);
    if (kind === 0) changed = changed.subarray(0, random.below(changed.length + 1));
    else if (kind === 1) changed = Buffer.concat([changed, random.bytes(random.below(1400))]);
    else if (changed.length < 12) changed = Buffer.concat([changed, random.bytes(12)]);
    // version, padding, extension, CSRC count; marker and payload type
    else if (kind === 2) changed[0] = random.below(256);
    else if (kind === 3) changed[1] = random.below(256);
    // sequence number or RTCP length; timestamp
    else if (kind === 4) changed.writeUInt16BE(random.pick([0, 1, 0x7fff, 0x8000, 0xffff, random.below(65536)]), 2);
    else if (kind === 5) changed.writeUInt32BE(random.pick([0, 1, 2 ** 31, 2 ** 32 - 1, random.below(2 ** 31)]), 4);
    else changed[random.below(changed.length)]! ^= 1 << random.below(8);
  }
  return changed;
};
