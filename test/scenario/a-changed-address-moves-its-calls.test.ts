import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dominantFrequency, readWav } from '../peer/audio.ts';
import { Capture, type Decoded, type SipMessage, soundsIn } from '../peer/capture.ts';
import { onSite } from '../peer/site.ts';
import { ownGaps, Stalls, silencesIn } from '../peer/stalls.ts';
import { boundTrunks, type Path, paths, type TwoPaths } from '../peer/two-paths.ts';
import { eventually, patience, sleep } from '../peer/wait.ts';
import {
  assertNear,
  dial,
  farHertz,
  farNumber,
  hearsTone,
  isFarMedia,
  nearHertz,
  startFarEnd,
  trunkIs,
} from './office.ts';
import { openOfficeOnTwoPaths } from './office-on-two-paths.ts';

const PHONES = 4;
/** From the moment the new address is there: registered anew, the far end told, and heard again. */
const MOVED_MS = 2_000;
const next = paths.a.own.replace(/\.2$/, '.7');
const localHertz = 1_000;

/** The provider's router gives the path another address in the place of its own. */
const changeAddress = async (two: TwoPaths, { interface: name, own }: Path): Promise<number> => {
  const at = Date.now() / 1000;
  await two.inside('ip', 'address', 'del', `${own}/24`, 'dev', name);
  await two.lease(paths.a, next);
  return at;
};

const isFrom = (ip: string) => (message: { readonly from: string }) => message.from.startsWith(`${ip}:`);
const contactOf = ({ head }: SipMessage): string => /^(?:Contact|m): *<([^>]*)>/im.exec(head)?.[1] ?? '';

/** What the far end was told: one re-INVITE from the new address, with it as Contact, answered and acknowledged. */
const assertToldOnce = ({ sip }: Decoded, since: number): SipMessage => {
  const told = sip.filter(({ method, at }) => method === 'INVITE' && at >= since).filter(isFrom(next));
  const [reinvite] = told;
  assert.ok(reinvite, 'a re-INVITE left from the new address');
  assert.ok(
    told.every(({ callId }) => callId === reinvite.callId) && /;tag=/.test(/^To:.*$/im.exec(reinvite.head)![0]),
  );
  assert.match(contactOf(reinvite), new RegExp(`@${next}:`));
  const sameCall = sip.filter(({ callId }) => callId === reinvite.callId);
  assert.ok(sameCall.some(({ status, cseq, to }) => status === 200 && cseq === reinvite.cseq && to.startsWith(next)));
  assert.ok(sameCall.filter(isFrom(next)).some(({ method }) => method === 'ACK'));
  return reinvite;
};

/** Each account was registered at the new address within time, and its old Contact taken back (RFC 3261 §10.2.2). */
const assertRegisteredAnew = ({ sip }: Decoded, since: number): void => {
  const registers = sip.filter(({ method }) => method === 'REGISTER').filter(isFrom(next));
  const fresh = registers.filter((each) => contactOf(each).includes(`@${next}:`));
  assert.ok(new Set(fresh.filter(({ at }) => at <= since + MOVED_MS / 1000).map(contactOf)).size >= PHONES);
  const removed = registers.filter((each) => contactOf(each).includes(`@${paths.a.own}:`));
  assert.ok(removed.length >= PHONES && removed.every(({ head }) => /^Expires: *0\r$/im.test(head)));
};

/** What each side said after the move, by the wire: ours from the new address, the far end's to it. */
const assertHeardBothWays = async (path: string): Promise<void> => {
  const sounds = (await soundsIn(path)).filter(({ from, to }) => [from, to].some((end) => end.startsWith(`${next}:`)));
  const ours = sounds.find(({ to }) => isFarMedia(to));
  const theirs = sounds.find(({ from }) => isFarMedia(from));
  assertNear(dominantFrequency(ours!.sound), nearHertz, 'from the new address');
  assertNear(dominantFrequency(theirs!.sound), farHertz, 'to the new address');
};

const ways = [
  ['bound to its interface', boundTrunks(), false],
  ['bound to no address, with no other way', boundTrunks({ interface: '' }), true],
] as const;

for (const [what, trunks, alone] of ways)
  test(
    `the address of a path changes in a call over a softswitch ${what}: registered anew at once, the call goes on from the new address, and a call between phones hears nothing of it`,
    onSite(async (site, context) => {
      const { two, a, far, gateway } = await openOfficeOnTwoPaths(site, { phones: PHONES, trunks });
      if (alone) await two.inside('ip', 'route', 'del', 'default', 'dev', paths.b.interface);
      const stalls = await Stalls.start(site, gateway);
      await dial(gateway, 3, '14');
      await gateway.bench.waitFor('phone/4', 'ringing', { timeoutMs: patience(2_000) });
      await gateway.bench.lift('phone/4');
      await gateway.bench.tone('phone/4', [localHertz]);
      await hearsTone(gateway, 3, localHertz);
      const heardAtPhone = site.path('phone-3.wav');
      const listensAt = Date.now() / 1000;
      await gateway.bench.listen('phone/3', heardAtPhone);

      // the first of it may leave before the provider's router is known again, by the route that is there
      const interfaces = [paths.a.providerInterface, paths.b.providerInterface];
      const capture = await Capture.start(site, 'capture', { interfaces });
      await dial(gateway, 1, farNumber);
      await far.tells(/^CALL_ESTABLISHED$/, 3_000);
      await gateway.bench.tone('phone/1', [nearHertz]);
      await hearsTone(gateway, 1, farHertz);

      const changedAt = await changeAddress(two, paths.a);
      await eventually('only the new contacts at the softswitch', patience(MOVED_MS), async () => {
        const contacts = (await a.bindings()).map(({ contact }) => contact);
        return contacts.length >= PHONES && contacts.filter((each) => each.includes(paths.a.own)).length === 0;
      });
      await trunkIs(gateway, 'primary', /up/, 2_000);
      await sleep(1_500);
      await hearsTone(gateway, 1, farHertz);
      await hearsTone(gateway, 3, localHertz, 500);
      await gateway.bench.stopListening('phone/3');
      await gateway.bench.hangUp('phone/1');
      await far.tells(/^CALL_CLOSED$/, 2_000);
      const [record] = await gateway.recorded(1);
      assert.equal(record?.['cause'], 'hungUp');
      assert.equal(record?.['endedBy'], 'caller');

      const decoded = await capture.stop();
      const reinvite = assertToldOnce(decoded, changedAt);
      assertRegisteredAnew(decoded, changedAt);
      await assertHeardBothWays(capture.path);
      assertNear(dominantFrequency(readWav(far.recordings().at(-1)!)), nearHertz, 'the far end heard');
      const back = decoded.rtp.find(({ from, to }) => isFarMedia(from) && to.startsWith(`${next}:`));
      const backMs = Math.round((back!.at - changedAt) * 1000);
      assert.ok(backMs <= MOVED_MS, `audio was back after ${backMs} ms`);
      const toldMs = Math.round((reinvite.at - changedAt) * 1000);
      const cuts = ownGaps(silencesIn(readWav(heardAtPhone), listensAt), await stalls.stop(), 0.5);
      assert.deepEqual(cuts, [], 'the call between phones was cut');
      context.diagnostic(`re-INVITE ${toldMs} ms after the change, the far end's audio after ${backMs} ms`);
    }),
  );

test(
  'the address changes, and the far end knows nothing of the call any more: it ends in order and the phone hears so',
  onSite(async (site) => {
    const { two, far, gateway } = await openOfficeOnTwoPaths(site, { phones: PHONES });
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await hearsTone(gateway, 1, farHertz);
    far.program.signal('SIGKILL');
    await far.program.ended;
    await startFarEnd(site, 'auto', { name: 'far-again' });
    const changedAt = await changeAddress(two, paths.a);
    const [record] = await gateway.recorded(1, 4_000);
    assert.equal(record?.['cause'], 'hungUp');
    assert.equal(record?.['endedBy'], 'callee');
    assert.ok(Date.now() / 1000 - changedAt < 6, 'at once, not for want of audio');
    await gateway.bench.waitFor('phone/1', 'tone', { hertz: [480, 620], timeoutMs: 8_000 });
  }),
);

test(
  'the address changes while phones ring: one of ours rings on, is answered from the new address and heard both ways; one at the far end stops ringing, and its caller and the record are told why',
  onSite(async (site) => {
    const { two, far, gateway } = await openOfficeOnTwoPaths(site, { phones: PHONES, farAnswers: 'manual' });
    const { bench } = gateway;
    await far.command('uafind', `sip:${farNumber}@a.test`);
    await far.dial('sip:102@a.test');
    await bench.waitFor('phone/2', 'ringing', { timeoutMs: patience(4_000) });
    await dial(gateway, 1, farNumber);
    await far.tells(/^CALL_INCOMING$/, 3_000);
    await bench.waitFor('phone/1', 'tone', { hertz: [440, 480], timeoutMs: patience(4_000) });

    await changeAddress(two, paths.a);
    await eventually('the far phone has stopped ringing', patience(3_000), () =>
      far.events.some(({ type, peeruri }) => type === 'CALL_CLOSED' && peeruri?.includes(':101@')),
    );
    const capture = await Capture.start(site, 'answered', { interfaces: [paths.a.providerInterface] });
    await bench.lift('phone/2');
    await far.tells(/^CALL_ESTABLISHED$/, 3_000);
    await bench.tone('phone/2', [nearHertz]);
    await hearsTone(gateway, 2, farHertz);
    await sleep(600);
    await Promise.all([1, 2].map((phone) => bench.hangUp(`phone/${phone}`)));
    const records = await gateway.recorded(2);
    const { sip, rtp } = await capture.stop();
    const answer = sip.find(({ status, cseq }) => status === 200 && cseq.endsWith('INVITE'));
    assert.match(contactOf(answer!), new RegExp(`@${next}:`));
    assert.ok(rtp.some(({ from, to }) => isFarMedia(from) && to.startsWith(`${next}:`)));
    assertNear(dominantFrequency(readWav(far.recordings().at(-1)!)), nearHertz, 'the far end heard');
    const [taken, lost] = ['102', farNumber].map((number) => records.find(({ dialled }) => dialled === number)!);
    assert.deepEqual([taken?.['cause'], taken?.['endedBy']], ['hungUp', 'callee']);
    const attempts = lost!['attempts'] as { target: { id: string }; cause: string }[];
    assert.deepEqual([attempts[0]?.target.id, attempts[0]?.cause], ['primary', 'addressChanged']);
  }),
);
