import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import * as v from 'valibot';
import { type Configuration, configuration } from '../../config/schema.ts';
import { silentLog } from '../../core/log.ts';
import { Runner } from '../../core/runner.ts';
import { TestClock } from '../../core/test-clock.ts';
import { muLawHeader } from '../../engine/sound/wav.ts';
import type { Files } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import { Mailboxes } from './mailboxes.ts';
import type { Medium } from './medium.ts';

export const MB = 1024 * 1024;
const card = { id: 'card', driver: 'simulated' };

/** Two phones with mailboxes; `change` replaces settings of all mailboxes, `pin` is that of the first. */
export const settingsOf = (change: object = {}, pin = '1234'): Configuration => {
  const lines = [1, 2].map((number) => ({
    id: `line/${number}`,
    card: 'card',
    port: `phone/${number}`,
    extension: `1${number}`,
    mailboxPin: number === 1 ? pin : '',
  }));
  return v.parse(configuration, { version: 1, cards: [card], lines, mailbox: change });
};

/** A folder that goes with the test. */
export const scratchFolder = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'mailbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export type ShelfOptions = {
  readonly clock?: TestClock;
  readonly configuration?: Configuration;
  readonly files?: Files;
  readonly medium?: Medium;
};

/** Mailboxes on a folder, as a process that has just begun makes them, and what they state. */
export const startShelf = async (folder: string, live: readonly string[] = [], options: ShelfOptions = {}) => {
  const { clock = new TestClock(), configuration = settingsOf(), files } = options;
  const runner = new Runner(clock, silentLog);
  const facts: Fact[] = [];
  runner.onFact((fact) => void facts.push(fact as Fact));
  const { medium = { freeOctets: 1000 * MB, totalOctets: 1000 * MB } } = options;
  const shelf = new Mailboxes({
    folder,
    runner,
    clock,
    log: silentLog,
    configuration,
    medium: async () => medium,
    ...(files === undefined ? {} : { files }),
  });
  await shelf.open();
  await shelf.adopt(new Set(live));
  clock.turn(0);
  return { shelf, runner, clock, facts, medium };
};

/** What the recorder of the engine leaves: a finished file, or one that is under way. */
export const record = (file: string, seconds: number, suffix: '' | '.part' = ''): void => {
  const sound = Buffer.alloc(Math.round(seconds * 8000), 0x55);
  writeFileSync(file + suffix, Buffer.concat([muLawHeader(sound.length), sound]));
};
