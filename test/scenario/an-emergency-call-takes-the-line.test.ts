import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayConfiguration } from '../peer/configuration.ts';
import { Gateway } from '../peer/gateway.ts';
import { onSite } from '../peer/site.ts';
import { dial } from './office.ts';

/** Until the line is dialled on again: the other call is ended within 1 s, then come dial tone and three digits. */
const TAKEN_MS = 8_000;

test(
  'with the only line in use an emergency call ends the ordinary call there and is dialled',
  onSite(async (site) => {
    const gateway = await Gateway.start(site, {
      configuration: gatewayConfiguration(
        { trunks: [], phones: 2, exchangeLines: 1 },
        { routing: { digitMap: '555xxxx' } },
      ),
    });
    await gateway.bench.program('exchange/1', '5551234', { does: 'answers', afterMs: 500 });
    await gateway.bench.program('exchange/1', '911', { does: 'answers', afterMs: 500 });
    await dial(gateway, 1, '5551234');
    await gateway.bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: 15_000 });

    await dial(gateway, 2, '911');
    await gateway.bench.waitFor('exchange/1', 'line', { line: 'idle', timeoutMs: 10_000 });
    await gateway.bench.waitFor('exchange/1', 'line', { line: 'talking', timeoutMs: TAKEN_MS });
    await gateway.bench.hangUp('phone/2');
    await gateway.bench.hangUp('phone/1');
    const records = await gateway.recorded(2);
    assert.deepEqual(
      records.map(({ dialled, cause }) => [dialled, cause]),
      [
        ['5551234', 'preempted'],
        ['911', 'hungUp'],
      ],
    );
  }),
);
