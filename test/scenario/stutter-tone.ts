import assert from 'node:assert/strict';
import type { Gateway } from '../peer/gateway.ts';
import { sleep } from '../peer/wait.ts';

/** Longer than the longest flash: sooner a lifted handset would be one. */
const PAUSE_MS = 1_500;

/** Whether the dial tone at a phone is interrupted in its first second. */
export const stutters = async (gateway: Gateway): Promise<boolean> => {
  await gateway.bench.lift('phone/1');
  const { segments } = await gateway.bench.hear('phone/1', 1_500);
  await gateway.bench.hangUp('phone/1');
  await sleep(PAUSE_MS);
  const bursts = segments.filter(({ on, ms }) => on && ms <= 150).length;
  assert.ok(
    segments.some(({ on }) => on),
    `a dial tone: ${JSON.stringify(segments)}`,
  );
  return bursts >= 3;
};
