import { randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import { Exclusive } from '../../core/exclusive.ts';
import type { Log } from '../../core/log.ts';
import { type Damage, DurableFile } from '../../store/durable-file.ts';
import type { Files } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import { Greeting } from './greeting.ts';
import {
  committed,
  countsOf,
  dropped,
  emptyIndex,
  kept,
  type MessageIndex,
  type Pending,
  type Room,
  removed,
  removing,
  reserved,
} from './message-index.ts';
import type { PinState } from './pin.ts';
import { PinLock } from './pin-lock.ts';
import { recordingsIn, removeRecordings, SHORTEST_S, settleRecording, writtenAt } from './recording.ts';
import { expiredOf, withAges } from './retention-machine.ts';
import type { MailboxId, Message } from './shelf.ts';

const LONGEST_NAME = 64;

export type MailboxHost = {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: (...facts: readonly Fact[]) => void;
};

/**
 * One mailbox on flash: a folder with `index`, a `<message>.wav` for each message, `greeting.wav` and `pin`. The
 * index is written before what it says is true for anybody else; work is done one after the other.
 */
export class Mailbox {
  readonly id: MailboxId;
  readonly greeting: Greeting;
  readonly pin: PinLock;
  readonly #folder: string;
  readonly #host: MailboxHost;
  readonly #work = new Exclusive();
  readonly #indexFile: DurableFile<MessageIndex>;
  #index: MessageIndex = emptyIndex;
  #folderThere = false;
  #full = false;
  /** Ended, but the index could not be written: they become messages as soon as it can. */
  readonly #owed = new Set<string>();
  /** Reserved by this process: nothing that was left over. */
  readonly #ours = new Set<string>();

  constructor(id: MailboxId, folder: string, host: MailboxHost) {
    this.id = id;
    this.#folder = folder;
    this.#host = host;
    const onDamage = ({ path, why }: Damage) => this.#damaged(`${path}: ${why}`);
    this.#indexFile = new DurableFile(join(folder, 'index'), onDamage, host.files);
    const work = this.#work;
    const makeFolder = () => this.#makeFolder();
    this.greeting = new Greeting({ folder, files: host.files, work, makeFolder });
    const pinFile = new DurableFile<PinState>(join(folder, 'pin'), onDamage, host.files);
    this.pin = new PinLock({ mailbox: id, file: pinFile, work, makeFolder, ...host });
  }

  get index(): MessageIndex {
    return this.#index;
  }

  /** Reads what is stored. */
  open(): Promise<void> {
    return this.#work.run(async () => {
      if (!(await exists(this.#folder))) return;
      this.#index = (await this.#indexFile.read()) ?? emptyIndex;
      await this.pin.open();
      await this.greeting.open();
    });
  }

  /**
   * Makes messages of what an earlier process left: recordings that were never committed, also unfinished ones, and
   * files that nobody knows. What is `live` is still being written and is left alone.
   */
  adopt(live: ReadonlySet<string>): Promise<void> {
    return this.#work.run(async () => {
      if (!(await exists(this.#folder))) return;
      await this.#finishRemovals();
      for (const pending of this.#index.pending) {
        if (!this.#ours.has(pending.id) && !live.has(this.#path(pending.id))) await this.#take(pending);
      }
      await this.#forgetLost();
      for (const id of await this.#unknown()) {
        const path = this.#path(id);
        if (live.has(path)) continue;
        const at = await writtenAt(path);
        await this.#take({ id, at, from: { number: '' }, longestS: 0 });
      }
      if (!live.has(this.greeting.newPath)) await this.greeting.forgetNew();
    });
  }

  /** `room` judges with what the whole medium has; the reservation is on flash when this resolves. */
  reserve(from: Message['from'], room: (index: MessageIndex) => Promise<Room>): Promise<Room & { message?: string }> {
    return this.#work.run(async () => {
      await this.#settleOwed();
      const found = await room(this.#index);
      this.tellRoom(found);
      if ('full' in found) return found;
      const id = randomBytes(6).toString('hex');
      const pending = { id, at: this.#host.clock.wall(), from: bounded(from), longestS: found.longestS };
      this.#ours.add(id);
      await this.#change(reserved(this.#index, pending));
      return { ...found, message: id };
    });
  }

  get full(): boolean {
    return this.#full;
  }

  /** States that it is full, or no longer, when that is news. */
  tellRoom(room: Room): void {
    const full = 'full' in room;
    if (full && !this.#full) this.#host.state({ fact: 'mailboxFull', mailbox: this.id, why: room.why });
    if (!full && this.#full) this.#host.state({ fact: 'mailboxHasRoom', mailbox: this.id });
    this.#full = full;
  }

  commit(message: string): Promise<Message | undefined> {
    return this.#work.run(async () => {
      this.#owed.add(message);
      await this.#settle(message);
      return this.message(message);
    });
  }

  message(id: string): Message | undefined {
    const found = this.#index.messages.find((each) => each.id === id);
    return found && this.#shown(found);
  }

  messages(): readonly Message[] {
    return this.#index.messages.map((each) => this.#shown(each));
  }

  /** The file of a message or of a recording that is under way. */
  file(message: string): string {
    return this.#path(message);
  }

  keep(message: string): Promise<boolean> {
    return this.#work.run(async () => {
      const found = this.message(message);
      if (found?.is === 'new') {
        await this.#change(kept(this.#index, message));
        this.tellCounts();
      }
      return found !== undefined;
    });
  }

  delete(message: string): Promise<boolean> {
    return this.#work.run(async () => {
      if (!this.message(message)) return false;
      await this.#delete([message]);
      return true;
    });
  }

  /** Deletes what is older than this; `wall` must be a clock that can be believed. */
  expire(wall: number, retentionDays: number): Promise<number> {
    return this.#work.run(async () => {
      await this.#settleOwed();
      await this.#finishRemovals();
      const aged = withAges(this.#index, wall);
      if (aged !== this.#index) await this.#change(aged);
      const expired = expiredOf(this.#index, wall, retentionDays);
      if (expired.length > 0) await this.#delete(expired);
      return expired.length;
    });
  }

  /** What is so when settings bring its line: counts, and whether it is locked; whether it is full is news then. */
  tellAll(): void {
    this.#full = false;
    this.tellCounts();
    if (this.pin.locked) this.#host.state({ fact: 'mailboxLocked', mailbox: this.id });
  }

  tellCounts(): void {
    this.#host.state({ fact: 'mailboxCounted', mailbox: this.id, ...countsOf(this.#index) });
  }

  /** Resolves when all that was asked is on flash. */
  idle(): Promise<void> {
    return this.#work.idle();
  }

  // ── below: only within `#work` ────────────────────────────────────────────────────────────────

  async #settle(id: string): Promise<void> {
    const pending = this.#index.pending.find((each) => each.id === id);
    if (pending) await this.#take(pending);
    this.#owed.delete(id);
  }

  async #settleOwed(): Promise<void> {
    for (const id of this.#owed) {
      await this.#settle(id).catch((error: unknown) => {
        this.#host.log.warn({ why: wordsOf(error) }, `mailbox ${this.id}: message ${id} still cannot be stored`);
      });
    }
  }

  /** A recording becomes a message, or nothing if it is too short. */
  async #take(pending: Pending): Promise<void> {
    const { id, at, from } = pending;
    const { files } = this.#host;
    const seconds = await settleRecording(files, this.#path(id));
    if (seconds === undefined || seconds < SHORTEST_S) {
      await this.#remove([id]);
      await this.#change(dropped(this.#index, id));
    } else {
      const length = Math.round(seconds * 100) / 100;
      await this.#change(committed(this.#index, { id, at, from, seconds: length, is: 'new' }));
      const stored = { fact: 'messageStored', mailbox: this.id, message: id, from: from.number } as const;
      this.#host.state({ ...stored, seconds: length });
      this.tellCounts();
    }
    this.#ours.delete(id);
  }

  /** Listed no more, on flash, before a file goes: a power cut in between leaves nothing that comes back. */
  async #delete(ids: readonly string[]): Promise<void> {
    await this.#change(removing(this.#index, ids));
    this.tellCounts();
    try {
      await this.#finishRemovals();
    } catch (error) {
      this.#host.log.warn({ why: wordsOf(error) }, `mailbox ${this.id}: deleted messages are removed later`);
    }
  }

  async #finishRemovals(): Promise<void> {
    const ids = this.#index.removing;
    if (ids.length === 0) return;
    await this.#remove(ids);
    // The next write of the index says so; until then they are removed once more, which is no harm.
    this.#index = removed(this.#index, ids);
  }

  /** Messages whose file has gone are none. */
  async #forgetLost(): Promise<void> {
    const files = new Set(await recordingsIn(this.#host.files, this.#folder));
    const lost = this.#index.messages.map(({ id }) => id).filter((id) => !files.has(id));
    if (lost.length === 0) return;
    this.#damaged(`mailbox ${this.id}: ${lost.length} messages have lost their file`);
    await this.#change(removed(removing(this.#index, lost), lost));
    this.tellCounts();
  }

  async #unknown(): Promise<readonly string[]> {
    const known = new Set([...this.#index.messages, ...this.#index.pending].map(({ id }) => id));
    return (await recordingsIn(this.#host.files, this.#folder)).filter((id) => !known.has(id));
  }

  #damaged(why: string): void {
    this.#host.state({ fact: 'storeDamaged', why });
  }

  async #remove(ids: readonly string[]): Promise<void> {
    const paths = ids.map((id) => this.#path(id));
    await removeRecordings(this.#host.files, this.#folder, paths);
  }

  async #change(index: MessageIndex): Promise<void> {
    await this.#makeFolder();
    await this.#indexFile.write(index);
    this.#index = index;
  }

  async #makeFolder(): Promise<void> {
    if (this.#folderThere) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#host.files.syncFolder(dirname(this.#folder));
    this.#folderThere = true;
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.wav`);
  }

  #shown({ id, at, from, seconds, is }: Omit<Message, 'mailbox'>): Message {
    return { id, mailbox: this.id, at, from, seconds, is };
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Names come from the network: not longer than anybody can read. */
const bounded = ({ number, name }: Message['from']): Message['from'] => ({
  number: number.slice(0, LONGEST_NAME),
  ...(name === undefined ? {} : { name: name.slice(0, LONGEST_NAME) }),
});
