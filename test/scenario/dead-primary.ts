import assert from 'node:assert/strict';
import { Capture } from '../peer/capture.ts';
import type { Site } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import {
  assertNear,
  assertNothingLeft,
  dial,
  farHeard,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  type Office,
  ringsAtFarEnd,
} from './office.ts';

/** After this long every transaction of a failed leg has run out (64·T1 and a margin), so nothing may be left. */
export const SETTLED_MS = 40_000;

/**
 * The promise common to every way in which the primary fails: phone 1 dials, the far end's phone rings once, one
 * call stays up and is heard, `meanwhile` brings the primary back, and at last no leg is left anywhere.
 */
export const callSurvives = async (
  site: Site,
  office: Office,
  how: { readonly fail: () => unknown; readonly meanwhile: () => Promise<unknown>; readonly settleMs?: number },
): Promise<void> => {
  const { far, gateway } = office;
  const capture = await Capture.start(site);
  await how.fail();
  await dial(gateway, 1, farNumber);
  await far.tells(/^CALL_INCOMING$/, 4_000);
  await far.command('accept');
  await far.tells(/^CALL_ESTABLISHED$/, 2_000);
  await gateway.bench.tone('phone/1', [nearHertz]);
  await hearsTone(gateway, 1, farHertz);

  await how.meanwhile();
  await sleep(2_000);
  await hearsTone(gateway, 1, farHertz);
  assert.equal(ringsAtFarEnd(far), 1, 'the callee’s phone rang once');
  assert.equal(far.openCalls().length, 1, 'one call stays up');

  await gateway.bench.hangUp('phone/1');
  await far.tells(/^CALL_CLOSED$/, 3_000);
  assertNear(farHeard(far), nearHertz, 'the far end hears phone 1');
  await sleep(how.settleMs ?? SETTLED_MS);
  assert.equal(ringsAtFarEnd(far), 1, 'no ghost ring afterwards');
  await assertNothingLeft(office);
  const [record, ...more] = gateway.records();
  assert.deepEqual(more, [], 'one record');
  const attempts = record!['attempts'] as { readonly target: { readonly id: string } }[];
  assert.deepEqual(
    attempts.map((attempt) => attempt.target.id),
    ['primary', 'secondary'],
  );
  await capture.stop();
};
