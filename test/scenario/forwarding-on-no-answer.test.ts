import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { assertNear, dial, farHeard, farHertz, farNumber, hearsTone, nearHertz, openOffice } from './office.ts';

const forwardings = [
  {
    id: 'duty',
    line: 'line/2',
    on: 'noAnswer' as const,
    afterS: 2,
    accept: true,
    targets: [
      { to: 'extension' as const, name: '13', ringS: 5 },
      { to: 'number' as const, name: farNumber, ringS: 20 },
    ],
  },
  { id: 'busy', line: 'line/2', on: 'busy' as const, targets: [{ to: 'extension' as const, name: '14' }] },
];

const ways = (record: Record<string, unknown>): readonly string[] =>
  (record['attempts'] as { target: { kind: string; id: string }; cause: string }[]).map(
    ({ target, cause }) => `${target.kind} ${target.id}: ${cause}`,
  );

test(
  'a call that nobody answers rings the next phone, then the mobile, which accepts it by pressing 1; a busy phone has its own way',
  onSite(async (site) => {
    const { far, gateway } = await openOffice(site, {
      more: { routing: { digitMap: '[2-9]xx|0x.T' }, forwardings },
    });
    const { bench } = gateway;
    await dial(gateway, 1, '12');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await bench.waitFor('phone/3', 'ringing', { timeoutMs: 10_000 });
    const came = await far.tells(/^CALL_ESTABLISHED$/, 10_000);
    assert.match(came.peeruri ?? '', /sip:11@/, 'the mobile is shown who calls');
    await sleep(1_500);
    const answered = () => gateway.log().filter(({ fact }) => fact === 'callAnswered').length;
    assert.equal(answered(), 0, 'a mobile that has not accepted the call has not answered it');
    await far.press('1');
    await eventually('the call to be accepted', 3_000, () => answered() === 1);
    await bench.tone('phone/1', [nearHertz]);
    await hearsTone(gateway, 1, farHertz);
    await bench.hangUp('phone/1');
    await far.tells(/^CALL_CLOSED$/, 3_000);
    assertNear(farHeard(far), nearHertz, 'the mobile hears phone 1');

    await bench.lift('phone/2');
    await sleep(1_300);
    await dial(gateway, 1, '12');
    await bench.waitFor('phone/4', 'ringing', { timeoutMs: 10_000 });
    await bench.hangUp('phone/1');
    await bench.hangUp('phone/2');

    const [first, second] = await gateway.recorded(2);
    assert.deepEqual(ways(first!), ['phone line/2: noAnswer', 'phone line/3: noAnswer', 'trunk primary: answered']);
    assert.deepEqual(ways(second!).slice(0, 1), ['phone line/2: busy']);
  }),
);
