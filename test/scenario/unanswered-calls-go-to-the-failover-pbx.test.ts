import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Baresip } from '../peer/baresip.ts';
import { primary, secondary } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, patience, sleep } from '../peer/wait.ts';
import { assertNear, farHeard, farHertz, openOffice } from './office.ts';

const pbxHertz = 900;
const pbx = {
  ...{ id: 'pbx', kind: 'peer' as const, host: address.secondFarEnd, port: 5060, localPort: 5090, priority: 9 },
  probeIntervalS: 2,
  group: 'branch',
};
/** The other trunk of that group: nobody is there. */
const gone = { ...pbx, id: 'gone', host: address.caller, localPort: 5092, priority: 8 };

const attemptsOf = (record: Readonly<Record<string, unknown>>): string[] =>
  (record['attempts'] as { target: { id: string; number: string }; cause: string }[]).map(
    ({ target, cause }) => `${target.id} ${target.number}: ${cause}`,
  );

test(
  'a call to our number that nobody answers goes to the failover PBX of its trunk group, with the number that was called; so does one whose failover is another group, by its trunk that lives; where nobody else would take it, it rings until the caller gives up',
  onSite(async (site) => {
    const other = await Baresip.start(site, {
      ...{ name: 'pbx', host: address.secondFarEnd, port: 5060, says: pbxHertz },
      accounts: ['102', '103'].map((user) => ({ user, domain: address.secondFarEnd, registers: false })),
    });
    const { far, gateway } = await openOffice(site, {
      configuration: { trunks: [primary(), secondary(), gone, pbx] },
      more: {
        routing: { digitMap: '[2-9]xx|0x.T', phoneRingS: 5 },
        groups: [{ id: 'inbound', failoverTrunk: 'pbx' }, { id: 'branch' }],
        dids: [
          { id: 'main', number: '102', rings: 'line/2', group: 'inbound', failoverNumber: '5550199' },
          { id: 'second', number: '103', rings: 'line/3', group: 'inbound', failoverTrunk: 'branch' },
        ],
      },
    });
    const { bench } = gateway;
    // a call that nobody else would take: the phone rings past its ring time, until the PBX takes the call back
    await other.dial(`sip:104@${address.gateway}:${pbx.localPort}`);
    await bench.waitFor('phone/4', 'ringing', { timeoutMs: 10_000 });
    await far.dial('sip:102@a.test');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await other.tells(/^CALL_ESTABLISHED$/, 8_000);
    await far.tells(/^CALL_ESTABLISHED$/, 2_000);
    await sleep(1_000);
    await far.hangUp();
    await other.tells(/^CALL_CLOSED$/, 3_000);
    assertNear(farHeard(far), pbxHertz, 'the caller hears the PBX');
    assertNear(farHeard(other), farHertz, 'the PBX hears the caller');

    await bench.lift('phone/3');
    await bench.waitFor('phone/3', 'tone', { hertz: [350, 440], timeoutMs: patience(3_000) });
    await far.dial('sip:103@a.test');
    await eventually('the PBX has the call to the second number', patience(4_000), () =>
      other.events.some(({ type, accountaor }) => type === 'CALL_ESTABLISHED' && accountaor?.includes('103')),
    );
    await far.hangUp();
    await eventually('the PBX to have one call', patience(3_000), () => other.openCalls().length === 1);
    await other.hangUp();

    const records = await gateway.recorded(3);
    assert.deepEqual(attemptsOf(records[2]!), ['line/4 14: hungUp']);
    const rangMs = Number(records[2]!['lastedMs']);
    assert.ok(rangMs > 6_000, `phone 4 rang for ${rangMs} ms`);
    assert.deepEqual(attemptsOf(records[0]!), ['line/2 12: noAnswer', 'pbx 102: answered']);
    assert.deepEqual(
      attemptsOf(records[1]!).filter((each) => !each.startsWith('gone')),
      ['line/3 13: busy', 'pbx 103: answered'],
    );
    assert.deepEqual(
      records.map((record) => record['dialled']),
      ['102', '103', '104'],
    );
  }),
);
