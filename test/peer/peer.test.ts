import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { test } from 'node:test';
import { dominantFrequency, durationMs, gaps, levelDb, part, readWav, sine, toneSpans, writeWav } from './audio.ts';
import { type Account, Baresip } from './baresip.ts';
import { Capture, keysOf, ladder, streams } from './capture.ts';
import { deadTcp, swallowUdp } from './dead-server.ts';
import { Kamailio, noDialogs } from './kamailio.ts';
import { LossyRelay } from './relay.ts';
import { Sipp } from './sipp.ts';
import { address, onSite } from './site.ts';
import { gapsIn, ownGaps, Stalls } from './stalls.ts';
import { eventually, sleep } from './wait.ts';

// The harness itself, proven with the real programs before the gateway is measured by it.

const account = (user: string, more: Partial<Account> = {}): Account => ({
  user,
  domain: 'a.test',
  password: 'secret',
  through: `${address.softswitchA}:5060`,
  ...more,
});

test(
  'two baresips talk through Kamailio, and capture, recordings and dialog list agree',
  onSite(async (site) => {
    const softswitch = await Kamailio.start(site, { name: 'a', host: address.softswitchA });
    const [caller, called] = await Promise.all([
      Baresip.start(site, { name: 'caller', host: address.farEnd, accounts: [account('201')], says: 440 }),
      Baresip.start(site, { name: 'called', host: address.secondFarEnd, accounts: [account('202')], says: 620 }),
    ]);
    await Promise.all([caller.registered(), called.registered()]);
    const [held] = await softswitch.holds('202', 3000);
    assert.match(held!.contact, /^sip:202-?\w*@198\.18\.0\.21:5060/);

    const stalls = await Stalls.start(site);
    const capture = await Capture.start(site);
    await caller.dial('sip:202@a.test');
    await caller.tells(/^CALL_ESTABLISHED$/, 5000);
    await eventually('a confirmed dialog', 3000, async () => (await softswitch.dialogs())[0]?.state === '4');
    await sleep(1000);
    await caller.press('19#');
    await sleep(300);
    await caller.hangUp();
    await called.tells(/^CALL_CLOSED$/, 3000);
    await noDialogs(softswitch, 3000);
    assert.deepEqual([caller.openCalls(), called.openCalls()], [[], []]);
    assert.equal(called.closed().length, 1);

    const { sip, rtp } = await capture.stop();
    const invite = sip.find((message) => message.method === 'INVITE')!;
    const steps = ladder(sip, invite.callId);
    for (const step of ['407 INVITE', '200 INVITE', 'ACK', 'BYE', '200 BYE'])
      assert.ok(steps.includes(step), `${step} in ${steps}`);
    assert.match(invite.head, /^INVITE sip:202@a\.test SIP\/2\.0\r\n(?:.*\r\n)*Via: /i);
    const [there] = streams(rtp, { to: address.secondFarEnd });
    assert.ok(there!.packets.length > 50, `${there!.packets.length} packets`);
    assert.equal(there!.missing, 0);
    const [back] = streams(rtp, { to: address.farEnd });
    assert.deepEqual(ownGaps(gapsIn(there!), [...gapsIn(back!), ...(await stalls.stop())]), []);
    assert.deepEqual(keysOf(there!.packets), { keys: '19#', ended: 3 });

    const [heardByCaller, heardByCalled] = [readWav(caller.recordings()[0]!), readWav(called.recordings()[0]!)];
    assert.ok(Math.abs(dominantFrequency(heardByCalled)! - 440) < 4.4, `${dominantFrequency(heardByCalled)} Hz`);
    assert.ok(Math.abs(dominantFrequency(heardByCaller)! - 620) < 6.2, `${dominantFrequency(heardByCaller)} Hz`);
  }),
);

test(
  'a softswitch is frozen, thawed, told to refuse and to drop, and restarted empty',
  onSite(async (site) => {
    const softswitch = await Kamailio.start(site, {
      name: 'b',
      host: address.softswitchB,
      algorithm: 'SHA-256',
      freePorts: '^5099$',
    });
    const socket = createSocket('udp4');
    const answers: string[] = [];
    socket.on('message', (message) => answers.push(message.toString('latin1')));
    await new Promise<void>((resolve) => socket.bind(5070, address.caller, resolve));
    site.atEnd('close the socket', () => socket.close());
    const ask = (method: string, cseq: number): void => {
      const uri = method === 'OPTIONS' ? `sip:${address.softswitchB}` : `sip:201@${address.softswitchB}`;
      const head = [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address.caller}:5070;branch=z9hG4bK-${method}-${cseq};rport`,
        `From: <sip:201@b.test>;tag=t${cseq}`,
        'To: <sip:201@b.test>',
        `Call-ID: ${method}-${cseq}@test`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <sip:201@${address.caller}:5070>`,
        'Max-Forwards: 70',
        'Content-Length: 0',
      ];
      socket.send(`${head.join('\r\n')}\r\n\r\n`, 5060, address.softswitchB);
    };
    const answered = (start: RegExp, withinMs: number) =>
      eventually(`${start}`, withinMs, () => answers.find((text) => start.test(text)));

    ask('REGISTER', 1);
    assert.match(await answered(/^SIP\/2\.0 401/, 2000), /algorithm=SHA-256/);
    ask('OPTIONS', 1);
    await answered(/^SIP\/2\.0 200/, 2000);

    answers.length = 0;
    softswitch.freeze();
    ask('OPTIONS', 2);
    await sleep(400);
    assert.deepEqual(answers, []);
    softswitch.thaw();
    await answered(/^SIP\/2\.0 200/, 2000);

    await softswitch.answer('INVITE', 503, { retryAfterS: 30 });
    ask('INVITE', 3);
    assert.match(await answered(/^SIP\/2\.0 503/, 2000), /\r\nRetry-After: 30\r\n/);
    await softswitch.answer('INVITE', 'normally');
    ask('INVITE', 4);
    await answered(/^SIP\/2\.0 407/, 2000);

    answers.length = 0;
    await softswitch.answer('OPTIONS', 'drop');
    ask('OPTIONS', 5);
    await sleep(300);
    assert.deepEqual(answers, []);

    await softswitch.stop();
    await softswitch.start();
    assert.deepEqual(await softswitch.bindings(), []);
    ask('OPTIONS', 6);
    await answered(/^SIP\/2\.0 200/, 2000);
  }),
);

test(
  'a call through the lossy relay: what it dropped is in its log and the same again',
  onSite(async (site) => {
    const server = createSocket('udp4');
    server.on('message', (message, from) => server.send(message, from.port, from.address));
    await new Promise<void>((resolve) => server.bind(5060, address.softswitchA, resolve));
    site.atEnd('close the server', () => server.close());
    const passed = async (port: number, callIds: string, firstCseq: number): Promise<string> => {
      const target = { host: address.softswitchA, port: 5060 };
      const relay = await LossyRelay.start(site, { host: address.relayA, port, target, seed: 7, lossPercent: 30 });
      const client = createSocket('udp4');
      for (let i = 0; i < 200; i++) {
        client.send(
          `OPTIONS sip:x SIP/2.0\r\nCall-ID: ${callIds}${i % 20}\r\nCSeq: ${firstCseq + (i % 3)} OPTIONS\r\n\r\n`,
          port,
          address.relayA,
        );
        await sleep(1);
      }
      await sleep(100);
      client.close();
      const out = relay.log.filter((each) => each.direction === 'out');
      assert.equal(out.length, 200);
      const share = relay.log.filter((each) => each.dropped).length / relay.log.length;
      assert.ok(share > 0.22 && share < 0.38, `dropped ${share}`);
      assert.equal(
        relay.log.filter((each) => each.direction === 'in').length,
        out.filter((each) => !each.dropped).length,
      );
      return out.map((each) => `${each.name} ${each.copy} ${each.dropped}`).join('\n');
    };
    assert.equal(await passed(5060, 'c', 1), await passed(5061, 'another', 1000));
  }),
);

test(
  'softswitch behind a relay: both ways of a call pass it',
  onSite(async (site) => {
    const seen = { host: address.relayA, port: 5060 };
    await Kamailio.start(site, { name: 'a', host: address.softswitchA, advertise: seen });
    const target = { host: address.softswitchA, port: 5060 };
    const relay = await LossyRelay.start(site, { ...seen, target, seed: 1, lossPercent: 0 });
    const through = `${address.relayA}:5060`;
    const caller = await Baresip.start(site, {
      name: 'caller',
      host: address.farEnd,
      accounts: [account('201', { through })],
    });
    const called = await Baresip.start(site, {
      name: 'called',
      host: address.secondFarEnd,
      accounts: [account('202', { through })],
    });
    await Promise.all([caller.registered(), called.registered()]);
    await caller.dial('sip:202@a.test');
    await caller.tells(/^CALL_ESTABLISHED$/, 5000);
    await called.hangUp();
    await caller.tells(/^CALL_CLOSED$/, 3000);
    const byes = relay.log.filter((each) => each.kind === 'BYE').map((each) => each.direction);
    assert.deepEqual(byes, ['out', 'in']);
  }),
);

test(
  'SIPp runs a scenario to its end and says how it went',
  onSite(async (site) => {
    const server = new Sipp(site, {
      name: 'server',
      scenario: answering,
      host: address.softswitchA,
      calls: 2,
      withinMs: 15_000,
    });
    const client = new Sipp(site, {
      name: 'client',
      scenario: calling,
      host: address.caller,
      mediaPort: 27000,
      target: `${address.softswitchA}:5060`,
      calls: 2,
      withinMs: 15_000,
    });
    assert.deepEqual(await client.done(), { successful: 2, failed: 0, exitCode: 0 });
    assert.deepEqual(await server.done(), { successful: 2, failed: 0, exitCode: 0 });
    const alone = new Sipp(site, {
      name: 'alone',
      scenario: calling,
      host: address.caller,
      target: `${address.softswitchA}:5060`,
      calls: 1,
      withinMs: 2000,
    });
    const { successful, exitCode } = await alone.done();
    assert.equal(successful, 0);
    assert.notEqual(exitCode, 0);
  }),
);

test(
  'dead servers hear and do not answer',
  onSite(async (site) => {
    const swallowed = await swallowUdp(site, address.softswitchA, 5060);
    const client = createSocket('udp4');
    client.send('OPTIONS sip:x SIP/2.0\r\n\r\n', 5060, address.softswitchA);
    await eventually('the packet to be swallowed', 2000, () => swallowed.length === 1);
    client.close();
    for (const [kind, port] of [
      ['closes', 5061],
      ['closes on request', 5062],
    ] as const) {
      await deadTcp(site, address.softswitchA, port, kind);
      const flow = connect(port, address.softswitchA);
      flow.on('error', () => {});
      flow.on('connect', () => flow.write('REGISTER'));
      await new Promise((resolve) => flow.once('close', resolve));
    }
    const stalled = await deadTcp(site, address.softswitchA, 5063, 'stalls');
    const flow = connect(5063, address.softswitchA);
    flow.write('REGISTER');
    await eventually('the bytes', 2000, () => stalled.length === 1);
    assert.equal(flow.destroyed, false);
    flow.destroy();
  }),
);

test(
  'sound is judged by frequency, level, gaps and spans',
  onSite(async (site) => {
    const path = site.path('x.wav');
    const sound = sine(1004, 2, -6);
    sound.samples.fill(0, 8000, 8480);
    writeWav(path, sound);
    const read = readWav(path);
    assert.equal(durationMs(read), 2000);
    assert.ok(Math.abs(dominantFrequency(read)! - 1004) < 0.5);
    assert.ok(Math.abs(levelDb(part(read, 0, 900)) - -9.01) < 0.05);
    assert.deepEqual(gaps(read, 40), [{ atMs: 1000, lengthMs: 60 }]);
    assert.deepEqual(toneSpans(read, 1004), [
      { atMs: 0, lengthMs: 1000 },
      { atMs: 1040, lengthMs: 960 },
    ]);
    assert.deepEqual(toneSpans(read, 1300), []);
    assert.equal(dominantFrequency({ rate: 8000, samples: new Int16Array(8000) }), undefined);
  }),
);

const answering = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="answering"><recv request="INVITE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send><recv request="ACK"/><recv request="BYE"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send></scenario>`;

const request = (method: string, cseq: number, to: string) => `<send><![CDATA[
${method} sip:x@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:c@test>;tag=[call_number]
To: <sip:x@test>${to}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:c@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>`;

const calling = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="calling">${request('INVITE', 1, '')}<recv response="200"/>
${request('ACK', 1, '[peer_tag_param]')}${request('BYE', 2, '[peer_tag_param]')}<recv response="200"/></scenario>`;
