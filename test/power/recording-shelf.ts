import * as v from 'valibot';
import { configuration } from '../../firmware/config/schema.ts';
import type { Fact } from '../../firmware/control/facts.ts';
import { Mailboxes } from '../../firmware/control/mailbox/mailboxes.ts';
import { systemClock } from '../../firmware/core/clock.ts';
import { silentLog } from '../../firmware/core/log.ts';
import { Runner } from '../../firmware/core/runner.ts';

const OCTETS = 1024 * 1024 * 1024;

/** The mailboxes of a folder, as a plane that has just begun opens them; they state their facts to `onFact`. */
export const openShelf = async (folder: string, onFact = (_: Fact): void => {}): Promise<Mailboxes> => {
  const card = { id: 'card', driver: 'simulated' };
  const line = { id: 'line/1', card: 'card', port: 'phone/1', extension: '11' };
  const settings = v.parse(configuration, { version: 1, cards: [card], lines: [line] });
  const clock = systemClock;
  const runner = new Runner(clock, silentLog);
  runner.onFact((fact) => onFact(fact as Fact));
  const medium = async () => ({ freeOctets: OCTETS, totalOctets: OCTETS });
  const shelf = new Mailboxes({ folder, runner, clock, log: silentLog, configuration: settings, medium });
  await shelf.open();
  return shelf;
};

/** Numbers from 0 to 1 that come again with the same seed (mulberry32). */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
