import assert from 'node:assert/strict';
import { test } from 'node:test';
import { primary, secondary } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { dial, farNumber, openOffice } from './office.ts';

test(
  'a group keeps its last line for the extensions that may use it, and takes no call beyond its limit',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, {
      farAnswers: 'manual',
      configuration: { exchangeLines: 0, trunks: [primary({ group: 'main' }), secondary()] },
      more: {
        routing: { digitMap: '[2-9]xx' },
        groups: [{ id: 'main', callLimit: 2, reservedLines: 1, reservedFor: ['13'] }],
      },
    });
    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);
    const calls = async (phone: number, number: string): Promise<void> => {
      await dial(gateway, phone, number);
      await eventually(`${number} to be asked for`, 5_000, () =>
        [...numbersAsked(a), ...numbersAsked(b)].includes(number),
      );
    };
    await calls(1, '301');
    await calls(2, '302');
    await calls(3, '303');
    await calls(4, '304');
    assert.deepEqual(numbersAsked(a), ['301', '303'], 'the last line is for extension 13');
    assert.deepEqual(numbersAsked(b), ['302', '304'], 'all others go another way');
  }),
);
