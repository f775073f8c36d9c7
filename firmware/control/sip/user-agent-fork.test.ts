import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SipMessage } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { MemoryNetwork } from './test-network.ts';
import { Side, sdp } from './test-user-agents.ts';

/** A proxy that has forked: it answers an INVITE for two branches, by their tags, and notes what it is sent. */
const forkingProxy = (network: MemoryNetwork) => {
  const heard: SipMessage[] = [];
  const wire = network.bind(0, (octets, { port: from }) => {
    const parsed = parseMessage(octets);
    if (parsed.is === 'drop') return;
    heard.push(parsed.message);
    if (parsed.message.method === 'BYE') answer(parsed.message, 200, '', from);
    if (parsed.message.method === 'INVITE') forked(parsed.message, from);
  });
  const answer = (request: SipMessage, status: number, tag: string, port: number): void => {
    const kept = request.fields.filter(([name]) => ['via', 'from', 'call-id', 'cseq'].includes(name));
    const to = request.list('to')[0]! + (tag === '' ? '' : `;tag=${tag}`);
    const body = status === 183 || tag !== '' ? sdp : '';
    const lines = [...kept.map(([name, value]) => `${name}: ${value}`), `to: ${to}`];
    lines.push(`contact: <sip:${tag || 'x'}@127.0.0.1:${wire.port}>`, 'content-type: application/sdp');
    const text = `SIP/2.0 ${status} Said\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    wire.send(Buffer.from(text), port);
  };
  const forked = (invite: SipMessage, port: number): void => {
    for (const [status, tag] of [
      [183, 'one'],
      [183, 'two'],
      [200, 'two'],
      [200, 'one'],
    ] as const)
      answer(invite, status, tag, port);
  };
  return { wire, heard };
};

test('an INVITE that was forked and answered twice: one call, the other answer is acknowledged and ended', async () => {
  const network = new MemoryNetwork();
  const proxy = forkingProxy(network);
  const a = new Side(network);
  const remote = { address: '127.0.0.1', port: proxy.wire.port };
  await a.agent.openFlow({ id: 'f', transport: 'udp', local: { address: '127.0.0.1', port: 0 }, remote });
  a.agent.invite('leg/1', {
    ...{
      flow: 'f',
      uri: `sip:12@127.0.0.1:${proxy.wire.port}`,
      from: { uri: 'sip:11@test' },
      to: { uri: 'sip:12@test' },
    },
    ...{ contact: 'sip:a@127.0.0.1', sdp },
  });
  await a.until('accepted');
  await network.time.pause(200);
  assert.equal(a.words().filter((word) => word === 'accepted').length, 1, 'one answer is told');
  const to = (method: string): string[] =>
    proxy.heard.filter((each) => each.method === method).map((each) => each.uri.split('@')[0]!);
  assert.deepEqual(to('ACK').sort(), ['sip:one', 'sip:two']);
  assert.deepEqual(to('BYE'), ['sip:one']);
  a.agent.bye('leg/1', 'hungUp');
  await a.until('ended');
  assert.deepEqual(to('BYE'), ['sip:one', 'sip:two']);
  assert.deepEqual(a.faults, []);
  await a.agent.close();
});
