import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture } from '../peer/capture.ts';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { dial, farNumber, openOffice } from './office.ts';

const PREMIUM = '19005550100';
/** Dialled like a number at home, and charged like one abroad. */
const ISLAND = '18765550100';
const PIN = '4711';

const lines = (gatewayConfiguration().lines ?? []).map((line) => {
  if (line.id === 'line/2') return { ...line, classes: ['national', 'premium'] as ('national' | 'premium')[] };
  return line.id === 'line/3' ? { ...line, countries: ['1', '52'] } : line;
});

test(
  'premium numbers are closed but to who may call them and by PIN, and so are countries that are not listed',
  onSite(async (site) => {
    const { a, b, far, gateway } = await openOffice(site, {
      more: { routing: { digitMap: '1xxxxxxxxxx' }, tollGuard: { overridePin: PIN }, lines },
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
    await barred(1, `*889999${PREMIUM}`);
    await goesOut(2, PREMIUM);
    await goesOut(1, `*88${PIN}${PREMIUM}`);
    await goesOut(1, ISLAND);

    const { sip } = await capture.stop();
    const numbers = sip.flatMap(({ method, head }) =>
      method === 'INVITE' && /^proxy-authorization:/im.test(head) ? [/^INVITE sip:([^@]+)@/.exec(head)?.[1]] : [],
    );
    assert.deepEqual(numbers, [PREMIUM, PREMIUM, ISLAND], 'no other call has left the box');
    const records = await gateway.recorded(5);
    const told = records.filter(({ attempts }) => JSON.stringify(attempts).includes('barred'));
    assert.equal(told.length, 2, 'who is barred is told so');
    assert.ok(!JSON.stringify(records).includes(PIN), 'no record holds the PIN');
  }),
);
