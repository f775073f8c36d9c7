import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { dial, farNumber, openOffice } from './office.ts';

const PREMIUM = '19005550100';
/** Dialled like a number at home, and charged like one abroad. */
const ISLAND = '18765550100';
const PIN = '4711';

const HOME = '17135550100';
/** By a route that leads to the first softswitch alone. */
const FIRST_ALONE = '16175550100';
const routes = [{ id: 'first', prefix: '1617', ways: ['primary'] }, { id: 'all' }];

const { lines: ordinary = [] } = gatewayConfiguration({ exchangeLines: 0 });
const lines = ordinary.map((line) => {
  if (line.id === 'line/4') return { ...line, trunks: ['secondary'] };
  if (line.id === 'line/2') return { ...line, classes: ['national', 'premium'] as ('national' | 'premium')[] };
  return line.id === 'line/3' ? { ...line, countries: ['1', '52'] } : line;
});

test(
  'premium numbers are closed but to who may call them and by PIN, and so are countries that are not listed, and softswitches to a phone that may take others only',
  onSite(async (site) => {
    const { a, b, far, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      more: { routing: { digitMap: '1xxxxxxxxxx' }, tollGuard: { overridePin: PIN }, lines, routes },
    });
    for (const softswitch of [a, b]) await softswitch.everyNumberIs(farNumber);
    const filter = `udp and (dst host ${address.softswitchA} or dst host ${address.softswitchB})`;
    const capture = await Capture.start(site, 'wire', { filter });
    const barred = async (phone: number, number: string): Promise<void> => {
      await dial(gateway, phone, number);
      await sleep(800);
      assert.deepEqual(far.openCalls(), [], `${number} from phone ${phone}`);
      await gateway.bench.hangUp(`phone/${phone}`);
    };
    const goesOut = async (phone: number, number: string): Promise<void> => {
      const since = far.events.length;
      await dial(gateway, phone, number);
      await far.tells(/^CALL_ESTABLISHED$/, 3_000, since);
      await gateway.bench.hangUp(`phone/${phone}`);
      await far.tells(/^CALL_CLOSED$/, 3_000, since);
    };
    await barred(1, PREMIUM);
    await barred(3, ISLAND);
    await barred(4, FIRST_ALONE);
    await barred(1, `*889999${PREMIUM}`);
    await goesOut(2, PREMIUM);
    await goesOut(1, `*88${PIN}${PREMIUM}`);
    await goesOut(1, ISLAND);
    assert.deepEqual(numbersAsked(b), [], 'the second softswitch is for when the first takes no call');
    await goesOut(4, HOME);
    await dial(gateway, 4, '911');
    await eventually('the emergency call', 3_000, () => numbersAsked(a).includes('911'));
    await gateway.bench.hangUp('phone/4');
    assert.deepEqual(numbersAsked(b), [HOME], 'over the softswitch that phone 4 may take');
    assert.deepEqual(numbersAsked(a), [PREMIUM, PREMIUM, ISLAND, '911'], 'an emergency call takes any');

    const { sip } = await capture.stop();
    const numbers = sip.flatMap(({ method, head }) =>
      method === 'INVITE' && /^proxy-authorization:/im.test(head) ? [/^INVITE sip:([^@]+)@/.exec(head)?.[1]] : [],
    );
    assert.deepEqual(numbers, [PREMIUM, PREMIUM, ISLAND, HOME, '911'], 'no other call has left the box');
    const records = await gateway.recorded(8);
    const told = records.filter(({ attempts }) => JSON.stringify(attempts).includes('barred'));
    assert.equal(told.length, 3, 'who is barred is told so');
    assert.ok(!JSON.stringify(records).includes(PIN), 'no record holds the PIN');
  }),
);
