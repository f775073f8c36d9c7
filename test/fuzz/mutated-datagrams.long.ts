import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { flood } from './flood.ts';

for (const seed of [2, 3, 4, 5, 6]) {
  test(
    `seed ${seed}: 300,000 mutated SIP datagrams and 30,000 RTP packets`,
    onSite(async (site, context) => {
      const options = { seed, sipDatagrams: 300_000, rtpPackets: 30_000, perSecond: 3000, restMs: 60_000 };
      const { complaints, figures } = await flood(site, options);
      context.diagnostic(JSON.stringify(figures));
      assert.deepEqual(complaints, []);
    }),
  );
}
