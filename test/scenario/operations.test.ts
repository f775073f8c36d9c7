import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallInWords, Calls, OperationInfo, OperationOutcome } from '../../firmware/control/api/wire.ts';
import type { RegistrationAnalysis } from '../../firmware/control/trunk/analysis.ts';
import { readWav } from '../peer/audio.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { PageClient } from '../peer/page-client.ts';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { bound, dial, farHertz, farNumber, hearsTone, openOffice, startSoftswitches } from './office.ts';
import { assertSpoken } from './spoken.ts';

const run = async (page: PageClient, name: string, args: object = {}): Promise<OperationOutcome> => {
  const { body } = await page.send({ path: `/api/operations/${name}`, json: args });
  return JSON.parse(body.toString()) as OperationOutcome;
};
const sentenceOf = (outcome: OperationOutcome): string =>
  'sentence' in outcome ? outcome.sentence : JSON.stringify(outcome);

/** The newest call in words, once the page shows so many. */
const newest = (page: PageClient, count: number): Promise<CallInWords> =>
  eventually(`${count} calls on the page`, 5_000, async () => {
    const { calls } = await page.get<Calls>('/api/calls?limit=100');
    return calls.length >= count ? calls[0] : undefined;
  });
const waysOf = ({ record }: CallInWords): string[] => record.attempts.map(({ target }) => target.id);

test(
  'a blocked softswitch takes no calls, is shown, outlives the control plane, lets emergency calls pass, and comes back',
  onSite(async (site) => {
    const { gateway } = await openOffice(site, { configuration: { exchangeLines: 0 } });
    const page = await PageClient.signIn(gateway);
    const call = async (phone: number): Promise<void> => {
      await dial(gateway, phone, farNumber);
      await hearsTone(gateway, phone, farHertz);
    };

    // a call that is up goes on
    await call(1);
    const blocked = await run(page, 'block-trunk', { trunk: 'primary', minutes: 60 });
    assert.match(
      sentenceOf(blocked),
      /^primary takes no outgoing calls for 60 min; emergency calls pass\. 1 of its calls goes on\.$/,
    );
    const shown = await page.sees('the block', 2_000, ({ trunks }) => trunks.find(({ blocked: each }) => each));
    assert.deepEqual([shown.id, shown.blocked], ['primary', { by: 'page', minutesLeft: 60 }]);
    await page.sees('the alarm', 2_000, ({ alarms }) => alarms.some(({ id }) => id === 'trunkBlocked/primary'));
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    assert.deepEqual(waysOf(await newest(page, 1)), ['primary']);

    await call(1);
    await gateway.bench.hangUp('phone/1');
    const beside = await newest(page, 2);
    assert.deepEqual(waysOf(beside), ['secondary']);
    assert.match(
      beside.title,
      /^Phone 11 \(line\/1\) called 201: answered by softswitch secondary after [\d.]+ s, talked /,
    );

    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 5_000);
    await gateway.ready();
    await eventually('the page after the restart', 10_000, () => page.get('/api/operations'));
    await page.sees('the block after the restart', 5_000, ({ trunks, alarms }) => {
      const isBlocked = trunks.some(({ id, blocked: each }) => id === 'primary' && each?.by === 'page');
      return isBlocked && alarms.some(({ id }) => id === 'trunkBlocked/primary');
    });

    // nobody knows this number at the lab's softswitches: both are asked, and both refuse
    await page.sees('the softswitches to answer', 10_000, ({ trunks }) =>
      trunks.every(({ health }) => health === 'up'),
    );
    await run(page, 'block-trunk', { trunk: 'secondary', minutes: 0 });
    const before = (await page.get<Calls>('/api/calls?limit=100')).calls.length;
    await dial(gateway, 2, '911');
    const emergency = await eventually('the emergency call to be tried everywhere', 20_000, async () => {
      const { calls } = await page.get<Calls>('/api/calls?limit=1');
      const ways = calls[0]?.record.dialled === '911' ? waysOf(calls[0]) : [];
      return ways.includes('primary') && ways.includes('secondary') && calls[0];
    }).finally(() => gateway.bench.hangUp('phone/2'));
    assert.ok(emergency);
    await dial(gateway, 3, farNumber);
    const refused = await eventually('the ordinary call to be refused', 10_000, async () => {
      const { calls } = await page.get<Calls>(`/api/calls?limit=5&number=${farNumber}`);
      return calls[0]?.record.from.id === 'line/3' && calls[0];
    }).finally(() => gateway.bench.hangUp('phone/3'));
    assert.ok(
      !waysOf(refused).includes('primary') && !waysOf(refused).includes('secondary'),
      refused.attempts.join('\n'),
    );
    assert.ok((await page.get<Calls>('/api/calls?limit=100')).calls.length >= before + 2);

    assert.match(sentenceOf(await run(page, 'unblock-trunk', { trunk: 'primary' })), /takes outgoing calls again/);
    await page.sees('no block', 2_000, ({ trunks }) =>
      trunks.some(({ id, blocked: each }) => id === 'primary' && !each),
    );
    await call(4);
    await gateway.bench.hangUp('phone/4');
    const last = await eventually('the last call', 5_000, async () => {
      const { calls } = await page.get<Calls>('/api/calls?limit=1');
      return calls[0]?.record.from.id === 'line/4' && calls[0];
    });
    assert.deepEqual(waysOf(last), ['primary']);
  }),
);

test(
  'a registration is analysed: good, wrong password, softswitch gone; and a test call is made, but none to 911',
  onSite(async (site) => {
    const { a, b } = await startSoftswitches(site);
    const right = gatewayConfiguration({ exchangeLines: 0 }, { routing: { digitMap: '[2-9]xx' } });
    const accounts = right.accounts!.map((each) => (each.id === '102' ? { ...each, password: 'wrong' } : each));
    const gateway = await Gateway.start(site, { configuration: { ...right, accounts } });
    const page = await PageClient.signIn(gateway);
    await Promise.all([a, b].map((each) => each.holds('101', 8_000)));

    const infos = await page.get<OperationInfo[]>('/api/operations');
    assert.ok(infos.some(({ name, arguments: args }) => name === 'analyse-registration' && args.length === 2));
    const good = await run(page, 'analyse-registration', { trunk: 'primary', account: '101' });
    assert.match(
      sentenceOf(good),
      /^101 is registered at primary \(198\.18\.0\.10\) for \d+ s: 200 OK came back after \d+ ms\.$/,
    );
    const wrong = await run(page, 'analyse-registration', { trunk: 'secondary', account: '102' });
    assert.match(sentenceOf(wrong), /does not accept the password of account 102.*: 401 .* came back.*Compare/);
    assert.ok(wrong.is === 'done');
    assert.deepEqual(
      [(wrong.result as RegistrationAnalysis).registered, (wrong.result as RegistrationAnalysis).status],
      [false, 401],
    );

    // each refusal makes the wait before the next REGISTER longer; a person does not wait for it
    const asked = performance.now();
    assert.match(sentenceOf(await run(page, 'analyse-registration', { trunk: 'secondary', account: '102' })), /: 401 /);
    assert.ok(performance.now() - asked < 4_000, `analysed after ${performance.now() - asked} ms`);

    await b.stop();
    const began = performance.now();
    const gone = await run(page, 'analyse-registration', { trunk: 'secondary', account: '101' });
    assert.ok(performance.now() - began < 12_000);
    assert.match(sentenceOf(gone), /cannot be reached|no answer came within 10 s/i);
    assert.match(sentenceOf(gone), /Check/);

    const refused = await run(page, 'test-call', { number: '911' });
    assert.ok(refused.is === 'refused' && refused.refused[0]?.path === 'number', JSON.stringify(refused));
    assert.equal((await run(page, 'analyse-registration', { trunk: 'third', account: '101' })).is, 'refused');
    assert.equal((await page.send({ path: '/api/operations/no-such', json: {} })).status, 404);
  }),
);

test(
  'a test call from the page is answered by the far end, which hears the sentence; the record has it',
  onSite(async (site) => {
    const { far, gateway } = await openOffice(site, { configuration: { exchangeLines: 0 } });
    const page = await PageClient.signIn(gateway);
    const outcome = await run(page, 'test-call', { number: farNumber });
    assert.match(
      sentenceOf(outcome),
      /^The test call to 201 was answered after [^.]+(\.\d)? m?s\. Ways: primary: answered\.$/,
    );
    assert.equal(outcome.is, 'done');
    const established = far.events.filter(({ type }) => type === 'CALL_ESTABLISHED');
    assert.deepEqual(
      established.map(({ direction }) => direction),
      ['incoming'],
    );
    await eventually('the far end to be free', 3_000, () => far.openCalls().length === 0);
    assertSpoken(readWav(far.recordings().at(-1)!), 'testCall');
    const { record } = await newest(page, 1);
    assert.deepEqual(
      [record.from.kind, record.dialled, record.cause, waysOf({ record } as CallInWords)],
      ['gateway', farNumber, 'hungUp', ['primary']],
    );
  }),
);

/** Outside numbers, and emergency numbers too, may be dialled behind an 8. */
const routing = { digitMap: '8x.T', outsidePrefix: '8' };

test(
  'planes are restarted on request: not during an emergency call, when idle, at once; calls are possible again',
  onSite(async (site) => {
    const { gateway, a } = await openOffice(site, { configuration: { exchangeLines: 1 }, more: { routing } });
    const page = await PageClient.signIn(gateway);
    const outside = `8${farNumber}`;

    // a lifted handset is seen at once
    await gateway.bench.lift('phone/4');
    const [lifted, waitedMs] = [performance.now(), gateway.waitedMs('control')];
    await page.sees(
      'the lifted handset',
      1_000,
      ({ ports }) => ports.find(({ line }) => line === 'line/4')?.is === 'off hook',
    );
    // what others had of the processors meanwhile is not the box's
    const seenMs = performance.now() - lifted - (gateway.waitedMs('control') - waitedMs);
    assert.ok(seenMs < 700, `seen after ${seenMs} ms`);
    await gateway.bench.hangUp('phone/4');

    await dial(gateway, 2, '8911');
    await page.sees('the emergency call', 3_000, ({ calls }) => calls.some(({ dialled }) => dialled === '8911'));
    const { engine, control } = gateway.planes();
    for (const plane of ['engine', 'control']) {
      const refused = await run(page, 'restart-plane', { plane, whenIdle: false });
      assert.match(sentenceOf(refused), /^An emergency call is up/);
    }
    await gateway.bench.hangUp('phone/2');
    await page.sees('its end', 5_000, ({ calls }) => calls.length === 0);

    await dial(gateway, 1, outside);
    await hearsTone(gateway, 1, farHertz);
    const waits = await run(page, 'restart-plane', { plane: 'engine', whenIdle: true });
    assert.match(sentenceOf(waits), /restarts when it has ended: 1 call up now/);
    await hearsTone(gateway, 1, farHertz);
    assert.deepEqual(gateway.planes(), { ...gateway.planes(), engine, control });
    await gateway.bench.hangUp('phone/1');
    await gateway.planeReplaced('engine', engine!, 5_000);
    await gateway.connectBench();
    const { id } = await page.sees('the alarm', 5_000, ({ alarms }) =>
      alarms.find(({ kind }) => kind === 'engineRestarted'),
    );
    await page.sees('the lines', 5_000, ({ ports }) => ports.every(({ is }) => is !== 'out of service'));
    assert.match(sentenceOf(await run(page, 'acknowledge-alarm', { alarm: id })), /is acknowledged/);
    await page.sees('no alarm', 2_000, ({ alarms }) => alarms.every(({ kind }) => kind !== 'engineRestarted'));

    await dial(gateway, 1, outside);
    await hearsTone(gateway, 1, farHertz);
    const now = await run(page, 'restart-plane', { plane: 'control', whenIdle: false });
    assert.match(sentenceOf(now), /^The control plane restarts now\. 1 call ends with it\./);
    await gateway.planeReplaced('control', control!, 8_000);
    await gateway.ready();
    await gateway.bench.hangUp('phone/1');
    await bound(a);
    // shorter than this is a flash
    await sleep(1_500);
    await dial(gateway, 1, outside);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');
    assert.equal(gateway.planes().supervisor > 0 && gateway.log().some(({ msg }) => /died/.test(String(msg))), false);
  }),
);
