import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayConfiguration, primary, secondary } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked, told } from './asked.ts';
import { dial, openOffice } from './office.ts';

const trunks = [
  primary({
    lock: 'all',
    techPrefix: '77#',
    transforms: [{ on: 'callee', prepend: '5' }],
    callLimit: 1,
    group: 'main',
  }),
  secondary({ lock: 'noOutgoing' }),
];
const { lines = [] } = gatewayConfiguration({ exchangeLines: 0 });

test(
  'an emergency call passes locks, bars, limits, classes, transforms and the outside prefix',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0, trunks },
      more: {
        routing: { digitMap: '[2-8]xx|9xxx', outsidePrefix: '9' },
        routes: [{ id: 'nothing', action: 'bar' }],
        groups: [{ id: 'main', callLimit: 1, reservedLines: 1 }],
        tollGuard: { boxCallsDay: 1 },
        lines: lines.map((line) => ({ ...line, classes: [] })),
      },
    });
    await Promise.all([a.answer('INVITE', 603), b.answer('INVITE', 486)]);
    const asks = (count: number) =>
      eventually(`both softswitches to be asked ${count} times`, 5_000, () =>
        [a, b].every((each) => numbersAsked(each).filter((number) => number === '911').length === count),
      );

    await dial(gateway, 1, '911');
    await asks(1);
    await dial(gateway, 2, '9911');
    await asks(2);

    await dial(gateway, 3, '9201');
    for (const phone of [1, 2, 3]) await gateway.bench.hangUp(`phone/${phone}`);
    assert.deepEqual(told(await gateway.recorded(3)), ['barred'], 'any other number is barred');
    assert.deepEqual(numbersAsked(a), ['911', '911'], 'as it was dialled, without the outside prefix');
    assert.deepEqual(numbersAsked(b), ['911', '911'], 'no answer of the one stops it at the other');
  }),
);
