import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, patience } from '../peer/wait.ts';
import { assertNothingLeft, dial, farHertz, farNumber, hearsTone, openOffice, statusOf } from './office.ts';

test(
  'the engine is killed with calls over SIP and over an exchange line up: they end in order with a reason, the line is let go, and dial tone is back within 2 s',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { far, gateway } = office;
    const capture = await Capture.start(site);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.ring('exchange/2', { callerId: '5558888' });
    await gateway.bench.waitFor('phone/2', 'ringing', { timeoutMs: 10_000 });
    await gateway.bench.lift('phone/2');
    await gateway.bench.waitFor('exchange/2', 'line', { line: 'talking', timeoutMs: 10_000 });

    const killedAt = performance.now();
    const former = await gateway.signalPlane('engine');
    await gateway.planeReplaced('engine', former, 2_000);
    await gateway.connectBench();
    await gateway.bench.lift('phone/3');
    await gateway.bench.waitFor('phone/3', 'tone', { hertz: [350, 440], timeoutMs: 10_000 });
    const toneMs = performance.now() - killedAt;

    await far.tells(/^CALL_CLOSED$/, 3_000);
    await gateway.bench.waitFor('exchange/2', 'loopOpen', { timeoutMs: 10_000 });
    const records = await gateway.recorded(2);
    assert.deepEqual(
      records.map(({ cause, endedBy }) => [cause, endedBy]),
      [
        ['mediaLost', 'gateway'],
        ['mediaLost', 'gateway'],
      ],
    );
    await gateway.bench.hangUp('phone/3');
    const { sip } = await capture.stop();
    const byes = sip.filter(({ method, from }) => method === 'BYE' && from === `${address.gateway}:5060`);
    // it is sent again where the answer takes longer than T1
    assert.equal(new Set(byes.map(({ head }) => /^Via:.*branch=([^;\r]+)/im.exec(head)?.[1])).size, 1, 'one BYE');
    assert.match(byes[0]!.head, /^Reason: /im);
    await assertNothingLeft(office);

    // and the lines are whole: the next call goes through
    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    await gateway.recorded(3);
    await eventually('the alarm with the reason', patience(6_000), () =>
      statusOf(gateway).alarms.some(({ id, cause }) => id === 'engineRestarted' && cause === 'it was ended by SIGKILL'),
    );
    assert.ok(toneMs <= 2_000, `dial tone was back after ${toneMs} ms`);
  }),
);
