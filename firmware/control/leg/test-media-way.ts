import type { Agreed, MediaWay } from './negotiator.ts';

// What tests of SIP legs speak by.

export const mediaWay: MediaWay = {
  address: '192.0.2.1',
  codecs: ['PCMU'],
  digits: 'event',
  dscp: 46,
  jitter: { kind: 'fixed', minMs: 20, initialMs: 20, maxMs: 20 },
  lostAfterMs: 30_000,
};

/** What both ends have agreed on, with the far end's audio at this port. */
export const agreedAt = (port: number): Agreed => ({
  remote: ['198.51.100.7', port],
  send: { name: 'PCMU', payloadType: 0 },
  receive: [{ name: 'PCMU', payloadType: 0 }],
  mode: 'sendReceive',
});
