import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { test } from 'node:test';
import { openSockets, type Sides, sdp } from './test-user-agents.ts';

/** What only sockets of the system can show; nothing here depends on how fast the machine is. */
const within = async (transport: 'udp' | 'tcp', work: (sides: Sides) => Promise<void>): Promise<void> => {
  const sides = await openSockets(transport);
  try {
    await work(sides);
  } finally {
    await sides.close();
  }
};

const until = async (what: string, { pause }: Sides, is: () => boolean): Promise<void> => {
  for (let waited = 0; !is(); waited++) {
    assert.ok(waited < 3_000, `waited in vain for ${what}`);
    await pause(10);
  }
};

for (const transport of ['udp', 'tcp'] as const) {
  test(`${transport}: a call, a new offer each way, digits by INFO, hung up by the caller`, () =>
    within(transport, async ({ a, b, ask, contact }) => {
      a.agent.invite('leg/1', ask);
      await a.until('provisional');
      b.agent.respond('leg/1', { status: 200, sdp, contact });
      await b.until('acknowledged');
      await a.until('accepted');
      a.agent.info('leg/1', 'application/dtmf-relay', 'Signal=5\r\n');
      assert.equal((await b.until('info')).body, 'Signal=5\r\n');
      a.agent.reoffer('leg/1', sdp);
      assert.equal((await b.until('reoffered')).sdp, sdp);
      b.agent.respond('leg/1', { status: 200, sdp });
      assert.equal((await a.until('reofferAnswered')).status, 200);
      b.agent.reoffer('leg/1', sdp);
      await a.until('reoffered');
      a.agent.respond('leg/1', { status: 488 });
      assert.equal((await b.until('reofferAnswered')).status, 488);
      a.agent.bye('leg/1', 'hungUp');
      assert.deepEqual((await b.until('bye')).reason, { q850: 16, text: 'hung up' });
      await a.until('ended');
      assert.deepEqual([a.agent.counts.sessions, b.agent.counts.sessions], [0, 0]);
    }));

  test(`${transport}: CANCEL takes a ringing INVITE back`, () =>
    within(transport, async ({ a, b, ask }) => {
      a.agent.invite('leg/1', ask);
      await a.until('provisional');
      a.agent.cancel('leg/1', 'answeredElsewhere');
      assert.equal((await b.until('cancelled')).reason?.q850, 26);
      await a.until('ended');
      assert.ok(!a.words().includes('refused'));
      assert.deepEqual([a.agent.counts.sessions, b.agent.counts.sessions], [0, 0]);
    }));
}

test('a connection that is refused is told at once', () =>
  within('tcp', async ({ a, b, ask }) => {
    await b.agent.close();
    a.agent.invite('leg/1', ask);
    assert.equal((await a.until('unanswered')).why, 'transport');
    assert.ok(!a.words().includes('sent'));
  }));

test('closing TCP fails an INVITE that only had a 100', () =>
  within('tcp', async ({ a, b, ask }) => {
    a.agent.invite('leg/1', ask);
    await a.until('provisional');
    await b.agent.close();
    assert.equal((await a.until('unanswered')).why, 'transport');
  }));

test('TCP: octet by octet, pipelined, with keep-alives between', () =>
  within('tcp', async (sides) => {
    const { b } = sides;
    const socket = connect(b.agent.flow('f')!.local.port, '127.0.0.1');
    let answers = '';
    socket.on('data', (octets) => {
      answers += octets.toString('latin1');
    });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const options = (branch: string): string =>
      `OPTIONS sip:12@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${branch}\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:z@z>\r\n` +
      `Call-ID: ${branch}\r\nCSeq: 1 OPTIONS\r\nl: 3\r\n\r\nabc`;
    for (const octet of options('one')) socket.write(octet);
    socket.write(`\r\n\r\n${options('two')}${options('three')}`);
    await until('three answers', sides, () => answers.split('SIP/2.0 200 OK').length === 4);
    assert.equal(answers.split('\r\n\r\n\r\n').length - 1, 1);
    socket.destroy();
    assert.equal(b.agent.counts.unreadable, 0);
  }));

test('a local port that is taken is refused with its address', () =>
  within('udp', async ({ a, b }) => {
    const taken = b.agent.flow('f')!;
    await assert.rejects(a.agent.openFlow({ ...taken, id: 'second' }), { code: 'address-in-use' });
  }));

test('150 datagrams that come while we are busy are all there afterwards', () =>
  within('udp', async (sides) => {
    const { b } = sides;
    const socket = createSocket('udp4').unref();
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const broken = Buffer.alloc(900, 'x');
    const { port } = b.agent.flow('f')!.local;
    for (let count = 0; count < 150; count++) socket.send(broken, port, '127.0.0.1');
    await until('all of them', sides, () => b.agent.counts.unreadable === 150);
    socket.close();
  }));
