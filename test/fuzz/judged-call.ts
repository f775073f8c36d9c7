import assert from 'node:assert/strict';
import { callsUp } from '../bench/box.ts';
import { Packets } from '../bench/packets.ts';
import { voiceStreams } from '../bench/streams.ts';
import { dominantFrequency, durationMs, part, readWav, type Sound } from '../peer/audio.ts';
import { type Baresip, mediaPort } from '../peer/baresip.ts';
import { Capture, type Stream, streams } from '../peer/capture.ts';
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

/** The audio of the judged call on the wire: ours as it went to the far end, and where the far end stood still itself. */
export type OnTheWire = { readonly towardsFar: Stream; readonly farStalls: readonly Stall[] };

/** Watches the audio of the judged call; gives, when asked, what it was. */
export const watchAudio = async (site: Site): Promise<() => Promise<OnTheWire>> => {
  const far = mediaPort(address.farEnd);
  const [ours, theirs] = [`portrange ${RTP.first}-${RTP.last}`, `portrange ${far}-${far + 199}`];
  const filter = `udp and ((src ${theirs} and dst ${ours}) or (src ${ours} and dst ${theirs}))`;
  const capture = await Capture.start(site, 'judged-audio', { filter });
  const isOurs = ({ from }: Stream): boolean => portOf(from) >= RTP.first && portOf(from) <= RTP.last;
  return async () => {
    // a stranger may have a port of that range by chance
    const longest = streams((await capture.stop()).rtp).sort((a, b) => b.packets.length - a.packets.length);
    const [towardsFar, towardsUs] = [longest.find(isOurs), longest.find((stream) => !isOurs(stream))];
    assert.ok(towardsFar && towardsFar.packets.length > 100, 'the gateway was heard on the wire');
    assert.ok(towardsUs && towardsUs.packets.length > 100, 'the far end was heard on the wire');
    return { towardsFar, farStalls: gapsIn(towardsUs) };
  };
};

const portOf = (place: string): number => Number(place.slice(place.lastIndexOf(':') + 1));

/** The gateway's RTP port, and when the recording in the phone's ear began, in seconds since 1970. */
export type Judged = { readonly port: number; readonly beganAt: number };
export const secondsSince1970 = (performanceMs: number): number => (performance.timeOrigin + performanceMs) / 1000;

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
  await farEnd.tells(/^CALL_ESTABLISHED$/, 5000);
  // by port: the far end takes any address of the namespace for its media, the gateway's as well
  const packets = await Packets.start(site, 'port', `udp and src portrange ${RTP.first}-${RTP.last}`);
  await sleep(500);
  const voices = voiceStreams(await packets.stop(), address.gateway);
  assert.equal(voices.length, 1, 'one stream of the judged call');
  return { port: voices[0]!.port, beganAt: secondsSince1970(listening) };
};

type Heard = { readonly path: string; readonly hertz: number; readonly leastMs: number };

/** The part of a recording that is judged, with a tone of `hertz` within 1 %. */
const judgedPart = ({ path, hertz, leastMs }: Heard, fromMs: number): Sound => {
  const whole = readWav(path);
  const sound = part(whole, fromMs, durationMs(whole) - 1000);
  assert.ok(durationMs(sound) > leastMs, `${path} has ${durationMs(sound)} ms`);
  const heard = dominantFrequency(sound);
  assert.ok(heard !== undefined && Math.abs(heard / hertz - 1) < 0.01, `${heard} Hz instead of ${hertz}`);
  return sound;
};

/** `until`: how long stalls were watched, in seconds since 1970. */
export type WatchedMachine = { readonly stalls: readonly Stall[]; readonly until: number };

/**
 * The call from both ends. In the ear of the phone no silence over 40 ms but where the machine or the far end stood
 * still. Towards the far end our stream is judged on the wire: what its recording misses beyond that is its own, a
 * program that shares its processors with the flood and writes to a disk.
 */
export const judgeCall = async (
  { gateway, farEnd }: Ends,
  { beganAt }: Judged,
  leastMs: number,
  { towardsFar, farStalls }: OnTheWire,
  { stalls, until }: WatchedMachine,
): Promise<void> => {
  assert.equal(towardsFar.missing, 0, 'packets missing on the way to the far end');
  assert.deepEqual(ownGaps(gapsIn(towardsFar), [...stalls, ...farStalls]), [], 'gaps on the way to the far end');
  const { file } = await gateway.bench.stopListening(PHONE);
  const fromMs = 500;
  const inEar = judgedPart({ path: file, hertz: SAYS.farEnd, leastMs }, fromMs);
  // what is recorded while the capture is decoded nobody could explain
  const silences = silencesIn(inEar, beganAt + fromMs / 1000).filter(({ to }) => to < until - EAR_S);
  assert.deepEqual(ownGaps(silences, [...stalls, ...farStalls], EAR_S), [], 'gaps in the ear of the phone');
  await gateway.bench.hangUp(PHONE);
  await farEnd.tells(/^CALL_CLOSED$/, 5000);
  await eventually('the recording', 3000, () => farEnd.recordings().length > 0);
  judgedPart({ path: farEnd.recordings().at(-1)!, hertz: SAYS.phone, leastMs }, 3000);
};
