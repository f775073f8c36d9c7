import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Capture, keysOf, type SipMessage, streams } from '../peer/capture.ts';
import { primary, secondary } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import { noDialogs } from '../peer/kamailio.ts';
import { address, onSite } from '../peer/site.ts';
import { sleep } from '../peer/wait.ts';
import {
  assertNear,
  audioBetween,
  dial,
  farHeard,
  farHertz,
  farNumber,
  hearsTone,
  nearHertz,
  type Office,
  openOffice,
} from './office.ts';

/** The keys that a phone or a far party hears as tones, one after the other. */
const keysHeardAt = async (gateway: Gateway, port: string): Promise<{ keys: () => string; end: () => void }> => {
  let keys = '';
  const end = await gateway.bench.events((event) => {
    if (event.event === 'digit' && event.port === port) keys += String(event['digit']);
  });
  return { keys: () => keys, end };
};

const called = async ({ far, gateway }: Office, phone: number): Promise<void> => {
  const before = far.events.length;
  await dial(gateway, phone, farNumber);
  await far.tells(/^CALL_ESTABLISHED$/, 3_000, before);
  await hearsTone(gateway, phone, farHertz);
};

const ended = async ({ a, far, gateway }: Office, phone: number): Promise<void> => {
  const before = far.events.length;
  await gateway.bench.hangUp(`phone/${phone}`);
  await far.tells(/^CALL_CLOSED$/, 3_000, before);
  await noDialogs(a, 3_000);
};

/** What was on its way when the far end held us has come by then. */
const SETTLED_S = 0.2;

/** How long phone 1 speaks after the resume. */
const TALK_MS = 1_500;

const fromUs = (sip: readonly SipMessage[], method: string): SipMessage[] =>
  sip.filter((message) => message.method === method && message.from === `${address.gateway}:5060`);

test(
  'the far end holds and resumes, then sends digits: no audio while held, audio again, each key heard once',
  onSite(async (site) => {
    const office = await openOffice(site);
    const { far, gateway } = office;
    const capture = await Capture.start(site);
    await called(office, 1);
    await gateway.bench.tone('phone/1', [nearHertz]);
    await far.command('hold');
    await gateway.bench.waitFor('phone/1', 'quiet', { ms: 1_000, timeoutMs: 10_000 });
    await far.command('resume');
    await hearsTone(gateway, 1, farHertz);
    await sleep(TALK_MS);
    await gateway.bench.silence('phone/1');

    const heard = await keysHeardAt(gateway, 'phone/1');
    await far.press('1590#');
    await sleep(600);
    heard.end();
    assert.equal(heard.keys(), '1590#', 'keys at phone 1');
    await ended(office, 1);
    const { sip, rtp } = await capture.stop();
    const [events] = streams(rtp.filter((each) => each.event && each.to.startsWith(`${address.gateway}:`)));
    assert.ok(events, 'events came');
    assert.deepEqual(keysOf(events.packets), { keys: '1590#', ended: 5 }, 'what the far end sent');
    assert.equal(fromUs(sip, 'INFO').length, 0, 'nothing is sent back');
    // the far end's own recording ends where it holds; the capture shows that our audio goes on
    const reoffers = sip.filter(({ method, to }) => method === 'INVITE' && to === `${address.gateway}:5060`);
    assert.ok(reoffers.length >= 2, 'hold and resume');
    const ours = audioBetween(rtp).towardsFar.packets;
    const [hold, resume] = [reoffers[0]!.at, reoffers.at(-1)!.at];
    const whileHeld = ours.filter(({ at }) => at > hold + SETTLED_S && at < resume);
    assert.equal(whileHeld.length, 0, 'packets of ours while we are held');
    const resumed = ours.filter(({ at }) => at > resume);
    assert.ok(resumed.length >= TALK_MS / 20, `${resumed.length} packets of ours after the resume`);
  }),
);

test(
  'a trunk that knows only PCMU and wants digits as INFO: that codec both ways, an INFO a key and no event',
  onSite(async (site) => {
    const trunks = [primary({ codecs: ['PCMU'], digits: 'info' }), secondary()];
    const accounts = [
      {
        user: farNumber,
        domain: 'a.test',
        password: 'secret',
        through: `${address.softswitchA}:5060`,
        codecs: ['PCMA', 'PCMU'] as const,
      },
      { user: farNumber, domain: 'b.test', password: 'secret', through: `${address.softswitchB}:5060` },
    ];
    const office = await openOffice(site, { configuration: { trunks }, far: { accounts } });
    const { far, gateway } = office;
    const capture = await Capture.start(site);
    await called(office, 1);
    await gateway.bench.press('phone/1', '42*#');
    await gateway.bench.tone('phone/1', [nearHertz]);
    await sleep(2_000);
    await ended(office, 1);
    const { sip, rtp } = await capture.stop();
    const { towardsFar, towardsUs } = audioBetween(rtp);
    for (const { packets } of [towardsFar, towardsUs]) {
      assert.deepEqual([...new Set(packets.map(({ payloadType }) => payloadType))], [0], 'PCMU and nothing else');
    }
    const keys = fromUs(sip, 'INFO').length;
    assert.equal(keys, 4, 'an INFO for each key');
    assertNear(farHeard(far), nearHertz, 'the far end hears phone 1');
  }),
);
