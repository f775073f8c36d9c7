import { parseMessage } from '../../firmware/control/sip/message/parser.ts';
import { offer, request } from '../fuzz/corpus.ts';
import type { Bench } from './limit.ts';
import { microsecondsOf } from './repeat.ts';
import { rounded } from './statistics.ts';

const ends = {
  target: { host: '198.18.0.2', port: 5060 },
  source: { host: '198.18.0.10', port: 5060 },
  user: '101',
  id: 'bench',
};
const headers = [
  'Record-Route: <sip:198.18.0.10;lr=on;ftag=f-bench>',
  'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY',
  'Supported: timer, 100rel, replaces, path, outbound',
  'User-Agent: softswitch 5.6.3 (x86_64/linux)',
  'P-Asserted-Identity: "Alice" <sip:+15550100@198.18.0.10>',
  'Content-Type: application/sdp',
];

/** What nobody can do without: the text, its lines, and a map of the headers. Checks nothing. */
const splitOnly = (octets: Buffer): number => {
  const found = new Map<string, string>();
  for (const line of octets.toString('latin1').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) found.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return found.size;
};

export const bench: Bench = {
  limits: [{ name: 'sip-parse', what: 'an INVITE read and judged, with From, To, Via and CSeq', unit: 'us' }],
  async run() {
    const invite = Buffer.from(request(ends, { method: 'INVITE', headers, body: offer('198.18.0.10', 40000) }));
    const parsed = microsecondsOf(10_000, () => {
      const verdict = parseMessage(invite);
      if (verdict.is !== 'message') throw new Error(`the INVITE was not taken: ${verdict.why}`);
    });
    const split = microsecondsOf(10_000, () => {
      if (splitOnly(invite) < 10) throw new Error('headers are missing');
    });
    return {
      'sip-parse': {
        value: rounded(parsed, 3),
        peer: { is: 'the text split into a map of headers', value: rounded(split, 3) },
        detail: { octets: invite.length },
      },
    };
  },
};
