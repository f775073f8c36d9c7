import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { dial, farNumber, openOffice } from './office.ts';

const transforms = [{ on: 'callee' as const, matches: '1(\\d{3})(\\d{7})', becomes: '+1$1$2' }];

test(
  'a tech prefix stands before the number on the wire, after all rules, and nowhere else',
  onSite(async (site) => {
    const { a, far, gateway } = await openOffice(site, {
      configuration: { trunks: [primary({ techPrefix: '#31*7', transforms }), secondary()] },
      more: { routing: { digitMap: '1xxxxxxxxxx' } },
    });
    await a.everyNumberIs(farNumber);
    const capture = await Capture.start(site, 'wire', { filter: `udp and dst host ${address.softswitchA}` });
    await dial(gateway, 1, '17125550100');
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await gateway.bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);

    const { sip } = await capture.stop();
    const invites = sip.filter(({ method }) => method === 'INVITE');
    assert.ok(invites.length > 0, 'the call went by the primary');
    for (const { head } of invites) {
      assert.match(head, /^INVITE sip:%2331\*7\+17125550100@a\.test SIP\/2\.0\r\n/);
      assert.match(head, /^to: <sip:%2331\*7\+17125550100@a\.test>/im);
    }
    const [record] = await gateway.recorded(1);
    assert.equal(record!['dialled'], '17125550100');
    const [attempt] = record!['attempts'] as { target: unknown; cause: string }[];
    assert.deepEqual(attempt?.target, { kind: 'trunk', id: 'primary', number: '+17125550100' });
    assert.equal(attempt?.cause, 'answered');
    assert.doesNotMatch(JSON.stringify(record), /#31/);
  }),
);
