import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentOptions, openPair, type Pair, Side, sdp, T1_MS } from './test-user-agents.ts';

const within = async (
  work: (pair: Pair) => Promise<void>,
  more: { a?: AgentOptions; b?: AgentOptions } = {},
): Promise<void> => {
  const pair = await openPair(more);
  try {
    await work(pair);
  } finally {
    await pair.close();
  }
};
/** Rings, answers and acknowledges `leg/1` of both sides. */
const talk = async ({ a, b, ask, contact }: Pair): Promise<void> => {
  b.agent.onInvite(() => {
    queueMicrotask(() => {
      b.agent.respond('leg/1', { status: 180, contact });
      b.agent.respond('leg/1', { status: 200, sdp, contact });
    });
    return { leg: 'leg/1' };
  });
  a.agent.invite('leg/1', ask);
  await a.until('accepted');
  await b.until('acknowledged');
};
const empty = ({ a, b }: Pair): void => {
  assert.equal(a.agent.counts.sessions, 0);
  assert.equal(b.agent.counts.sessions, 0);
};

test('a call, a new offer each way, digits by INFO, hung up by the caller', () =>
  within(async (pair) => {
    const { a, b, pause } = pair;
    await talk(pair);
    assert.deepEqual(
      a.words().filter((word) => word !== 'resent'),
      ['sent', 'provisional', 'accepted'],
    );
    a.agent.info('leg/1', 'application/dtmf-relay', 'Signal=5\r\n');
    assert.equal((await b.until('info')).body, 'Signal=5\r\n');
    a.agent.reoffer('leg/1', sdp);
    assert.equal((await b.until('reoffered')).sdp, sdp);
    b.agent.respond('leg/1', { status: 200, sdp });
    assert.equal((await a.until('reofferAnswered')).status, 200);
    await pause(T1_MS);
    b.agent.reoffer('leg/1', sdp);
    await a.until('reoffered');
    a.agent.respond('leg/1', { status: 488 });
    assert.equal((await b.until('reofferAnswered')).status, 488);
    a.agent.bye('leg/1', 'hungUp');
    assert.deepEqual((await b.until('bye')).reason, { q850: 16, text: 'hung up' });
    await a.until('ended');
    empty(pair);
  }));

test('CANCEL takes a ringing INVITE back', () =>
  within(async (pair) => {
    const { a, b, ask } = pair;
    a.agent.invite('leg/1', ask);
    await a.until('provisional');
    a.agent.cancel('leg/1', 'answeredElsewhere');
    assert.equal((await b.until('cancelled')).reason?.q850, 26);
    await a.until('ended');
    assert.ok(!a.words().includes('refused'));
    empty(pair);
  }));

test('a refusal carries status, Reason and Retry-After to the leg', () =>
  within(async ({ a, b, ask }) => {
    b.agent.onInvite(() => ({ refuse: 486, cause: 'busy' }));
    a.agent.invite('leg/1', ask);
    const refused = await a.until('refused');
    assert.equal(refused.status, 486);
    assert.equal(refused.reason?.q850, 17);
  }));
test('CANCEL before any answer waits for the first one', () =>
  within(async (pair) => {
    const { a, b, relay, ask } = pair;
    a.agent.invite('leg/1', ask);
    a.agent.cancel('leg/1', 'hungUp');
    await b.until('cancelled');
    await a.until('ended');
    const order = relay.seen.map(({ what }) => what);
    assert.ok(order.indexOf('100 INVITE') < order.indexOf('CANCEL'));
    empty(pair);
  }));

test('an abandoned INVITE is sent once, and its late provisional answer is told', () =>
  within(async ({ a, b, relay, ask, pause }) => {
    relay.judge = ({ from }) => (from === 'b' ? 'lose' : 'pass');
    a.agent.invite('leg/1', ask);
    a.agent.abandon('leg/1');
    await pause(T1_MS * 8);
    assert.equal(relay.count('a', 'INVITE'), 1);
    relay.judge = () => 'pass';
    b.agent.respond('leg/1', { status: 180 });
    await a.until('provisional');
    a.agent.cancel('leg/1', 'serverSilent');
    await b.until('cancelled');
  }));

test('a challenge of an abandoned INVITE is told as one that nobody meant to answer', () =>
  within(async ({ a, b, relay, ask, pause }) => {
    relay.judge = ({ from }) => (from === 'b' ? 'lose' : 'pass');
    a.agent.invite('leg/1', ask);
    a.agent.abandon('leg/1');
    await pause(T1_MS * 2);
    relay.judge = () => 'pass';
    b.agent.respond('leg/1', { status: 407 });
    const refused = await a.until('refused');
    assert.equal(refused.sip === 'refused' && refused.abandoned, true);
  }));

test('CANCEL crosses the 200: the call is acknowledged and ended, the leg hears only `ended`', () =>
  within(async (pair) => {
    const { a, b, ask, contact } = pair;
    a.agent.invite('leg/1', ask);
    await a.until('provisional');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    a.agent.cancel('leg/1', 'hungUp');
    await b.until('bye');
    await a.until('ended');
    assert.ok(!a.words().includes('accepted'));
    assert.ok(!b.words().includes('cancelled'));
    empty(pair);
  }));

test('a lost 200 is sent again, a lost ACK as well; the leg hears each once', () =>
  within(async (pair) => {
    const { a, b, relay, pause } = pair;
    let lost = 0;
    relay.judge = ({ what }) => ((what === '200 INVITE' || what === 'ACK') && lost++ < 3 ? 'lose' : 'pass');
    await talk(pair);
    await pause(T1_MS * 6);
    assert.equal(a.words().filter((word) => word === 'accepted').length, 1);
    assert.equal(b.words().filter((word) => word === 'acknowledged').length, 1);
    assert.ok(relay.count('b', '200 INVITE') >= 3);
  }));

test('our 200 that is never acknowledged ends in BYE', () =>
  within(async (pair) => {
    const { a, b, relay, ask, contact } = pair;
    relay.judge = ({ what }) => (what === 'ACK' ? 'lose' : 'pass');
    a.agent.invite('leg/1', ask);
    await a.until('provisional');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    await b.until('neverAcknowledged');
    await a.until('bye');
    await b.until('ended');
    empty(pair);
  }));

test('BYE before the ACK waits for it', () =>
  within(async (pair) => {
    const { a, b, relay, ask, contact } = pair;
    let lost = 0;
    relay.judge = ({ what }) => (what === 'ACK' && lost++ < 2 ? 'lose' : 'pass');
    a.agent.invite('leg/1', ask);
    await a.until('provisional');
    b.agent.respond('leg/1', { status: 200, sdp, contact });
    b.agent.bye('leg/1', 'hungUp');
    await b.until('ended');
    const order = relay.seen.map(({ what }) => what);
    assert.ok(order.lastIndexOf('ACK') < order.indexOf('BYE'));
    assert.deepEqual(a.words().slice(-2), ['accepted', 'bye']);
  }));

test('each message twice: it rings once, is answered once, is ended once', () =>
  within(async (pair) => {
    const { a, b, relay, pause } = pair;
    relay.judge = () => 'twice';
    let rang = 0;
    await talk(pair);
    b.agent.onInvite(() => ({ leg: `leg/${100 + ++rang}` }));
    a.agent.bye('leg/1', 'hungUp');
    await a.until('ended');
    await pause(T1_MS * 4);
    assert.equal(rang, 0);
    for (const word of ['accepted', 'ended']) assert.equal(a.words().filter((each) => each === word).length, 1, word);
    for (const word of ['acknowledged', 'bye']) assert.equal(b.words().filter((each) => each === word).length, 1, word);
    empty(pair);
  }));

test('both offer at once: each gets 491, waits its own time, and both get through', () =>
  within(async (pair) => {
    const { a, b, relay } = pair;
    await talk(pair);
    for (const side of [a, b]) {
      const answerLater = async (): Promise<void> => {
        await side.until('reoffered');
        side.agent.respond('leg/1', { status: 200, sdp });
      };
      const offerAgain = async (): Promise<void> => {
        await side.until('reofferDue');
        side.agent.reoffer('leg/1', sdp);
      };
      void answerLater();
      void offerAgain();
    }
    a.agent.reoffer('leg/1', sdp);
    b.agent.reoffer('leg/1', sdp);
    assert.equal((await a.until('reofferAnswered')).status, 200);
    assert.equal((await b.until('reofferAnswered')).status, 200);
    assert.ok(relay.count('a', '491 INVITE') + relay.count('b', '491 INVITE') >= 1);
  }));

test('30 % loss: calls are set up and ended on both sides', () =>
  within(async (pair) => {
    const { a, b, relay } = pair;
    let state = 7;
    relay.judge = () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state / 2 ** 31 < 0.3 ? 'lose' : 'pass';
    };
    await talk(pair);
    a.agent.bye('leg/1', 'hungUp');
    await b.until('bye');
    await a.until('ended');
    empty(pair);
  }));

test('silence: the leg hears of the first resend and of the end; a dead connection is told at once', async () => {
  await within(async ({ a, relay, ask }) => {
    relay.judge = () => 'lose';
    a.agent.invite('leg/1', ask);
    await a.until('unanswered');
    assert.deepEqual(a.words(), ['sent', 'resent', 'unanswered']);
  });
});

test('a dialog is taken up by a new user agent from its kept state, and ended in order', async () => {
  const kept = new Map<string, unknown>();
  await within(async (pair) => {
    const { a, b, relay } = pair;
    await talk(pair);
    const state = a.runner.state('dialog/leg/1');
    kept.set('dialog/leg/1', JSON.parse(JSON.stringify(state)));
    assert.ok(!JSON.stringify(state).includes('secret'));
    await a.agent.close();
    const next = new Side(pair.network);
    await next.agent.openFlow({
      id: 'f',
      transport: 'udp',
      local: { address: '127.0.0.1', port: relay.a },
      remote: { address: '127.0.0.1', port: relay.portForA },
    });
    assert.equal(next.agent.adopt('leg/1', { dialog: { nonsense: true } }), false);
    assert.ok(next.agent.adopt('leg/1', { dialog: kept.get('dialog/leg/1') }));
    next.agent.bye('leg/1', 'gatewayRestarted');
    assert.deepEqual((await b.until('bye')).reason?.q850, 41);
    await next.until('ended');
    await next.agent.close();
  });
});

/** A bare socket that says what it likes. */
const stranger = ({ network }: Pair, port: number) => {
  const answers: string[] = [];
  const wire = network.bind(0, (octets) => answers.push(octets.toString('latin1').split('\r\n', 1)[0]!));
  let count = 0;
  const say = (method: string, changes: Record<string, string> = {}, start?: string): void => {
    count++;
    const fields: Record<string, string> = {
      Via: `SIP/2.0/UDP 127.0.0.1:${wire.port};branch=z9hG4bKs${count};rport`,
      From: '<sip:x@y>;tag=1',
      To: '<sip:12@z>',
      'Call-ID': `s${count}`,
      CSeq: `1 ${method}`,
      'Max-Forwards': '70',
      Contact: `<sip:x@127.0.0.1:${wire.port}>`,
      ...changes,
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    const body = changes['Content-Type'] || changes['Content-Encoding'] ? 'v=0' : '';
    const text = `${[start ?? `${method} sip:12@127.0.0.1 SIP/2.0`, ...lines].join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    wire.send(Buffer.from(text), port);
  };
  return { say, answers };
};

test('requests of all kinds get the answer the RFC wants', () =>
  within(async (pair) => {
    const { b, relay, pause } = pair;
    const x = stranger(pair, relay.b);
    const table: [string, Record<string, string>, string][] = [
      ['OPTIONS', {}, 'SIP/2.0 200 OK'],
      ['OPTIONS', { 'Max-Forwards': '0' }, 'SIP/2.0 200 OK'],
      ['OPTIONS', { Require: '100rel' }, 'SIP/2.0 420 Bad Extension'],
      ['MESSAGE', {}, 'SIP/2.0 405 Method Not Allowed'],
      ['BYE', { To: '<sip:12@z>;tag=none' }, 'SIP/2.0 481 Call/Transaction Does Not Exist'],
      ['CANCEL', {}, 'SIP/2.0 481 Call/Transaction Does Not Exist'],
      ['OPTIONS', { CSeq: '1 INVITE' }, 'SIP/2.0 400 Bad Request'],
    ];
    for (const [method, changes, status] of table) {
      x.say(method, changes);
      await pause(20);
      assert.equal(x.answers.at(-1), status, `${method} ${JSON.stringify(changes)}`);
    }
    assert.equal(x.answers.length, table.length);
    b.agent.onInvite(() => ({ refuse: 404 }));
    for (let copy = 0; copy < 2; copy++) x.say('INVITE', { 'Call-ID': 'same' });
    await pause(15);
    assert.ok(x.answers.includes('SIP/2.0 482 Loop Detected'), x.answers.join());
  }));

test('the probes of a softswitch cost no memory, and what does is bounded in number and octets', () =>
  within(async (pair) => {
    const { b, relay, pause } = pair;
    const x = stranger(pair, relay.b);
    for (let round = 0; round < 300; round++) {
      x.say('OPTIONS');
      if (round % 50 === 49) await pause(10);
    }
    assert.equal(x.answers.filter((answer) => answer === 'SIP/2.0 200 OK').length, 300);
    assert.equal(b.agent.counts.servers, 0);
    for (let round = 0; round < 200; round++) {
      x.say('MESSAGE', Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`X-${index}`, 'x'.repeat(4_000)])));
      await pause(1);
    }
    assert.ok(b.agent.counts.servers <= 105, `${b.agent.counts.servers} requests of 40 kB are remembered`);
    assert.equal(x.answers.at(-1), 'SIP/2.0 503 Service Unavailable');
  }));

test('a stranger gets no answer and no memory, and cannot speak into a call over another flow', () =>
  within(async (pair) => {
    const { a, b, relay, pause } = pair;
    await talk(pair);
    const source = { address: '127.0.0.1', port: 0 };
    await b.agent.openFlow({ id: 'other', transport: 'udp', local: source, remote: { address: '127.0.0.1', port: 9 } });
    b.agent.onAccess(() => false);
    await pause(T1_MS * 80);
    const before = b.agent.counts;
    const x = stranger(pair, relay.b);
    for (let round = 0; round < 300; round++) {
      x.say(['INVITE', 'OPTIONS', 'REGISTER', 'BYE'][round % 4]!, round % 5 ? {} : { CSeq: 'x' });
      if (round % 50 === 49) await pause(10);
    }
    const bye = relay.seen.find(({ what }) => what === 'ACK')!.message;
    const y = stranger(pair, b.agent.flow('other')!.local.port);
    y.say('BYE', { From: bye.header('from')!, To: bye.header('to')!, 'Call-ID': bye.callId, CSeq: '99 BYE' });
    await pause(50);
    assert.deepEqual([...x.answers, ...y.answers], []);
    assert.equal(b.agent.counts.servers, before.servers);
    assert.ok(b.agent.counts.strangers >= 300);
    assert.ok(!b.words().includes('bye'));
    a.agent.bye('leg/1', 'hungUp');
    await b.until('bye');
  }));

test('an in-dialog request that is older than the last gets 500', () =>
  within(async (pair) => {
    const { b, relay, pause } = pair;
    await talk(pair);
    const ack = relay.seen.find(({ what }) => what === 'ACK')!.message;
    const x = stranger(pair, relay.b);
    x.say('INFO', { From: ack.header('from')!, To: ack.header('to')!, 'Call-ID': ack.callId, CSeq: '1 INFO' });
    await pause(30);
    assert.deepEqual(x.answers, ['SIP/2.0 500 Server Internal Error']);
    assert.ok(!b.words().includes('info'));
  }));

for (const [name, value] of [
  ['Content-Encoding', 'gzip'],
  ['Content-Type', 'multipart/mixed;boundary=x'],
] as const) {
  test(`an INVITE with ${name} ${value} gets 415 and rings nobody`, () =>
    within(async (pair) => {
      let rang = 0;
      pair.b.agent.onInvite(() => ({ leg: `leg/${++rang}` }));
      const x = stranger(pair, pair.relay.b);
      x.say('INVITE', { [name]: value });
      await pair.pause(5);
      assert.deepEqual([x.answers[0], rang], ['SIP/2.0 415 Unsupported Media Type', 0]);
    }));
}

test('a new offer in a form that we cannot read gets 415 and is not told', () =>
  within(async (pair) => {
    const { b, relay, pause } = pair;
    await talk(pair);
    const ack = relay.seen.find(({ what }) => what === 'ACK')!.message;
    const x = stranger(pair, relay.b);
    const inDialog = { From: ack.header('from')!, To: ack.header('to')!, 'Call-ID': ack.callId };
    x.say('INVITE', { ...inDialog, CSeq: '7 INVITE', 'Content-Type': 'multipart/mixed;boundary=x' });
    await pause(5);
    assert.equal(x.answers.at(-1), 'SIP/2.0 415 Unsupported Media Type');
    assert.ok(!b.words().includes('reoffered'));
  }));

test('the answer to a CANCEL has the tag of the answers to its INVITE', () =>
  within(async ({ a, relay, ask }) => {
    a.agent.invite('leg/1', ask);
    await a.until('provisional');
    a.agent.cancel('leg/1', 'hungUp');
    await a.until('ended');
    const tags = relay.seen.filter(({ what }) => /^(200 CANCEL|487 INVITE)$/.test(what));
    assert.ok(tags.length >= 2);
    assert.equal(new Set(tags.map(({ message }) => message.toTag)).size, 1);
  }));

for (const way of ['reoffer', 'info'] as const) {
  test(`a far end that knows nothing of the call (${way}, 481) ends it`, () =>
    within(async (pair) => {
      const { a, b, network, relay } = pair;
      await talk(pair);
      await b.agent.close();
      const forgetful = new Side(network);
      const remote = { address: '127.0.0.1', port: relay.portForB };
      await forgetful.agent.openFlow({ id: 'f', transport: 'udp', local: { ...remote, port: relay.b }, remote });
      if (way === 'reoffer') a.agent.reoffer('leg/1', sdp);
      else a.agent.info('leg/1', 'application/dtmf-relay', 'Signal=5');
      await a.until('bye');
      assert.equal(a.agent.counts.sessions, 0);
      assert.ok(!a.words().includes('reofferAnswered'));
      await forgetful.agent.close();
    }));
}
