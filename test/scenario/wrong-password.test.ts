import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { durationMs, readWav } from '../peer/audio.ts';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { dial, farHertz, farNumber, hearsTone, startFarEnd, startSoftswitches, statusOf } from './office.ts';
import { assertSpokenTwice, sentence } from './spoken.ts';

type Shown = {
  readonly registrations: readonly { account: string; trunk: string; bound: boolean; sentence?: string }[];
  readonly alarms: readonly { id: string; kind: string; text: string; cause: string; remedy: string }[];
};
const shown = (gateway: Gateway): Shown => statusOf(gateway) as unknown as Shown;

const WRONG = 'not the password at all';
const WATCHED_MS = 20_000;

test(
  'one account with a wrong password: a sentence and an alarm, slowly tried again, and the others register and call',
  onSite(async (site) => {
    const { a, b } = await startSoftswitches(site);
    const far = await startFarEnd(site);
    await Promise.all([far.registered(5_000, `${farNumber}@a.test`), far.registered(5_000, `${farNumber}@b.test`)]);
    const capture = await Capture.start(site);
    const right = gatewayConfiguration({ exchangeLines: 0 }, { routing: { digitMap: '[2-9]xx' } });
    const accounts = right.accounts!.map((each) => (each.id === '102' ? { ...each, password: WRONG } : each));
    const gateway = await Gateway.start(site, { configuration: { ...right, accounts } });
    const began = performance.now();

    await Promise.all([a, b].flatMap((each) => ['101', '103', '104'].map((user) => each.holds(user, 8_000))));
    await eventually('two alarms', 5_000, () => shown(gateway).alarms.length === 2);
    const { alarms, registrations } = shown(gateway);
    assert.deepEqual(alarms.map(({ id }) => id).sort(), ['wrongPassword/primary/102', 'wrongPassword/secondary/102']);
    for (const { text, cause, remedy } of alarms) {
      for (const words of [text, cause, remedy]) assert.ok(words.length > 10, words);
      assert.match(`${text} ${cause}`, /password/i);
    }
    const lost = registrations.filter(({ bound }) => !bound);
    assert.deepEqual(
      lost.map(({ account }) => account),
      ['102', '102'],
    );
    for (const { sentence } of lost) assert.match(sentence ?? '', /password/i);

    await dial(gateway, 1, farNumber);
    await hearsTone(gateway, 1, farHertz);
    await gateway.bench.hangUp('phone/1');

    // calls of that account are tried at both, and its person hears that none goes out
    const told = join(gateway.run, 'told.wav');
    await gateway.bench.listen('phone/2', told);
    await dial(gateway, 2, farNumber);
    await gateway.bench.waitFor('phone/2', 'sound', { timeoutMs: 10_000 });
    await sleep(2 * durationMs(sentence('notAllowed')) + 1_700);
    await gateway.bench.stopListening('phone/2');
    assertSpokenTwice(readWav(told), 'notAllowed');
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    await gateway.bench.hangUp('phone/2');
    const record = (await gateway.recorded(2)).find(({ cause }) => cause === 'forbidden');
    const attempts = (record?.['attempts'] ?? []) as { target: { id: string }; status?: number }[];
    assert.deepEqual(
      attempts.map(({ target, status }) => [target.id, status]),
      [
        ['primary', 407],
        ['secondary', 407],
        // and then in words
        ['forbidden', undefined],
      ],
    );

    await sleep(Math.max(0, WATCHED_MS - (performance.now() - began)));
    const { sip } = await capture.stop();
    for (const softswitch of [address.softswitchA, address.softswitchB]) {
      const asked = sip.filter(({ method, to, head }) => {
        return method === 'REGISTER' && to.startsWith(softswitch) && /^From:.*sip:102@/im.test(head);
      });
      assert.ok(asked.length >= 2, 'it was asked, and asked with credentials');
      assert.ok(asked.length <= 4, `${asked.length} REGISTERs in ${WATCHED_MS / 1000} s`);
    }
    const files = ['status.json'].map((name) => readFileSync(join(gateway.run, name), 'utf8'));
    for (const text of [...files, gateway.program.output()]) assert.ok(!text.includes(WRONG), 'no password is shown');
  }),
);
