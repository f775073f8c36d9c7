import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Image } from './image.ts';
import { lookAtMessages, toldBy } from './recording-look.ts';
import { randomOf } from './recording-shelf.ts';

const writer = fileURLToPath(new URL('./recording-writer.ts', import.meta.url));
const LONGEST_PAUSE_MS = 60;

export type RecordingCuts = {
  readonly seed: number;
  readonly cuts: number;
  readonly mode: 'sync' | 'forgetful';
  /** Further options of mount(8). */
  readonly options?: string;
};

/** Cuts the power at random moments while messages are recorded; stops at the first fault. */
export const cutRecordings = async (t: TestContext, { seed, cuts, mode, options = '' }: RecordingCuts) => {
  const image = new Image(options);
  const work = mkdtempSync(join(tmpdir(), 'power-progress-'));
  const progress = join(work, 'progress');
  const words = ['--import', 'tsx', writer, join(image.folder, 'messages'), progress, String(seed), mode];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
    image.remove();
    rmSync(work, { recursive: true });
  });
  const random = randomOf(seed);
  const read = () => (readdirSync(work).length > 0 ? readFileSync(progress, 'utf8') : '');
  while (!read().includes('committed')) await working(child.exitCode);
  const faults: string[] = [];
  let mended = 0;
  let cut = 0;
  // A few more where none has met a recording that was under way.
  for (; (cut < cuts || (mended === 0 && cut < 4 * cuts)) && faults.length === 0; cut++) {
    await sleep(random() * LONGEST_PAUSE_MS);
    await working(child.exitCode);
    child.kill('SIGSTOP');
    await stopped(child.pid!);
    const told = toldBy(read());
    const found = await image.cut((folder) => lookAtMessages(join(folder, 'messages'), told));
    faults.push(...found.faults);
    mended += found.mended;
    child.kill('SIGCONT');
  }
  const messages = toldBy(read()).size;
  t.diagnostic(`seed ${seed}, ${mode}${options}: ${cut} cuts, ${messages} messages, ${mended} made of unfinished ones`);
  return { faults, mended };
};

const working = async (exitCode: number | null): Promise<void> => {
  if (exitCode !== null) throw new Error(`the writer has ended with ${exitCode}`);
  await sleep(2);
};

/** Each thread stands still, also those that were in the middle of a system call. */
const stopped = async (pid: number): Promise<void> => {
  const running = () =>
    readdirSync(`/proc/${pid}/task`).some((task) => {
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
      return stat[stat.lastIndexOf(')') + 2] !== 'T';
    });
  while (running()) await sleep(1);
};
