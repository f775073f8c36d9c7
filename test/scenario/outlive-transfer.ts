import type { Random } from '../fuzz/random.ts';
import type { Gateway } from '../peer/gateway.ts';
import { patience, sleep } from '../peer/wait.ts';
import { farHertz, hearsTone } from './office.ts';
import { extensionOf } from './outlive-office.ts';
import { flash } from './transferring.ts';

/** An opening of the loop is a flash up to 1.1 s, and a hang-up from then on. */
const HUNG_UP_AFTER_MS = 1_100;
const HUNG_UP_MS = 1_500;
const FLASHED_AFTER_MS = 500;

/** `takesMs`: what it does is known so long after it has begun. */
export type Step = { readonly takesMs: number; readonly does: () => Promise<void> };
export type How = 'blind' | 'attended';

/** A phone that is transferred to says what no other one does. */
export const voiceOf = (phone: number): number => 700 + 30 * phone;

/**
 * The steps by which a phone hands the far end over to another phone: a flash, the number, and, in an order that chance
 * decides, its hanging up and the other's answer. Each ends when the person has heard what there is to hear.
 */
export const transfer = (
  gateway: Gateway,
  random: Random,
  by: number,
  to: number,
): { readonly how: How; readonly steps: readonly Step[] } => {
  const { bench } = gateway;
  const how = random.pick<How>(['blind', 'attended']);
  const flashes = async () => {
    await flash(gateway, by);
    await bench.waitFor(`phone/${by}`, 'tone', { hertz: [350, 440], timeoutMs: patience(0) });
  };
  const dials = async () => {
    await bench.press(`phone/${by}`, extensionOf(to));
    await bench.waitFor(`phone/${to}`, 'ringing', { timeoutMs: patience(0) });
  };
  const lifts = async () => {
    await bench.lift(`phone/${to}`);
    await bench.tone(`phone/${to}`, [voiceOf(to)]);
    if (how === 'attended') await hearsTone(gateway, by, voiceOf(to));
    else await hearsTone(gateway, to, farHertz);
  };
  const hangsUp = async () => {
    await bench.hangUp(`phone/${by}`);
    await sleep(HUNG_UP_MS);
    if (how === 'attended') await hearsTone(gateway, to, farHertz);
  };
  const ready: Step[] = [
    { takesMs: FLASHED_AFTER_MS, does: flashes },
    { takesMs: 0, does: dials },
  ];
  const lift: Step = { takesMs: 0, does: lifts };
  const hangUp: Step = { takesMs: HUNG_UP_AFTER_MS, does: hangsUp };
  return { how, steps: [...ready, ...(how === 'attended' ? [lift, hangUp] : [hangUp, lift])] };
};

/** All of it at once; gives how it was done. */
export const handOver = async (gateway: Gateway, random: Random, by: number, to: number): Promise<How> => {
  const { how, steps } = transfer(gateway, random, by, to);
  for (const { does } of steps) await does();
  return how;
};
