import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onSite } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
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

test(
  'a route is taken from its first day to its last; where only the longest prefix counts, no shorter one is asked',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0 },
      more: {
        routing: { digitMap: '[2-9]xx', prefixMode: 'longest' },
        routes: [
          { id: 'last-year', prefix: '2', ways: ['secondary'], validUntil: '2001-12-31' },
          { id: 'not-yet', prefix: '20', ways: ['secondary'], validFrom: '2999-01-01' },
          { id: 'now', prefix: '3', ways: ['secondary'], validFrom: '2001-01-01', validUntil: '2999-12-31' },
          { id: 'all', ways: ['primary'] },
        ],
      },
    });
    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);
    await dial(gateway, 1, '202');
    await hearsTone(gateway, 1, farHertz, 5_000);
    assert.deepEqual([numbersAsked(a), numbersAsked(b)], [['202'], []], 'one has expired, one has not begun');

    await b.answer('INVITE', 503);
    await dial(gateway, 2, '303');
    await eventually('the other softswitch to be asked', 3_000, () => numbersAsked(b).length > 0);
    await sleep(1_000);
    await gateway.bench.hangUp('phone/2');
    assert.deepEqual(told(await gateway.recorded(1)), ['congestion'], 'its answer is the end');
    await gateway.bench.hangUp('phone/1');
    assert.deepEqual([numbersAsked(a), numbersAsked(b)], [['202'], ['303']], 'the route that is valid, and no other');
  }),
);
