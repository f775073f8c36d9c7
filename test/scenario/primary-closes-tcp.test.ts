import assert from 'node:assert/strict';
import { test } from 'node:test';
import { primary, secondary } from '../peer/configuration.ts';
import { address, onSite } from '../peer/site.ts';
import { TcpGate } from '../peer/tcp-gate.ts';
import { callSurvives } from './dead-primary.ts';
import { openOffice } from './office.ts';

test(
  'the primary closes its TCP connection on the INVITE: the call goes out by the secondary, one ring, nothing left',
  onSite(async (site) => {
    const gate = await TcpGate.start(
      site,
      { host: address.relayA, port: 5060 },
      { host: address.softswitchA, port: 5060 },
    );
    const trunks = [primary({ host: address.relayA, transport: 'tcp' }), secondary()];
    const office = await openOffice(site, { farAnswers: 'manual', configuration: { trunks } });
    await callSurvives(site, office, {
      fail: () => {
        gate.closing = true;
      },
      meanwhile: async () => {
        assert.ok(gate.closed > 0, 'the gate closed a connection');
        gate.closing = false;
      },
    });
  }),
);
