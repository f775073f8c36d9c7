import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { expectedResponse } from '../fake/softswitch/digest.ts';
import { Softswitch, type SoftswitchOptions } from '../fake/softswitch/softswitch.ts';
import { dominantFrequency, part, readWav } from './audio.ts';
import { type Account, Baresip } from './baresip.ts';
import { Capture, ladder } from './capture.ts';
import { Sipp } from './sipp.ts';
import { address, onSite, type Site } from './site.ts';
import { eventually, sleep } from './wait.ts';

// The softswitch of `test/fake`, judged by programs that were not written by us.

const open = async (site: Site, more: Partial<SoftswitchOptions> = {}): Promise<Softswitch> => {
  const softswitch = new Softswitch({
    ...{ name: 'a.test', host: address.softswitchA, port: 5060, rtpFirst: 23_000, rtpLast: 23_399 },
    users: { '201': 'secret', '202': 'secret' },
    callLog: site.path('calls.ndjson'),
    ...more,
  });
  await softswitch.open();
  site.atEnd('close the softswitch', () => softswitch.close());
  return softswitch;
};

const noted = (site: Site): { event: string; [field: string]: unknown }[] =>
  readFileSync(site.path('calls.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const account = (user: string, more: Partial<Account> = {}): Account => ({
  ...{ user, domain: 'a.test', password: 'secret', through: `${address.softswitchA}:5060` },
  ...more,
});

for (const transport of ['udp', 'tcp'] as const)
  test(
    `baresip registers by ${transport}, calls echo and tone, and is called by another baresip`,
    onSite(async (site) => {
      const softswitch = await open(site, { algorithms: ['MD5'] });
      const accounts = [account('201', { transport, codecs: ['PCMU'] })];
      const caller = await Baresip.start(site, { name: 'caller', host: address.farEnd, accounts, says: 440 });
      const others = [account('202', { transport, codecs: ['PCMA'] })];
      const called = await Baresip.start(site, {
        name: 'called',
        host: address.secondFarEnd,
        accounts: others,
        says: 620,
      });
      await Promise.all([caller.registered(), called.registered()]);
      assert.deepEqual(softswitch.view, { bindings: 2, calls: 0, refuses: false });

      for (const [number, hertz] of [
        ['600', 440],
        ['601', 660],
        ['202', 620],
      ] as const) {
        const before = caller.events.length;
        await caller.dial(`sip:${number}@a.test`);
        await caller.tells(/^CALL_ESTABLISHED$/, 5000, before);
        await sleep(1500);
        if (number === '202') await caller.press('19#');
        await caller.hangUp();
        await caller.tells(/^CALL_CLOSED$/, 3000, before);
        await sleep(300);
        const heard = readWav(caller.recordings().at(-1)!);
        const frequency = dominantFrequency(part(heard, 400, 800))!;
        assert.ok(Math.abs(frequency - hertz) < hertz / 100, `${number}: ${frequency} Hz`);
      }
      const atCalled = dominantFrequency(part(readWav(called.recordings()[0]!), 400, 800))!;
      assert.ok(Math.abs(atCalled - 440) < 4.4, `A-law and u-law joined: ${atCalled} Hz`);
      await eventually('no call left', 2000, () => softswitch.view.calls === 0);
      const ended = noted(site).filter(({ event }) => event === 'ended');
      assert.equal(ended.length, 4);
      assert.ok(ended.some(({ digits }) => digits === '19#'));
      for (const { lost, received, sent } of ended)
        assert.ok(lost === 0 && Number(received) > 50 && Number(sent) > 50, JSON.stringify(ended));
    }),
  );

test(
  'baresip hears what each number is for: busy, unknown, ringing until it cancels, a call back',
  onSite(async (site) => {
    await open(site, { algorithms: ['MD5'] });
    const accounts = [account('201')];
    const caller = await Baresip.start(site, { name: 'caller', host: address.farEnd, accounts });
    await caller.registered();
    const capture = await Capture.start(site);
    for (const [number, reason] of [
      ['603', /486/],
      ['605', /404/],
      ['202', /480/],
      ['999', /404/],
    ] as const) {
      const before = caller.events.length;
      await caller.dial(`sip:${number}@a.test`);
      const { param = '' } = await caller.tells(/^CALL_CLOSED$/, 3000, before);
      assert.match(param, reason, number);
    }
    let before = caller.events.length;
    await caller.dial('sip:604@a.test');
    await caller.tells(/^CALL_RINGING$/, 3000, before);
    await caller.hangUp();
    await eventually('the cancelled call', 2000, () =>
      noted(site).some(({ event, status }) => event === 'ended' && status === 487),
    );

    before = caller.events.length;
    await caller.dial('sip:602@a.test');
    await caller.tells(/^CALL_CLOSED$/, 5000, before);
    const closed = caller.events.length;
    const back = await caller.tells(/^CALL_ESTABLISHED$/, 5000, closed);
    assert.match(back.peeruri ?? '', /^sip:602@/);
    await caller.hangUp();
    await sleep(300);
    const { sip } = await capture.stop();
    const cancelled = sip.find(({ method, head }) => method === 'CANCEL' && head.includes('604'))!;
    const steps = ladder(sip, cancelled.callId);
    assert.deepEqual(steps.slice(-4), ['CANCEL', '200 CANCEL', '487 INVITE', 'ACK']);
  }),
);

/** A caller that proves by digest, holds and resumes, and hangs up; `algorithm` is chosen by SIPp from the challenge. */
const holding = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="holding">
${invite(1, '', 'sendrecv')}<recv response="407" auth="true"/>${ack(1, 'sip:600@[remote_ip]:[remote_port]', '[branch-2]')}
${invite(2, '[authentication username=201 password=secret]', 'sendrecv')}
<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="200" rrs="true"/>
<pause milliseconds="1200"/>
${ack(2, '[next_url]')}
${invite(3, '', 'sendonly', '[peer_tag_param]')}<recv response="200"><action>
<ereg regexp="a=recvonly" search_in="msg" check_it="true" assign_to="1"/></action></recv>${ack(3, '[next_url]')}
${invite(4, '', 'sendrecv', '[peer_tag_param]')}<recv response="200"><action>
<ereg regexp="a=sendrecv" search_in="msg" check_it="true" assign_to="1"/></action></recv>${ack(4, '[next_url]')}
<send>${message('BYE sip:600@[remote_ip]:[remote_port]', 5, 'BYE', '[peer_tag_param]')}</send><recv response="200"/>
<Reference variables="1"/>
</scenario>`;

function message(start: string, cseq: number, method: string, toTag: string, headers = '', body = ''): string {
  return `<![CDATA[
${start} SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
From: <sip:201@a.test>;tag=[call_number]
To: <sip:600@a.test>${toTag}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:201@[local_ip]:[local_port]>
Max-Forwards: 70
${headers === '' ? '' : `${headers}\n`}${body === '' ? 'Content-Length: 0\n' : 'Content-Type: application/sdp\nContent-Length: [len]\n'}
${body}]]>`;
}

function invite(cseq: number, headers: string, direction: string, toTag = ''): string {
  const body = `v=0
o=u 1 ${cseq} IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=${direction}
`;
  return `<send>${message('INVITE sip:600@[remote_ip]:[remote_port]', cseq, 'INVITE', toTag, headers, body)}</send>`;
}

/** The ACK of a refusal has the branch of its INVITE (RFC 3261 §17.1.1.3), which was sent two steps before. */
function ack(cseq: number, uri: string, branch = '[branch]'): string {
  return `<send>${message(`ACK ${uri}`, cseq, 'ACK', '[peer_tag_param]').replace('[branch]', branch)}</send>`;
}

// SIPp knows MD5 only; SHA-256 is judged by the gateway in the lab, whose softswitch b asks for nothing else
test(
  'SIPp proves itself, is sent the 200 again until its ACK, holds and resumes',
  onSite(async (site) => {
    const softswitch = await open(site, { algorithms: ['MD5'] });
    const capture = await Capture.start(site);
    const client = new Sipp(site, {
      ...{ name: 'client', scenario: holding, host: address.caller, calls: 3, withinMs: 20_000 },
      ...{ target: `${address.softswitchA}:5060`, words: ['-au', '201', '-ap', 'secret'] },
    });
    assert.deepEqual(await client.done(), { successful: 3, failed: 0, exitCode: 0 });
    const directions = noted(site)
      .filter(({ event }) => event === 'reinvited')
      .map(({ direction }) => direction);
    assert.deepEqual(directions.sort(), [...Array(3).fill('sendonly'), ...Array(3).fill('sendrecv')]);
    await eventually('no call left', 2000, () => softswitch.view.calls === 0);
    const { sip } = await capture.stop();
    const steps = ladder(sip, sip.find(({ method }) => method === 'BYE')!.callId);
    const [refused, accepted] = [steps.indexOf('407 INVITE'), steps.indexOf('200 INVITE')];
    assert.equal(steps.filter((step) => step === '407 INVITE').length, 1, 'acknowledged, so not repeated');
    assert.ok(refused < accepted && steps[accepted + 1] === '200 INVITE', steps.join(', '));
  }),
);

test(
  'registrations are refused by rule and taken back, and faults are done as told',
  onSite(async (site) => {
    const softswitch = await open(site, { algorithms: ['MD5'], nonceLifeMs: 1000 });
    const socket = createSocket('udp4');
    site.atEnd('close the socket', () => socket.close());
    const answers: string[] = [];
    socket.on('message', (bytes) => answers.push(bytes.toString('latin1')));
    await new Promise<void>((resolve) => socket.bind(5070, address.caller, resolve));
    const send = (method: string, cseq: number, to: string, more: readonly string[] = []): void => {
      const head = [
        `${method} sip:${address.softswitchA} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address.caller}:5070;branch=z9hG4bK-${cseq};rport`,
        `From: <sip:${to}@a.test>;tag=1`,
        `To: <sip:${to}@a.test>`,
        'Call-ID: x',
        `CSeq: ${cseq} ${method}`,
        ...more,
      ];
      socket.send(`${head.join('\r\n')}\r\n\r\n`, 5060, address.softswitchA);
    };
    const answered = (start: RegExp) =>
      eventually(`${start}`, 2000, () => {
        const at = answers.findIndex((text) => start.test(text));
        return at < 0 ? undefined : answers.splice(at, 1)[0];
      });
    send('REGISTER', 1, '999');
    await answered(/^SIP\/2\.0 404 Not Found\r\n/);
    send('REGISTER', 2, '201', [
      'Authorization: Digest username="201", realm="a.test", nonce="x", uri="y", response="z"',
    ]);
    assert.match((await answered(/^SIP\/2\.0 401 /))!, /;rport=5070;received=198\.18\.0\.22\r\n/);
    send('REGISTER', 9, '201');
    const [, nonce = ''] = /nonce="([^"]+)"/.exec((await answered(/^SIP\/2\.0 401 /))!)!;
    const proof = { username: '201', realm: 'a.test', nonce, uri: 'sip:x', algorithm: 'MD5' } as const;
    const whole = { ...proof, qop: 'auth', nc: '00000001', cnonce: 'c' };
    const response = expectedResponse(whole, 'REGISTER', 'secret');
    const given = Object.entries({ ...whole, response }).map(([name, value]) => `${name}="${value}"`);
    await sleep(1100);
    send('REGISTER', 10, '201', [`Authorization: Digest ${given.join(', ')}`]);
    assert.match((await answered(/^SIP\/2\.0 401 /))!, /stale=true/, 'the nonce lives for a second');
    send('OPTIONS', 3, '201');
    await answered(/^SIP\/2\.0 200 OK\r\n/);
    send('PUBLISH', 4, '201');
    await answered(/^SIP\/2\.0 405 /);
    send('INVITE', 5, '999');
    await answered(/^SIP\/2\.0 403 /);
    softswitch.refuse(500, 'OPTIONS', 7);
    send('OPTIONS', 6, '201');
    assert.match((await answered(/^SIP\/2\.0 500 /))!, /\r\nRetry-After: 7\r\n/);
    softswitch.accept();
    softswitch.faults.drop = 1;
    send('OPTIONS', 7, '201');
    await sleep(200);
    assert.deepEqual(answers, []);
    softswitch.faults.delayMs = 300;
    const start = performance.now();
    send('OPTIONS', 8, '201');
    await answered(/^SIP\/2\.0 200 /);
    assert.ok(performance.now() - start >= 295);
    softswitch.faults.delayMs = 0;

    const far = await Baresip.start(site, { name: 'far', host: address.farEnd, accounts: [account('201')] });
    await far.registered();
    assert.equal(softswitch.bindings[0]?.user, '201');
    far.program.signal('SIGTERM');
    await eventually('its binding to be taken back', 3000, () => softswitch.view.bindings === 0);
  }),
);
