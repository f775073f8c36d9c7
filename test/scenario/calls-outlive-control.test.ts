import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import {
  assertNothingLeft,
  audioBetween,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  openOffice,
} from './office.ts';

for (const by of ['the phone', 'the far end'] as const)
  test(
    `the control plane is killed in mid-call: the call goes on without a packet missing, and ${by} ends it`,
    onSite(async (site) => {
      const office = await openOffice(site);
      const { a, far, gateway } = office;
      const capture = await Capture.start(site);
      await dial(gateway, 1, farNumber);
      await far.tells(/^CALL_ESTABLISHED$/, 3_000);
      await gateway.bench.tone('phone/1', [nearHertz]);
      await hearsTone(gateway, 1, farHertz);
      const killedAt = performance.now();
      const former = await gateway.signalPlane('control');
      await gateway.planeReplaced('control', former, 2_000);
      await gateway.ready(2_000);
      const readyMs = performance.now() - killedAt;
      assert.ok(readyMs <= 2_000, `a new plane was ready after ${readyMs} ms`);
      await sleep(1_000);
      await hearsTone(gateway, 1, farHertz);
      if (by === 'the phone') await gateway.bench.hangUp('phone/1');
      else await far.command('hangup');
      await far.tells(/^CALL_CLOSED$/, 3_000);
      if (by === 'the far end') {
        await gateway.bench.waitFor('phone/1', 'tone', { hertz: [480, 620], timeoutMs: 2_000 });
        await gateway.bench.hangUp('phone/1');
      }
      await noDialogs(a, 2_000);
      const { rtp } = await capture.stop();
      const { towardsFar } = audioBetween(rtp);
      assert.equal(towardsFar.missing, 0, 'sequence numbers missing at the far end');
      assert.ok(towardsFar.longestGapMs <= 40, `longest gap at the far end: ${towardsFar.longestGapMs} ms`);
      const records = await gateway.recorded(1);
      assert.deepEqual(
        records.map(({ cause, endedBy }) => ({ cause, endedBy })),
        [{ cause: 'hungUp', endedBy: by === 'the phone' ? 'caller' : 'callee' }],
      );
      await assertNothingLeft(office);
    }),
  );
