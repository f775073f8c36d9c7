import assert from 'node:assert/strict';
import { callsUp } from '../bench/box.ts';
import { Packets } from '../bench/packets.ts';
import { voiceStreams } from '../bench/streams.ts';
import { dominantFrequency, durationMs, part, readWav } from '../peer/audio.ts';
import { type Baresip, mediaPort } from '../peer/baresip.ts';
import { Capture, streams } from '../peer/capture.ts';
import type { Gateway } from '../peer/gateway.ts';
import type { Kamailio } from '../peer/kamailio.ts';
import { address, type Site } from '../peer/site.ts';
import { EAR_S, gapsIn, ownGaps, type Stall, silencesIn } from '../peer/stalls.ts';
import { eventually, sleep } from '../peer/wait.ts';

/** Media ports of the gateway. */
export const RTP = { first: 21_000, last: 21_199 } as const;
/** The tones of the judged call: what the phone says and what the far end says. */
export const SAYS = { phone: 620, farEnd: 440 } as const;
const PHONE = 'phone/1';

type Ends = { readonly gateway: Gateway; readonly farEnd: Baresip; readonly b: Kamailio };

/** Watches what the far end of the judged call sends; gives, when asked, where it stood still itself. */
export const farEndAudio = async (site: Site): Promise<() => Promise<readonly Stall[]>> => {
  const first = mediaPort(address.farEnd);
  const filter = `udp and src portrange ${first}-${first + 199} and dst portrange ${RTP.first}-${RTP.last}`;
  const capture = await Capture.start(site, 'far-end-audio', { filter });
  return async () => {
    // a stranger may have a port of that range by chance
    const [longest] = streams((await capture.stop()).rtp).sort((a, b) => b.packets.length - a.packets.length);
    assert.ok(longest && longest.packets.length > 100, 'the far end was heard on the wire');
    return gapsIn(longest);
  };
};

/** The gateway's RTP port, and when both recordings began, in seconds since 1970. */
export type Judged = { readonly port: number; readonly beganAt: { readonly phone: number; readonly farEnd: number } };
const secondsSince1970 = (performanceMs: number): number => (performance.timeOrigin + performanceMs) / 1000;

/** A call from phone 1 to the far end, a tone each way, recorded at both. */
export const judgedCall = async (site: Site, { gateway, farEnd, b }: Ends): Promise<Judged> => {
  const { bench } = gateway;
  await bench.lift(PHONE);
  await bench.waitFor(PHONE, 'tone', { hertz: [350, 440], timeoutMs: 5000 });
  await bench.press(PHONE, '201');
  await eventually('the call', 10_000, async () => (await callsUp(b)).length === 1);
  await bench.tone(PHONE, [SAYS.phone]);
  await bench.waitFor(PHONE, 'tone', { hertz: [SAYS.farEnd], timeoutMs: 5000 });
  await bench.listen(PHONE, site.path('phone.wav'));
  const listening = performance.now();
  const { at: established } = await farEnd.tells(/^CALL_ESTABLISHED$/, 5000);
  // by port: the far end takes any address of the namespace for its media, the gateway's as well
  const packets = await Packets.start(site, 'port', `udp and src portrange ${RTP.first}-${RTP.last}`);
  await sleep(500);
  const voices = voiceStreams(await packets.stop(), address.gateway);
  assert.equal(voices.length, 1, 'one stream of the judged call');
  const beganAt = { phone: secondsSince1970(listening), farEnd: secondsSince1970(established) };
  return { port: voices[0]!.port, beganAt };
};

/** What an ear heard from when on, and how much of it. */
type Heard = { readonly path: string; readonly hertz: number; readonly beganAt: number; readonly leastMs: number };

/** A tone of `hertz` within 1 %; no silence over 40 ms after `fromMs` but where the machine or the far end stood still. */
const judgeSound = ({ path, hertz, beganAt, leastMs }: Heard, fromMs: number, stalls: readonly Stall[]): void => {
  const whole = readWav(path);
  const sound = part(whole, fromMs, durationMs(whole) - 1000);
  assert.ok(durationMs(sound) > leastMs, `${path} has ${durationMs(sound)} ms`);
  const heard = dominantFrequency(sound);
  assert.ok(heard !== undefined && Math.abs(heard / hertz - 1) < 0.01, `${heard} Hz instead of ${hertz}`);
  const silences = silencesIn(sound, beganAt + fromMs / 1000);
  assert.deepEqual(ownGaps(silences, stalls, EAR_S), [], `gaps in ${path}`);
};

/** Both ends' recordings of the judged call. */
export const judgeCall = async (
  { gateway, farEnd }: Ends,
  { beganAt }: Judged,
  leastMs: number,
  stalls: readonly Stall[],
): Promise<void> => {
  const { file } = await gateway.bench.stopListening(PHONE);
  judgeSound({ path: file, hertz: SAYS.farEnd, beganAt: beganAt.phone, leastMs }, 500, stalls);
  await gateway.bench.hangUp(PHONE);
  await farEnd.tells(/^CALL_CLOSED$/, 5000);
  await eventually('the recording', 3000, () => farEnd.recordings().length > 0);
  const path = farEnd.recordings().at(-1)!;
  judgeSound({ path, hertz: SAYS.phone, beganAt: beganAt.farEnd, leastMs }, 3000, stalls);
};
