import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flood } from '../fuzz/flood.ts';
import { onSite } from '../peer/site.ts';

test(
  '100,000 mutated SIP datagrams and 10,000 mutated RTP packets: nothing is thrown, memory comes back, the call goes on',
  onSite(async (site) => {
    const { complaints, figures } = await flood(site, {
      seed: 1,
      sipDatagrams: 100_000,
      rtpPackets: 10_000,
      perSecond: 5000,
      restMs: 60_000,
    });
    console.log(`SCORE mutated-datagrams: ${JSON.stringify(figures)}`);
    assert.deepEqual(complaints, []);
  }),
);
