import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { Site } from '../peer/site.ts';
import { eventually, sleep } from '../peer/wait.ts';
import { SwallowingRelay } from './swallowing-relay.ts';

const HOST = '127.0.0.1';

const message = (start: string, callId: string, method: string): string =>
  [`${start}`, `Call-ID: ${callId}`, `CSeq: 1 ${method}`, '', ''].join('\r\n');
const request = (method: string, callId: string): string => message(`${method} sip:a@b SIP/2.0`, callId, method);

/** A server that answers everything with 200 through the relay, and what it heard. */
const setUp = async (context: TestContext) => {
  const site = new Site();
  context.after(() => site.close());
  const bound = async (): Promise<Socket> => {
    const socket = createSocket('udp4').bind(0, HOST);
    await once(socket, 'listening');
    site.atEnd('close a socket', () => socket.close());
    return socket;
  };
  const [server, client, free] = [await bound(), await bound(), createSocket('udp4').bind(0, HOST)];
  await once(free, 'listening');
  const here = { host: HOST, port: free.address().port };
  free.close();
  await once(free, 'close');
  const relay = await SwallowingRelay.start(site, here, { host: HOST, port: server.address().port });
  const heard: string[] = [];
  server.on('message', (text, from) => {
    const [, method, callId] = /^(\S+) [\s\S]*Call-ID: (\S+)/.exec(String(text))!;
    heard.push(`${method} ${callId}`);
    server.send(message('SIP/2.0 200 OK', callId!, method!), from.port, from.address);
  });
  let answers = 0;
  client.on('message', () => answers++);
  const send = (method: string, callId: string) => client.send(request(method, callId), here.port, here.host);
  return { relay, heard, send, answers: () => answers };
};

test('probes go through and are proofs of life, a call vanishes with all that belongs to it, for ever', async (context) => {
  const { relay, heard, send, answers } = await setUp(context);
  relay.manner = 'swallow calls';
  send('OPTIONS', 'p1');
  await eventually('an answer', 1000, () => answers() === 1);
  assert.equal(relay.proofsOfLife.length, 1);
  send('INVITE', 'c1');
  send('CANCEL', 'c1');
  await sleep(50);
  relay.revive();
  send('INVITE', 'c1');
  send('INVITE', 'c2');
  await eventually('the second call', 1000, () => heard.includes('INVITE c2'));
  await sleep(50);
  assert.deepEqual(heard, ['OPTIONS p1', 'INVITE c2']);
});

test('the first call kills it: nothing goes through any more until it is revived', async (context) => {
  const { relay, heard, send } = await setUp(context);
  relay.manner = 'die at the first call';
  send('OPTIONS', 'p1');
  await eventually('the probe', 1000, () => heard.length === 1);
  send('INVITE', 'c1');
  await eventually('its death', 1000, () => relay.manner === 'dead');
  send('OPTIONS', 'p2');
  await sleep(50);
  relay.revive();
  send('OPTIONS', 'p3');
  await eventually('the last probe', 1000, () => heard.length === 2);
  assert.deepEqual(heard, ['OPTIONS p1', 'OPTIONS p3']);
});
