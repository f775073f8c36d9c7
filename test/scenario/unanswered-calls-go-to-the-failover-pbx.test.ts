import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Baresip } from '../peer/baresip.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNear, farHeard, farHertz, openOffice } from './office.ts';

const pbxHertz = 900;
const pbx = {
  ...{ id: 'pbx', kind: 'peer' as const, host: address.secondFarEnd, port: 5060, localPort: 5090, priority: 9 },
  probeIntervalS: 2,
};

test(
  'a call to our number that nobody answers goes to the failover PBX of its trunk group, with the number that was called',
  onSite(async (site) => {
    const other = await Baresip.start(site, {
      ...{ name: 'pbx', host: address.secondFarEnd, port: 5060, says: pbxHertz },
      accounts: [{ user: '102', domain: address.secondFarEnd, registers: false }],
    });
    const { far, gateway } = await openOffice(site, {
      configuration: { trunks: [primary(), secondary(), pbx] },
      more: {
        routing: { digitMap: '[2-9]xx|0x.T', phoneRingS: 5 },
        groups: [{ id: 'inbound', failoverTrunk: 'pbx' }],
        dids: [{ id: 'main', number: '102', rings: 'line/2', group: 'inbound', failoverNumber: '5550199' }],
      },
    });
    const { bench } = gateway;
    await far.dial('sip:102@a.test');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await other.tells(/^CALL_ESTABLISHED$/, 8_000);
    await far.tells(/^CALL_ESTABLISHED$/, 2_000);
    await sleep(1_000);
    await far.hangUp();
    await other.tells(/^CALL_CLOSED$/, 3_000);
    assertNear(farHeard(far), pbxHertz, 'the caller hears the PBX');
    assertNear(farHeard(other), farHertz, 'the PBX hears the caller');

    const [record] = await gateway.recorded(1);
    const attempts = record!['attempts'] as { target: { id: string; number: string }; cause: string }[];
    assert.deepEqual(
      attempts.map(({ target, cause }) => `${target.id} ${target.number}: ${cause}`),
      ['line/2 12: noAnswer', 'pbx 102: answered'],
    );
    assert.equal(record!['dialled'], '102');
  }),
);
