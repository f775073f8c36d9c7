import { toneSpans } from '../peer/audio.ts';
import { soundsIn } from '../peer/capture.ts';
import type { Gateway } from '../peer/gateway.ts';
import { isFarMedia } from './office.ts';

/** The hold tone of the United States as this gateway has it. */
export const holdHertz = 400;
/** A flash of a person: well within 300 to 1100 ms. */
const FLASH_MS = 500;

export const flash = async ({ bench }: Gateway, phone: number): Promise<void> => {
  await bench.flash(`phone/${phone}`, FLASH_MS);
};

/** Flashes, hears the recall dial tone, and dials a second party. */
export const dialSecond = async (gateway: Gateway, phone: number, number: string): Promise<void> => {
  await flash(gateway, phone);
  await gateway.bench.waitFor(`phone/${phone}`, 'tone', { hertz: [350, 440], timeoutMs: 3_000 });
  await gateway.bench.press(`phone/${phone}`, number);
};

type Transfers = readonly { readonly how: string }[] | undefined;

/** Of each record: who called whom, how it ended, and what became of its transfers. */
export const transfersOf = (records: readonly Record<string, unknown>[]): string[][] =>
  records.map(({ from, dialled, cause, transfers }) => [
    (from as { number: string }).number,
    String(dialled),
    String(cause),
    ...((transfers as Transfers) ?? []).map(({ how }) => how),
  ]);

/**
 * How long the far end was sent a tone, in ms, by a capture that has ended. Its audio may go to two addresses in turn:
 * it sends from another one than it names.
 */
export const sentToFarMs = async (path: string, hertz: number): Promise<number> =>
  (await eachSentToFarMs(path, [hertz]))[0]!;

/** The same for several tones, from one reading of the capture. */
export const eachSentToFarMs = async (path: string, hertz: readonly number[]): Promise<number[]> => {
  const sounds = (await soundsIn(path)).filter(({ to }) => isFarMedia(to));
  return hertz.map((each) =>
    sounds.flatMap(({ sound }) => toneSpans(sound, each)).reduce((sum, { lengthMs }) => sum + lengthMs, 0),
  );
};

/** Kills the control plane and waits until a new one takes calls. */
export const replaceControl = async (gateway: Gateway): Promise<void> => {
  const former = await gateway.signalPlane('control');
  await gateway.planeReplaced('control', former, 4_000);
  await gateway.ready(4_000);
};
