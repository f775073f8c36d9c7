import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../../core/log.ts';
import { Runner } from '../../../core/runner.ts';
import { TestClock } from '../../../core/test-clock.ts';
import type { CarrierEvents } from './carrier.ts';
import { FormerPorts } from './former-ports.ts';
import { openTcp } from './stream.ts';

const local = { address: '127.0.0.1', port: 0 };
const OPTIONS = Buffer.from('OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n');

/** What one plane knows of its ports, and what it leaves to the plane after it. */
const book = (before: ReadonlyMap<string, unknown> = new Map()) => {
  const clock = new TestClock();
  const kept = new Map<string, unknown>(before);
  const runner = new Runner(clock, silentLog, {
    write: ({ states }) => {
      for (const [id, state] of states) kept.set(id, JSON.parse(JSON.stringify(state ?? null)));
    },
  });
  return { clock, kept, ports: new FormerPorts({ runner, clock, before }) };
};

const at = { address: '127.0.0.1', port: 5060 };

test('a plane knows the ports of the one before it, and of the one before that, as long as they are of use', () => {
  const first = book();
  first.ports.opened(at, 40_001);
  first.ports.opened(at, 40_002);
  first.ports.closed(at, 40_001);
  const second = book(first.kept);
  assert.deepEqual(second.ports.former(at), [40_002]);
  assert.deepEqual(second.ports.former({ ...at, port: 5062 }), []);
  second.ports.opened(at, 40_003);
  const third = book(second.kept);
  assert.deepEqual(third.ports.former(at), [40_003, 40_002]);
  let useless = 0;
  third.ports.untilUseless(() => useless++);
  third.clock.turn(180_000);
  assert.deepEqual([useless, third.ports.former(at)], [1, []]);
  third.ports.opened(at, 40_004);
  assert.deepEqual(book(third.kept).ports.former(at), [40_004]);
});

test('what is damaged is no port', () => {
  const states = new Map([['sip/tcp-ports', { '127.0.0.1|5060': [1.5, 'x', 40_001, null], other: 7 }]]);
  assert.deepEqual(book(states).ports.former(at), [40_001]);
});

/** A far end that accepts, and the ends of our connections as it sees them. */
const farEnd = async (t: TestContext) => {
  const server = createServer();
  server.listen(0, local.address);
  await once(server, 'listening');
  t.after(() => server.close());
  return { server, place: { address: local.address, port: (server.address() as AddressInfo).port } };
};

const hearing = () => {
  const heard: string[] = [];
  const events: CarrierEvents = {
    received: (octets) => heard.push(octets.toString().slice(0, 7)) > 0,
    closed: () => {},
    fault: () => {},
  };
  return { heard, events };
};

test('who answers to where a connection came from that is gone is heard by the next plane', async (t) => {
  const far = await farEnd(t);
  const first = book();
  const one = await openTcp(local, hearing().events, first.ports);
  const accepted = once(far.server, 'connection');
  one.send(OPTIONS, far.place, () => {});
  const [socket] = await accepted;
  await once(socket, 'data');
  const former = { host: local.address, port: socket.remotePort as number };
  const left = structuredClone(first.kept);
  socket.on('error', () => {});
  await one.close();

  const next = book(left);
  const { heard, events } = hearing();
  const two = await openTcp({ ...local, port: one.local.port }, events, next.ports);
  t.after(() => two.close());
  const answer = connect(former);
  await once(answer, 'connect');
  answer.write(OPTIONS);
  while (heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, ['OPTIONS']);
  answer.destroy();

  next.clock.turn(180_000);
  const late = connect(former);
  const [refused] = await once(late, 'error');
  assert.equal((refused as NodeJS.ErrnoException).code, 'ECONNREFUSED');
});
