import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Session } from '../../firmware/control/api/wire.ts';
import { Capture } from '../peer/capture.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { PageClient } from '../peer/page-client.ts';
import { address, onSite } from '../peer/site.ts';
import { Stalls } from '../peer/stalls.ts';
import { assertUncut, dial, farHertz, farNumber, hearsTone, openOffice } from './office.ts';

/** A connection of an attacker; `ended` when the gateway has closed it, or it never came about. */
type Attack = { readonly socket: TLSSocket; readonly ended: Promise<void>; answers: number };

const attack = (localAddress: string, words = ''): Attack => {
  // `localAddress` is passed on to the TCP socket, which the types of TLS do not know
  const to: ConnectionOptions & { localAddress: string } = { port: 8443, host: address.gateway, localAddress };
  const socket = connect({ ...to, rejectUnauthorized: false });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const it: Attack = { socket, ended, answers: 0 };
  socket
    .on('error', () => {})
    .on('data', (data) => {
      it.answers += data.toString('latin1').split('HTTP/1.1 ').length - 1;
    });
  socket.on('secureConnect', () => socket.write(words));
  return it;
};

const REQUESTS = 10_000;
const AT_ONCE = 4;
const asked = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${address.gateway}:8443\r\nCookie: __Host-holdfast=${'A'.repeat(43)}\r\n\r\n`;

/** Asks on and on over a few connections, each answer followed by the next request; gives how many were answered. */
const hammer = async (localAddress: string, requests: number): Promise<number> => {
  let left = requests;
  let answered = 0;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      const { socket, ended } = attack(localAddress, asked('/api/settings'));
      socket.on('data', (data) => {
        answered += data.toString('latin1').split('HTTP/1.1 ').length - 1;
        if (left-- > 0) socket.write(asked('/api/settings'));
        else socket.destroy();
      });
      await ended;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answered;
};

test(
  'a thousand connections, ten thousand requests and all places held: the call does not notice, and a person signs in',
  onSite(async (site, context) => {
    const { a, far, gateway } = await openOffice(site);
    const page = await PageClient.signIn(gateway);
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await hearsTone(gateway, 1, farHertz);
    const stalls = await Stalls.start(site, gateway);
    const capture = await Capture.start(site);

    const crowd = Array.from({ length: 1_000 }, () => attack(address.attacker));
    const answered = await hammer(address.attacker, REQUESTS);
    context.diagnostic(`${answered} requests were answered`);
    assert.ok(answered >= REQUESTS * 0.9, `${answered} were answered`);
    for (const { socket } of crowd) socket.destroy();

    const sources = [address.farEnd, address.secondFarEnd, address.caller, address.relayA, address.relayB];
    const held = sources.flatMap((source) =>
      Array.from({ length: 16 }, () => attack(source, 'GET / HTTP/1.1\r\nX-Slow: ')),
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const person = new PageClient();
    await person.signedIn();
    assert.equal((await person.get<Session>('/api/session')).signedIn, true);
    for (const { socket } of held) socket.destroy();

    await hearsTone(gateway, 1, farHertz);
    const { rtp } = await capture.stop();
    assertUncut(context, rtp, await stalls.stop());
    assert.equal((await page.get<Session>('/api/session')).signedIn, true);
    await gateway.bench.hangUp('phone/1');
    await noDialogs(a, 3_000);
  }),
);
