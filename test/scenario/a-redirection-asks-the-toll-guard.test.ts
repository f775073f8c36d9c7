import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked, told } from './asked.ts';
import { dial, openOffice } from './office.ts';

const PREMIUM = '19005550100';
const MOVED = '17125550100';

test(
  'a softswitch that leads a call to another number (302) cannot lead it to one that the phone may not call',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      more: { routing: { digitMap: '[2-9]xx' } },
    });
    await a.leadsTo(MOVED);
    await dial(gateway, 1, '777');
    await eventually('the number that was named', 5_000, () => numbersAsked(a).includes(MOVED));
    await gateway.bench.hangUp('phone/1');

    await a.leadsTo(PREMIUM);
    await dial(gateway, 2, '778');
    await eventually('the caller to be told', 5_000, () =>
      gateway.log().some(({ target }) => (target as { readonly id?: string } | undefined)?.id === 'barred'),
    );
    await gateway.bench.hangUp('phone/2');
    const records = await gateway.recorded(2);
    assert.deepEqual(told(records).at(-1), 'barred');
    assert.ok(!numbersAsked(a).includes(PREMIUM), 'the premium number was never asked for');
    assert.deepEqual(
      numbersAsked(b).filter((number) => number !== '777'),
      [],
      'nor anybody else',
    );
  }),
);
