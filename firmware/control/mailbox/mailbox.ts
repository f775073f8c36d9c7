import { randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { wordsOf } from '../../core/error.ts';
import { Exclusive } from '../../core/exclusive.ts';
import type { Log } from '../../core/log.ts';
import { DurableFile } from '../../store/durable-file.ts';
import { type Files, renameDurably, writeSynced } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
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
import { type PinState, pinTried, unlocked } from './pin.ts';
import { removeRecordings, settleRecording, writtenAt } from './recording.ts';
import { expiredOf, withAges } from './retention-machine.ts';
import type { MailboxId, Message } from './shelf.ts';

/** Shorter is no message: somebody hung up. */
const SHORTEST_S = 1;
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
  readonly #folder: string;
  readonly #host: MailboxHost;
  readonly #work = new Exclusive();
  readonly #indexFile: DurableFile<MessageIndex>;
  readonly #pinFile: DurableFile<PinState>;
  #index: MessageIndex = emptyIndex;
  #pin: PinState = unlocked;
  #ownGreeting = false;
  #folderThere = false;
  #full = false;
  /** Reserved by this process: nothing that was left over. */
  readonly #ours = new Set<string>();

  constructor(id: MailboxId, folder: string, host: MailboxHost) {
    this.id = id;
    this.#folder = folder;
    this.#host = host;
    const onDamage = (damage: object) => host.log.error({ alarm: 'store', ...damage }, `mailbox ${id}: a damaged file`);
    this.#indexFile = new DurableFile(join(folder, 'index'), onDamage, host.files);
    this.#pinFile = new DurableFile(join(folder, 'pin'), onDamage, host.files);
  }

  get index(): MessageIndex {
    return this.#index;
  }

  get locked(): boolean {
    return this.#pin.locked;
  }

  /** The owner's own greeting, undefined if there is none. */
  get greeting(): string | undefined {
    return this.#ownGreeting ? this.#path('greeting') : undefined;
  }

  /** Where a greeting is recorded before it takes the old one's place. */
  get newGreeting(): string {
    return this.#path('greeting-new');
  }

  /** Reads what is stored. */
  open(): Promise<void> {
    return this.#work.run(async () => {
      if (!(await exists(this.#folder))) return;
      this.#index = (await this.#indexFile.read()) ?? emptyIndex;
      this.#pin = (await this.#pinFile.read()) ?? unlocked;
      this.#ownGreeting = await exists(this.#path('greeting'));
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
      if (!live.has(this.newGreeting)) await this.#remove(['greeting-new']);
    });
  }

  /** `room` judges with what the whole medium has; the reservation is on flash when this resolves. */
  reserve(from: Message['from'], room: (index: MessageIndex) => Promise<Room>): Promise<Room & { message?: string }> {
    return this.#work.run(async () => {
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

  /** States that it is full when that is news. */
  tellRoom(room: Room): void {
    const full = 'full' in room;
    if (full && !this.#full) this.#host.state({ fact: 'mailboxFull', mailbox: this.id, why: room.why });
    this.#full = full;
  }

  commit(message: string): Promise<Message | undefined> {
    return this.#work.run(async () => {
      const pending = this.#index.pending.find(({ id }) => id === message);
      if (pending) await this.#take(pending);
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
      await this.#finishRemovals();
      const aged = withAges(this.#index, wall);
      if (aged !== this.#index) await this.#change(aged);
      const expired = expiredOf(this.#index, wall, retentionDays);
      if (expired.length > 0) await this.#delete(expired);
      return expired.length;
    });
  }

  /** Room for the file of a new greeting; what an earlier try left is removed. */
  reserveGreeting(): Promise<string> {
    return this.#work.run(async () => {
      await this.#makeFolder();
      await this.#remove(['greeting-new']);
      return this.newGreeting;
    });
  }

  commitGreeting(): Promise<boolean> {
    return this.#work.run(async () => {
      const seconds = await settleRecording(this.#host.files, this.newGreeting);
      if (seconds === undefined || seconds < SHORTEST_S) {
        await this.#remove(['greeting-new']);
        return false;
      }
      await this.#renameGreeting(this.newGreeting);
      return true;
    });
  }

  setGreeting(octets: Buffer | undefined): Promise<void> {
    return this.#work.run(async () => {
      if (octets === undefined) {
        this.#ownGreeting = false;
        await this.#remove(['greeting']);
        return;
      }
      const { files } = this.#host;
      const path = this.#path('greeting-uploaded');
      await this.#makeFolder();
      await files.unlink(path);
      await writeSynced(files, path, octets);
      await this.#renameGreeting(path);
    });
  }

  tryPin(isRight: boolean): 'right' | 'wrong' | 'locked' {
    const { state, answer } = pinTried(this.#pin, isRight);
    const locks = state.locked && !this.#pin.locked;
    this.#setPin(state);
    if (locks) this.#host.state({ fact: 'mailboxLocked', mailbox: this.id });
    return answer;
  }

  unlock(): void {
    const wasLocked = this.#pin.locked;
    this.#setPin(unlocked);
    if (wasLocked) this.#host.state({ fact: 'mailboxUnlocked', mailbox: this.id });
  }

  tellCounts(): void {
    this.#host.state({ fact: 'mailboxCounted', mailbox: this.id, ...countsOf(this.#index) });
  }

  /** Resolves when all that was asked is on flash. */
  idle(): Promise<void> {
    return this.#work.idle();
  }

  // ── below: only within `#work` ────────────────────────────────────────────────────────────────

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
    const files = new Set(await this.#names());
    const lost = this.#index.messages.map(({ id }) => id).filter((id) => !files.has(id));
    if (lost.length === 0) return;
    this.#host.log.error({ alarm: 'store', lost }, `mailbox ${this.id}: messages have lost their file`);
    await this.#change(removed(removing(this.#index, lost), lost));
    this.tellCounts();
  }

  async #unknown(): Promise<readonly string[]> {
    const known = new Set([...this.#index.messages, ...this.#index.pending].map(({ id }) => id));
    return (await this.#names()).filter((id) => !known.has(id));
  }

  /** Ids of all recordings in the folder, finished or not. */
  async #names(): Promise<readonly string[]> {
    const names = await this.#host.files.list(this.#folder);
    const ids = names.flatMap((name) => /^([A-Za-z0-9]+)\.wav(\.part)?$/.exec(name)?.[1] ?? []);
    return [...new Set(ids)].filter((id) => id !== 'greeting');
  }

  async #remove(ids: readonly string[]): Promise<void> {
    const paths = ids.map((id) => this.#path(id));
    await removeRecordings(this.#host.files, this.#folder, paths);
  }

  async #renameGreeting(from: string): Promise<void> {
    await renameDurably(this.#host.files, from, this.#path('greeting'));
    this.#ownGreeting = true;
  }

  async #change(index: MessageIndex): Promise<void> {
    await this.#makeFolder();
    await this.#indexFile.write(index);
    this.#index = index;
  }

  #setPin(state: PinState): void {
    if (state.wrong === this.#pin.wrong && state.locked === this.#pin.locked) return;
    this.#pin = state;
    const write = async () => {
      await this.#makeFolder();
      await this.#pinFile.write(state);
    };
    this.#work.run(write).catch((error: unknown) => {
      this.#host.log.error({ why: wordsOf(error) }, `mailbox ${this.id}: its PIN state could not be stored`);
    });
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
