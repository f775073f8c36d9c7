import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userOf } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { assertNear, farHeard, farHertz, hearsTone, openOffice } from './office.ts';

/** Nobody registers under this number; the softswitch brings its calls over the binding of phone 1. */
const OURS = '5550100';
const FAILOVER = '5550199';
const exchangeHertz = 900;

test(
  'a number without an account of its own rings the phone of its rule, and while that is busy its failover number is called by an exchange line',
  onSite(async (site) => {
    const { a, far, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 1 },
      more: {
        dids: [{ id: 'main', number: OURS, rings: 'line/2', failoverNumber: FAILOVER }],
        routes: [{ id: 'away', prefix: FAILOVER, ways: ['line/5'] }],
      },
    });
    const { bench } = gateway;
    await a.everyNumberIs(userOf(1));
    await bench.program('exchange/1', FAILOVER, { does: 'answers', afterMs: 200 });

    await far.dial(`sip:${OURS}@a.test`);
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: 3_000 });
    await bench.lift('phone/2');
    await hearsTone(gateway, 2, farHertz, 5_000);
    await bench.hangUp('phone/2');
    await far.tells(/^CALL_CLOSED$/, 3_000);

    await bench.lift('phone/2');
    await bench.waitFor('phone/2', 'tone', { hertz: [350, 440], timeoutMs: 3_000 });
    const before = far.events.length;
    await far.dial(`sip:${OURS}@a.test`);
    await bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 15_000 });
    await bench.tone('exchange/1', [exchangeHertz]);
    await far.tells(/^CALL_ESTABLISHED$/, 15_000, before);
    await sleep(1_000);
    await far.hangUp();
    await bench.hangUp('phone/2');

    const records = await gateway.recorded(2);
    const attempts = records.map((record) =>
      (record['attempts'] as { target: { id: string; number: string }; cause: string; why: string }[]).map(
        ({ target, cause, why }) => `${target.id} ${target.number}: ${cause}: ${why}`,
      ),
    );
    assert.deepEqual(attempts, [
      ['line/2 12: answered: the inbound number main says so'],
      [
        'line/2 12: busy: the inbound number main says so',
        `line/5 ${FAILOVER}: answered: no softswitch took the call, route away`,
      ],
    ]);
    const ledOn = records[1]?.['ledOn'] as { by: string }[];
    assert.deepEqual(
      ledOn.map(({ by }) => by),
      ['main'],
    );
    assert.deepEqual(
      records.map(({ dialled }) => dialled),
      [OURS, OURS],
    );
    assertNear(farHeard(far), exchangeHertz, 'the caller hears the failover number');
  }),
);
