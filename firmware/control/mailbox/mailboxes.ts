import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LONGEST_GREETING_S } from '../../config/greeting.ts';
import type { Configuration, Line } from '../../config/schema.ts';
import type { Clock } from '../../core/clock.ts';
import { GatewayError, wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import { Mailbox } from './mailbox.ts';
import { type Medium, mediumOf, spaceForRecordings } from './medium.ts';
import { folderOf, type MessageIndex, mailboxOf, type Room, roomIn, usedS } from './message-index.ts';
import { samePin } from './pin.ts';
import { MessageRetention } from './retention.ts';
import { type RoomWatchEffect, roomWatch, roomWatchMachine } from './room-watch-machine.ts';
import type { MailboxId, MailboxState, Message, Refused, Reservation, Shelf } from './shelf.ts';
import { greetingOf } from './sound-file.ts';

const ROOM_WATCH = 'mailbox/room';

export type MailboxesOptions = {
  /** Folder of the messages, `<data>/messages`; made if it is not there. */
  readonly folder: string;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: Configuration;
  readonly files?: Files;
  /** What the medium of `folder` has; `statfs` if left out. */
  readonly medium?: () => Promise<Medium>;
};

/** The messages of all phones: one mailbox a phone, each a folder of its own. */
export class Mailboxes implements Shelf {
  readonly #options: MailboxesOptions;
  readonly #folder: string;
  readonly #files: Files;
  readonly #boxes = new Map<MailboxId, Mailbox>();
  readonly #medium: () => Promise<Medium>;
  readonly #retention: MessageRetention;
  #settings: Configuration['mailbox'];
  #lines = new Map<MailboxId, Line>();
  #opened = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: MailboxesOptions) {
    this.#options = options;
    this.#folder = resolve(options.folder);
    this.#files = options.files ?? systemFiles;
    this.#settings = options.configuration.mailbox;
    this.#medium = options.medium ?? (() => mediumOf(this.#folder));
    const { runner, clock, log } = options;
    this.#retention = new MessageRetention({
      ...{ folder: this.#folder, files: this.#files, runner, clock, log },
      ...{ boxes: () => this.#boxes.values(), days: () => this.#settings.retentionDays },
      freed: (box) => this.#tellRoom(box),
    });
    this.configure(options.configuration);
  }

  /** Settings changed: quota, modes, PINs, lines. Messages of a line that is no more stay until they are too old. */
  configure(configuration: Configuration): void {
    this.#settings = configuration.mailbox;
    const before = this.#lines;
    this.#lines = new Map(configuration.lines.filter(({ kind }) => kind === 'fxs').map((line) => [line.id, line]));
    for (const id of this.#lines.keys()) {
      if (before.has(id)) continue;
      const box = this.#boxes.get(id) ?? this.#make(id);
      if (this.#opened) box.tellAll();
    }
    if (this.#opened) this.#tellRooms(() => true);
  }

  /** Reads what is stored, states the counts of each mailbox, and begins to delete what is too old. */
  async open(): Promise<void> {
    const { runner, clock, log } = this.#options;
    try {
      await this.#read();
    } catch (error) {
      // Calls go on without mailboxes; each caller is told that there is no room.
      log.error({ alarm: 'store', why: wordsOf(error) }, 'the mailboxes cannot be read');
    }
    this.#opened = true;
    for (const id of this.#lines.keys()) {
      const box = this.#boxes.get(id)!;
      box.tellAll();
      await this.#tellRoom(box);
    }
    this.#retention.open();
    const look = (_: RoomWatchEffect) => runner.outward(() => this.#tellRooms(({ full }) => full));
    runner.host(ROOM_WATCH, roomWatchMachine, roomWatch(clock.now()), look, { kept: false });
  }

  async #read(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#files.syncFolder(dirname(this.#folder));
    for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
      const id = entry.isDirectory() ? mailboxOf(entry.name) : undefined;
      if (id !== undefined && !this.#boxes.has(id)) this.#make(id);
    }
    await Promise.all([...this.#boxes.values()].map((box) => box.open()));
  }

  /**
   * Makes messages of recordings that an earlier process left; to be called once after `open`. `live`: files of
   * reservations (messages and greetings) that the engine is still writing; whoever watches them commits them.
   */
  async adopt(live: ReadonlySet<string>): Promise<void> {
    for (const box of this.#boxes.values()) {
      try {
        await box.adopt(live);
      } catch (error) {
        this.#options.log.error({ why: wordsOf(error) }, `mailbox ${box.id}: leftovers could not be taken over`);
      }
    }
  }

  states(): readonly MailboxState[] {
    return [...this.#lines.keys()].map((id) => this.state(id)!);
  }

  state(mailbox: MailboxId): MailboxState | undefined {
    const line = this.#lines.get(mailbox);
    const box = this.#boxes.get(mailbox);
    if (!line || !box) return undefined;
    return {
      mailbox,
      extension: line.extension,
      mode: line.mailbox,
      messages: box.messages(),
      usedS: usedS(box.index),
      quotaS: this.#settings.quotaS,
      greeting: box.greeting.path === undefined ? 'spoken' : 'own',
      locked: box.pin.locked,
    };
  }

  async reserve(mailbox: MailboxId, from: Message['from']): Promise<Reservation | Refused> {
    const box = this.#known(mailbox);
    if (!box) return unknownMailbox(mailbox);
    try {
      const room = await box.reserve(from, (index) => this.#room(index));
      if ('full' in room) return { refused: room.full, why: room.why };
      const { longestS, message = '' } = room;
      return { message, mailbox, file: box.file(message), longestS, silenceEndsS: this.#settings.silenceEndsS };
    } catch (error) {
      return this.#unwritable(mailbox, error);
    }
  }

  async commit({ mailbox, message }: Pick<Reservation, 'message' | 'mailbox'>): Promise<Message | undefined> {
    const box = this.#boxes.get(mailbox);
    const stored = await box?.commit(message);
    if (box) await this.#tellRoom(box);
    return stored;
  }

  async file(mailbox: MailboxId, message: string): Promise<string | undefined> {
    const box = this.#boxes.get(mailbox);
    return box?.message(message) === undefined ? undefined : box.file(message);
  }

  async keep(mailbox: MailboxId, message: string): Promise<boolean> {
    return (await this.#boxes.get(mailbox)?.keep(message)) ?? false;
  }

  async delete(mailbox: MailboxId, message: string): Promise<boolean> {
    const box = this.#boxes.get(mailbox);
    const deleted = (await box?.delete(message)) ?? false;
    if (box && deleted) await this.#tellRoom(box);
    return deleted;
  }

  greeting(mailbox: MailboxId): string | undefined {
    return this.#boxes.get(mailbox)?.greeting.path;
  }

  async reserveGreeting(
    mailbox: MailboxId,
  ): Promise<Pick<Reservation, 'file' | 'longestS' | 'silenceEndsS'> | Refused> {
    const box = this.#known(mailbox);
    if (!box) return unknownMailbox(mailbox);
    try {
      const room = roomIn({ ...box.index, messages: [], pending: [] }, { ...(await this.#limits()), quotaS: Infinity });
      if ('full' in room) return { refused: room.full, why: room.why };
      const file = await box.greeting.reserve();
      const longestS = Math.min(LONGEST_GREETING_S, room.longestS);
      return { file, longestS, silenceEndsS: this.#settings.silenceEndsS };
    } catch (error) {
      return this.#unwritable(mailbox, error);
    }
  }

  async commitGreeting(mailbox: MailboxId): Promise<boolean> {
    return (await this.#boxes.get(mailbox)?.greeting.commit()) ?? false;
  }

  async setGreeting(mailbox: MailboxId, wav: Buffer | undefined): Promise<void> {
    const box = this.#known(mailbox);
    if (!box) throw new GatewayError('sound-file', unknownMailbox(mailbox).why);
    const greeting = wav && greetingOf(wav);
    const space = spaceForRecordings(await this.#medium());
    if (greeting && space < greeting.length) throw new GatewayError('store-unwritable', box.file('greeting'));
    await box.greeting.set(greeting);
  }

  pinWanted(mailbox: MailboxId): boolean {
    return (this.#lines.get(mailbox)?.mailboxPin ?? '') !== '';
  }

  tryPin(mailbox: MailboxId, pin: string): 'right' | 'wrong' | 'locked' {
    const right = this.#lines.get(mailbox)?.mailboxPin ?? '';
    return this.#boxes.get(mailbox)?.pin.try(samePin(right, pin)) ?? 'wrong';
  }

  unlock(mailbox: MailboxId): void {
    this.#boxes.get(mailbox)?.pin.unlock();
  }

  /** Deletes messages that are older than the settings allow, if the clock can be believed. */
  sweep(): Promise<void> {
    return this.#retention.sweep();
  }

  /** Ends its work; resolves when all that was asked is on flash. */
  async close(): Promise<void> {
    const { runner } = this.#options;
    runner.cascade(() => {
      this.#retention.close();
      runner.drop(ROOM_WATCH);
    });
    await this.idle();
  }

  /** Resolves when all that was asked is on flash. */
  async idle(): Promise<void> {
    await this.#retention.idle();
    await this.#looking;
    for (const box of this.#boxes.values()) await box.idle();
  }

  #make(id: MailboxId): Mailbox {
    const { runner, clock, log } = this.#options;
    const state = (...facts: readonly Fact[]) => runner.cascade(() => facts.forEach((fact) => void runner.fact(fact)));
    const box = new Mailbox(id, join(this.#folder, folderOf(id)), { files: this.#files, clock, log, state });
    this.#boxes.set(id, box);
    return box;
  }

  #known(mailbox: MailboxId): Mailbox | undefined {
    return this.#lines.has(mailbox) ? this.#boxes.get(mailbox) : undefined;
  }

  async #room(index: MessageIndex): Promise<Room> {
    const { quotaS, longestS } = this.#settings;
    return roomIn(index, { ...(await this.#limits()), quotaS, longestS });
  }

  async #limits() {
    const freeOctets = spaceForRecordings(await this.#medium());
    const pending = [...this.#boxes.values()].flatMap((box) => box.index.pending);
    const reservedS = pending.reduce((sum, each) => sum + each.longestS, 0);
    return { freeOctets, reservedS, longestS: this.#settings.longestS };
  }

  /** Settings gave more room or less, or others have made space on the medium. */
  #tellRooms(which: (box: Mailbox) => boolean): void {
    this.#looking = this.#looking.then(async () => {
      const boxes = [...this.#lines.keys()].map((id) => this.#boxes.get(id)!);
      for (const box of boxes.filter(which)) await this.#tellRoom(box);
    });
  }

  /** After a change: it is full now, or no longer. */
  async #tellRoom(box: Mailbox): Promise<void> {
    try {
      box.tellRoom(await this.#room(box.index));
    } catch (error) {
      this.#options.log.warn({ why: wordsOf(error) }, 'free space is not known');
    }
  }

  #unwritable(mailbox: MailboxId, error: unknown): Refused {
    this.#options.log.error({ why: wordsOf(error) }, `mailbox ${mailbox}: no recording can be stored`);
    return { refused: 'disk', why: 'the storage medium cannot be written' };
  }
}

const unknownMailbox = (mailbox: MailboxId): Refused => ({
  refused: 'unknown',
  why: `there is no mailbox ${mailbox.slice(0, 40)}`,
});
