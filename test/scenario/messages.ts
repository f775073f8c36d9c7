import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { dominantFrequency, durationMs, readWav, type Sound, toneSpans } from '../peer/audio.ts';
import { type GatewayConfiguration, gatewayConfiguration } from '../peer/configuration.ts';
import type { Gateway } from '../peer/gateway.ts';
import { eventually, sleep } from '../peer/wait.ts';

/** What the caller says, the tone after a greeting, and the hang-up tone of the simulated exchange, in hertz. */
export const callerHertz = 700;
export const beepHertz = 1000;
export const pin = '2580';
export const RING_S = 5;
/** Digit map and mailboxes of an office whose phones answer nothing. */
export const withMailboxes = (
  options: Parameters<typeof gatewayConfiguration>[0] = {},
): Partial<GatewayConfiguration> => ({
  routing: { digitMap: '[2-9]xx|0x.T' },
  mailbox: { ringS: RING_S },
  lines: (gatewayConfiguration(options).lines ?? []).map((line) =>
    line.kind === 'fxs' ? { ...line, mailboxPin: pin } : line,
  ),
});

const recordings = (folder: string, ending: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(ending))
        .sort()
        .map((name) => join(folder, name))
    : [];

/** The messages that stand in the gateway's data folder, oldest first; or what is being written (`.part`). */
export const messagesOf = (gateway: Gateway, ending = '.wav'): string[] =>
  recordings(join(gateway.data, 'messages'), ending);

/** Waits until so many messages stand there, and gives the sound of the last one. */
export const messageNumber = async (gateway: Gateway, count: number, withinMs = 5_000): Promise<Sound> => {
  const all = await eventually(`${count} message(s)`, withinMs, () => {
    const found = messagesOf(gateway);
    return found.length === count ? found : undefined;
  });
  return readWav(all.at(-1)!);
};

export type Described = { readonly hertz: number | undefined; readonly toneMs: number; readonly wholeMs: number };
/** Frequency of the caller's tone, how long it is there, and the length of all. */
export const described = (sound: Sound): Described => ({
  hertz: dominantFrequency(sound),
  toneMs: toneSpans(sound, callerHertz).reduce((sum, { lengthMs }) => sum + lengthMs, 0),
  wholeMs: durationMs(sound),
});

/** The bench says that a line is quiet after two frames without sound. */
const QUIET_AFTER_MS = 40;

/**
 * The exchange rings phone 1, which nobody answers; gives when the tone after the greeting has ended. Times are of the
 * bench (CLOCK_MONOTONIC, ms): it takes part in the audio itself, while this process hears of it later.
 */
export const beepEnds = async (gateway: Gateway, line = 1): Promise<number> => {
  const port = `exchange/${line}`;
  await gateway.bench.ring(port, { callerId: '5557777' });
  await gateway.bench.waitFor(`phone/${line}`, 'ringing', { timeoutMs: 10_000 });
  await gateway.bench.waitFor(port, 'line', { line: 'talking', timeoutMs: RING_S * 1_000 + 3_000 });
  let quietAt = 0;
  const end = await gateway.bench.events((event) => {
    if (event.event === 'sound' && event.port === port && event['on'] === false) quietAt = event.at;
  });
  const beep = await gateway.bench.waitFor(port, 'tone', { hertz: [beepHertz], timeoutMs: 20_000 });
  await eventually('the end of the tone', 10_000, () => quietAt > beep.at);
  end();
  return quietAt - QUIET_AFTER_MS;
};

/** The caller speaks for so long; returns when the last of it has left. */
export const speaks = async (gateway: Gateway, ms: number, line = 1): Promise<void> => {
  const until = performance.now() + ms;
  await gateway.bench.tone(`exchange/${line}`, [callerHertz], { ms });
  await sleep(until - performance.now());
};

/** The far party hangs up in this way; gives when, by the clock of the bench. */
export const farHangsUp = async (gateway: Gateway, by: 'loop' | 'tone', line = 1): Promise<number> => {
  const port = `exchange/${line}`;
  let hungUpAt: number | undefined;
  const end = await gateway.bench.events((event) => {
    if (event.event === 'line' && event.port === port && event['line'] === 'hungUp') hungUpAt ??= event.at;
  });
  await gateway.bench.farHangUp(port, by);
  const at = await eventually('the exchange to hang up', 5_000, () => hungUpAt);
  end();
  return at;
};
