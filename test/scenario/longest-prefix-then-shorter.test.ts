import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { numbersAsked, told } from './asked.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

test(
  'a number goes by the route of its longest prefix, and when that fails by the shorter one',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      more: {
        routing: { digitMap: '[2-9]xx', prefixMode: 'shorter' },
        routes: [
          { id: 'two', prefix: '2', ways: ['secondary'] },
          { id: 'all', ways: ['primary'] },
          { id: 'closed', prefix: '4', action: 'bar' },
        ],
      },
    });
    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);

    await dial(gateway, 1, '202');
    await hearsTone(gateway, 1, farHertz, 5_000);
    assert.deepEqual(
      [numbersAsked(b), numbersAsked(a)],
      [['202'], []],
      'the longest prefix, though another is before it',
    );

    await b.answer('INVITE', 503);
    await dial(gateway, 2, '203');
    await hearsTone(gateway, 2, farHertz, 5_000);
    assert.deepEqual([numbersAsked(b), numbersAsked(a)], [['202', '203'], ['203']], 'then the shorter one');

    await dial(gateway, 3, '305');
    await hearsTone(gateway, 3, farHertz, 5_000);
    assert.deepEqual(numbersAsked(b), ['202', '203'], 'what the route does not fit is not asked for there');

    await dial(gateway, 4, '404');
    for (const phone of [1, 2, 3, 4]) await gateway.bench.hangUp(`phone/${phone}`);
    assert.deepEqual(told(await gateway.recorded(4)), ['barred'], 'a bar refuses');
    assert.deepEqual(numbersAsked(a), ['203', '305']);
  }),
);
