import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import { dial, openOffice } from './office.ts';

/** A flash would be shorter. */
const PAUSE_MS = 1_300;
/** The first frequency of the special information tone, and those of the dial tone. */
const SPECIAL = [950];
const DIAL = [350, 440];

const hangUp = async ({ bench }: Gateway, ...phones: readonly number[]): Promise<void> => {
  for (const phone of phones) await bench.hangUp(`phone/${phone}`);
  await sleep(PAUSE_MS);
};

/** Calls 12 from phone 1; the phone that rings. */
const rings = async (gateway: Gateway, phone: number): Promise<void> => {
  await dial(gateway, 1, '12');
  await gateway.bench.waitFor(`phone/${phone}`, 'ringing', { timeoutMs: 10_000 });
  await hangUp(gateway, 1);
};

const code = async (gateway: Gateway, digits: string, hertz: readonly number[]): Promise<void> => {
  await dial(gateway, 4, digits);
  await gateway.bench.waitFor('phone/4', 'tone', { hertz: [...hertz], timeoutMs: 10_000 });
  await hangUp(gateway, 4);
};

test(
  'night is switched on by star code and PIN, outlives the control plane, and is switched off by the same code',
  onSite(async (site) => {
    const { gateway } = await openOffice(site, {
      more: {
        routing: { digitMap: '[2-9]xx|*xx|0x.T' },
        scenarios: [{ id: 'night', title: 'Night', code: '*81', pin: '4711' }],
        forwardings: [
          {
            ...{ id: 'night', line: 'line/2', on: 'always', scenario: 'night' },
            targets: [{ to: 'extension', name: '13' }],
          },
        ],
      },
    });
    await code(gateway, '*819999', SPECIAL);
    await rings(gateway, 2);
    await code(gateway, '*814711', DIAL);
    const former = await gateway.signalPlane('control');
    await gateway.planeReplaced('control', former, 10_000);
    await gateway.ready();
    await rings(gateway, 3);
    await code(gateway, '*814711', DIAL);
    await rings(gateway, 2);
    const switched = gateway.log().filter(({ fact }) => fact === 'scenarioSwitched');
    assert.deepEqual(
      switched.map(({ scenario, by }) => [scenario, by]),
      [
        ['night', 'phone 14'],
        ['', 'phone 14'],
      ],
    );
  }),
);
