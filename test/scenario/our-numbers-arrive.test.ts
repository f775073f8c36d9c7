import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillSheets, OperationOutcome, Settings } from '../../firmware/control/api/wire.ts';
import { userOf } from '../peer/configuration.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually, patience } from '../peer/wait.ts';
import { farNumber, openOffice, statusOf } from './office.ts';

/** One is a phone of ours at both softswitches, the other leads to the far end: it was moved elsewhere. */
const dids = [
  { id: 'reception', number: userOf(2) },
  { id: 'moved', number: farNumber },
];
/** By hand at first. */
const drill = { inboundProof: 'off', proofAfterS: 2 } as const;

test(
  'our numbers, called from the other side: one arrives and rings nobody, one was moved elsewhere and is an alarm; a change is proved by itself',
  onSite(async (site) => {
    const { b, gateway, far } = await openOffice(site, { configuration: { exchangeLines: 0 }, more: { dids, drill } });
    // the way back says nothing of who calls
    await b.hides();
    const page = await PageClient.signIn(gateway);
    await page.sees('both in use', 8_000, ({ trunks }) => trunks.every(({ health }) => health === 'up'));
    const outcome = await page.post<OperationOutcome>('/api/operations/prove-numbers', {});
    assert.equal(outcome.is, 'failed');
    const { proof } = await page.get<DrillSheets>('/api/drills');
    assert.deepEqual(
      proof?.rows.map(({ did, arrives, over }) => [did, arrives, over]),
      [
        ['reception', true, 'secondary'],
        ['moved', false, 'secondary'],
      ],
    );
    assert.match(proof?.rows[1]?.sentence ?? '', /answered elsewhere: by the failover target/);
    const { alarms } = await page.sees('the alarm', 3_000, (view) => view.alarms.length > 0 && view);
    assert.deepEqual(
      alarms.map(({ id }) => id),
      ['numberLost/moved'],
    );
    // by the softswitch's own word it was called, and nothing is left of it
    assert.ok(b.heard().some((request) => request.startsWith(`INVITE sip:${userOf(2)}@b.test`)));
    assert.deepEqual(far.openCalls(), []);
    assert.deepEqual(statusOf(gateway).calls, []);
    const { calls } = await page.get<{
      calls: { record: { from: { kind: string; number: string }; attempts: []; answeredAfterMs?: number } }[];
    }>('/api/calls');
    const inbound = calls.filter(({ record }) => record.from.kind === 'trunk');
    assert.equal(inbound.length, 1);
    assert.equal(inbound[0]?.record.answeredAfterMs, undefined, 'refused before anybody answered');
    assert.equal(inbound[0]?.record.from.number, '', 'known although its caller was hidden');
    assert.deepEqual(inbound[0]?.record.attempts, [], 'nobody was rung');

    // the number that was moved is taken out, and the box is to prove the other whenever settings change
    const before = b.heard().length;
    const { revision: base } = await page.get<Settings>('/api/settings');
    const change = { dids: { moved: null }, drill: { inboundProof: 'nightlyAndChanges' } };
    await page.post('/api/settings', { base, change });
    const proved = await eventually('the proof after the change', patience(12_000), async () => {
      const { proof: last } = await page.get<DrillSheets>('/api/drills');
      return last && last.at > (proof?.at ?? 0) ? last : undefined;
    });
    assert.deepEqual(
      proved.rows.map(({ did, arrives, over }) => [did, arrives, over]),
      [['reception', true, 'secondary']],
    );
    const invited = b
      .heard()
      .slice(before)
      .filter((request) => request.startsWith('INVITE'));
    assert.ok(invited.every((request) => request.includes(`:${userOf(2)}@`)) && invited.length > 0, String(invited));
    await page.sees('no alarm any more', 3_000, ({ alarms: left }) => left.length === 0);
  }),
);
