import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { eventually, sleep } from '../peer/wait.ts';
import {
  assertNothingLeft,
  assertUncut,
  audioBetween,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  openOffice,
  replaceControl,
  statusOf,
} from './office.ts';

for (const by of ['caller', 'callee'] as const)
  test(
    `the control plane is killed in mid-call: no RTP packet is missing, a new plane is ready within 2 s, the far end holds and resumes, and the ${by} ends the call in order`,
    onSite(async (site, context) => {
      const office = await openOffice(site);
      const { a, far, gateway } = office;
      const stalls = await Stalls.start(site, gateway);
      const capture = await Capture.start(site);
      await dial(gateway, 1, farNumber);
      await far.tells(/^CALL_ESTABLISHED$/, 3_000);
      await gateway.bench.tone('phone/1', [nearHertz]);
      await hearsTone(gateway, 1, farHertz);
      await sleep(2_000);

      await replaceControl(gateway);
      await hearsTone(gateway, 1, farHertz);
      const alarms = statusOf(gateway).alarms.map(({ id, cause }) => [id, cause]);
      assert.deepEqual(alarms, [['controlRestarted', 'it was ended by SIGKILL; 0 calls were ended']]);
      await sleep(1_000);
      const held = performance.timeOrigin + performance.now();
      await far.command('hold');
      await gateway.bench.waitFor('phone/1', 'quiet', { ms: 500, timeoutMs: 10_000 });
      await far.command('resume');
      await hearsTone(gateway, 1, farHertz);
      if (by === 'caller') await gateway.bench.hangUp('phone/1');
      else await far.hangUp();
      await far.tells(/^CALL_CLOSED$/, 3_000);
      if (by === 'callee') {
        // busy tone: the far end has hung up
        await gateway.bench.waitFor('phone/1', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
        await gateway.bench.hangUp('phone/1');
      }
      await noDialogs(a, 2_000);
      const { rtp, sip } = await capture.stop();
      const unheld = rtp.filter(({ at }) => at * 1_000 < held);
      const { packets } = audioBetween(unheld).towardsFar;
      assert.ok(packets.length > 150, `${packets.length} packets`);
      assertUncut(context, unheld, await stalls.stop());
      assert.equal(audioBetween(rtp).towardsFar.missing, 0, 'sequence numbers missing over the hold');
      const byes = sip.filter(({ method }) => method === 'BYE');
      const fromUs = byes.filter(({ from }) => from === `${address.gateway}:5060`);
      assert.equal(fromUs.length, by === 'caller' ? 1 : 0, 'one BYE, by who hung up');
      const refused = sip.filter(
        ({ status }) => status !== undefined && status >= 400 && status !== 401 && status !== 407,
      );
      assert.deepEqual(
        refused.map(({ head }) => head.split('\r\n', 1)[0]),
        [],
      );
      const records = await gateway.recorded(1);
      const ends = records.map(({ cause, endedBy }) => ({ cause, endedBy }));
      assert.deepEqual(ends, [{ cause: 'hungUp', endedBy: by }]);
      assert.ok(Number(records[0]!['talkedMs']) > 4_000, 'the call is one in its record');
      await assertNothingLeft(office);

      // and the plane is whole: the next call goes through
      await dial(gateway, 2, farNumber);
      await eventually('the next call', 4_000, () => far.openCalls().length === 1);
      await gateway.bench.hangUp('phone/2');
      await noDialogs(a, 3_000);
    }),
  );
