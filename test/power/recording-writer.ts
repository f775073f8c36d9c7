/**
 * The process whose power is cut while it records: `recording-writer.ts <folder> <progress file> <seed>
 * <sync|forgetful>`. Messages go through the recorder of the engine and the mailboxes, each second as soon as the one
 * before is on disk. What was done is told by a line in the progress file, which stands on another file system.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Reservation } from '../../firmware/control/mailbox/shelf.ts';
import { monotonicNow } from '../../firmware/core/clock.ts';
import { openPart, RecorderTermination } from '../../firmware/engine/termination/recorder.ts';
import { CALLER, sampleOf } from './recording-look.ts';
import { openShelf, randomOf } from './recording-shelf.ts';

const [folder = '', progress = '', seed = '1', mode = 'sync'] = process.argv.slice(2);
const FRAMES_A_SECOND = 50;
const MOST_MESSAGES = 8;

const file = await open(progress, 'a');
/** Told after it was done (`deleting` before). */
const tell = (...words: readonly (string | number)[]): void => void writeSync(file.fd, `${words.join(' ')}\n`);
const random = randomOf(Number(seed));

/** Says when the recorder has forced something to disk; a forgetful one forces nothing. */
const watched = (part: FileHandle, synced: () => void): FileHandle =>
  new Proxy(part, {
    get: (target, name) => {
      if (name === 'datasync' || name === 'sync') {
        return async () => {
          if (mode === 'sync') await target[name]();
          if (name === 'datasync') synced();
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** A message of some whole seconds and a part of one. */
const record = async ({ message, file: path }: Reservation, frames: number): Promise<void> => {
  const seconds = new EventTarget();
  const part = watched(await openPart(path), () => seconds.dispatchEvent(new Event('synced')));
  const what = { kind: 'recorder', file: path, longestS: 60, silenceEndsS: 0 } as const;
  const recorder = new RecorderTermination('recorder/1', 'sendOnly', part, what, {
    happened: () => {},
    digit: () => {},
  });
  const frame = new Int16Array(160).fill(sampleOf(message));
  for (let sent = 1; sent <= frames; sent++) {
    const synced = sent % FRAMES_A_SECOND === 0 ? once(seconds, 'synced') : undefined;
    recorder.write(frame, monotonicNow());
    await synced;
    if (synced) tell('second', message);
  }
  await recorder.close(monotonicNow());
};

const shelf = await openShelf(folder);
await shelf.adopt(new Set());
const held: string[] = [];
for (;;) {
  const reservation = await shelf.reserve('line/1', { number: CALLER });
  if ('refused' in reservation) throw new Error(reservation.why);
  const { message } = reservation;
  tell('reserved', message);
  const frames = 30 + Math.floor(random() * 170);
  await record(reservation, frames);
  tell('recorded', message, frames / FRAMES_A_SECOND);
  const stored = await shelf.commit(reservation);
  tell(stored ? 'committed' : 'nothing', message);
  if (stored) held.push(message);
  if (held.length < MOST_MESSAGES && random() < 0.7) continue;
  const [gone = ''] = held.splice(Math.floor(random() * held.length), 1);
  tell('deleting', gone);
  await shelf.delete('line/1', gone);
  tell('deleted', gone);
}
