import assert from 'node:assert/strict';
import { test } from 'node:test';
import { primary, secondary } from '../peer/configuration.ts';
import { onSite } from '../peer/site.ts';
import { eventually } from '../peer/wait.ts';
import { numbersAsked } from './asked.ts';
import { dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

test(
  'a protect softswitch gets a call only when all others have failed, and none that the callee refused',
  onSite(async (site) => {
    const { a, b, gateway } = await openOffice(site, {
      configuration: { exchangeLines: 0, trunks: [primary(), secondary({ role: 'protect', priority: 0 })] },
      more: { routing: { digitMap: '[2-9]xx' } },
    });
    await Promise.all([a.everyNumberIs(farNumber), b.everyNumberIs(farNumber)]);

    await dial(gateway, 1, '301');
    await hearsTone(gateway, 1, farHertz, 5_000);
    assert.deepEqual(numbersAsked(b), [], 'the primary takes the call, though the other has the better priority');

    await a.answer('INVITE', 486);
    await dial(gateway, 2, '302');
    await eventually('the callee to be busy', 3_000, () => numbersAsked(a).includes('302'));
    await gateway.bench.waitFor('phone/2', 'tone', { hertz: [480, 620], timeoutMs: 10_000 });
    assert.deepEqual(numbersAsked(b), [], 'who is busy is not called again another way');

    await a.answer('INVITE', 503);
    await dial(gateway, 3, '303');
    await hearsTone(gateway, 3, farHertz, 5_000);
    assert.deepEqual(numbersAsked(a), ['301', '302', '303']);
    assert.deepEqual(numbersAsked(b), ['303'], 'now nothing else is left');
  }),
);
