import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { TestClock } from '../../core/test-clock.ts';
import { type Files, systemFiles } from '../../store/file-primitives.ts';
import type { Fact } from '../facts.ts';
import { folderOf } from './message-index.ts';
import type { MailboxId, Reservation } from './shelf.ts';
import { record, startShelf } from './test-shelf.ts';

const MAILBOXES = ['line/1', 'line/2'] as const;

type Command =
  | { readonly do: 'reserve'; readonly box: number }
  | { readonly do: 'record'; readonly which: number; readonly seconds: number; readonly finished: boolean }
  | { readonly do: 'commit' | 'keep' | 'delete'; readonly which: number }
  /** The process ends, perhaps in the middle of the next thing and of taking over; some recordings go on. */
  | {
      readonly do: 'crash';
      readonly during: Exclude<Command, { readonly do: 'crash' | 'record' }> | undefined;
      readonly steps: number;
      readonly adoptionSteps: number | undefined;
      readonly live: boolean;
    };

/** Files of a process that dies after so many operations: from then on nothing reaches the disk. */
const mortal = () => {
  const life = { steps: Number.POSITIVE_INFINITY };
  const lives = <A extends unknown[], R>(work: (...words: A) => Promise<R>) => {
    return async (...words: A): Promise<R> => {
      if (--life.steps < 0) throw new Error('the process is dead');
      return work(...words);
    };
  };
  const open: Files['open'] = async (path, how) => {
    const { write, sync, truncate, close } = await lives(systemFiles.open)(path, how);
    return { write: lives(write), sync: lives(sync), truncate: lives(truncate), close };
  };
  const { read, list, link, rename, unlink, syncFolder } = systemFiles;
  const files: Files = {
    open,
    read: lives(read),
    list: lives(list),
    link: lives(link),
    rename: lives(rename),
    unlink: lives(unlink),
    syncFolder: lives(syncFolder),
  };
  return { life, files };
};

type Recording = Reservation & { seconds: number; is: 'nothing' | 'unfinished' | 'finished' };
type Known = { mailbox: MailboxId; seconds: number; is: 'new' | 'kept' };

/** The mailboxes, and what must be in them. */
class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailbox-'));
  readonly #clock = new TestClock();
  readonly #messages = new Map<string, Known>();
  #recordings: Recording[] = [];
  #process!: Awaited<ReturnType<typeof startShelf>> & { readonly life: { steps: number } };

  async start(live: readonly string[], steps?: number): Promise<void> {
    const { life, files } = mortal();
    if (steps !== undefined) life.steps = steps;
    this.#process = { ...(await startShelf(this.folder, live, { clock: this.#clock, files })), life };
  }

  async stop(): Promise<void> {
    this.#process.life.steps = 0;
    await this.#process.shelf.close();
  }

  async run(command: Command): Promise<void> {
    this.#clock.turn(1000);
    if (command.do === 'crash') await this.#crash(command);
    else if (command.do === 'record') this.#record(command);
    else await this.#act(command);
  }

  #record({ which, seconds, finished }: Extract<Command, { do: 'record' }>): void {
    const recording = pick(this.#recordings, which);
    if (!recording || recording.is === 'finished') return;
    if (recording.is === 'nothing') record(recording.file, seconds, '.part');
    if (recording.is === 'nothing') recording.seconds = seconds;
    if (finished) renameSync(`${recording.file}.part`, recording.file);
    recording.is = finished ? 'finished' : 'unfinished';
  }

  async #act(command: Exclude<Command, { do: 'crash' | 'record' }>): Promise<void> {
    const { shelf } = this.#process;
    if (command.do === 'reserve') {
      const found = await shelf.reserve(MAILBOXES[command.box]!, { number: '12' });
      if ('file' in found) this.#recordings.push({ ...found, seconds: 0, is: 'nothing' });
      return;
    }
    if (command.do === 'commit') {
      const recording = pick(this.#recordings, command.which);
      if (!recording) return;
      const message = await shelf.commit(recording);
      assert.equal(message?.seconds, recording.seconds < 1 ? undefined : recording.seconds);
      this.#ended(recording);
      return;
    }
    const [id, known] = pick([...this.#messages], command.which) ?? [];
    if (id === undefined || known === undefined) return;
    assert.equal(await shelf[command.do](known.mailbox, id), true);
    if (command.do === 'keep') known.is = 'kept';
    else this.#messages.delete(id);
  }

  /** A recording that nobody writes any more is a message, unless it is too short. */
  #ended(recording: Recording): void {
    const { message, mailbox, seconds } = recording;
    this.#recordings = this.#recordings.filter((each) => each !== recording);
    if (seconds >= 1) this.#messages.set(message, { mailbox, seconds, is: 'new' });
  }

  async #crash({ during, steps, adoptionSteps, live }: Extract<Command, { do: 'crash' }>): Promise<void> {
    const ending = during?.do === 'commit' ? pick(this.#recordings, during.which) : undefined;
    const before = new Map([...this.#messages].map(([id, known]) => [id, { ...known }]));
    this.#process.life.steps = steps;
    if (during) await this.#act(during).catch(() => {});
    await this.stop();
    const goOn = live ? this.#recordings.filter((each) => each.is === 'unfinished' && each !== ending) : [];
    const files = goOn.map(({ file }) => file);
    if (adoptionSteps !== undefined) {
      await this.start(files, adoptionSteps);
      await this.stop();
    }
    await this.start(files);
    for (const recording of this.#recordings) if (!goOn.includes(recording)) this.#ended(recording);
    this.#settle(before);
  }

  /** What was under way when the process ended may have been done or not; what was told has been done. */
  #settle(before: ReadonlyMap<string, Known>): void {
    for (const [id, known] of before) {
      const told = this.#messages.get(id);
      const found = this.#process.shelf.state(known.mailbox)!.messages.find((each) => each.id === id);
      if (told === undefined) assert.equal(found, undefined, 'a deleted message has come back');
      else if (told.is === 'kept' && found) assert.equal(found.is, 'kept', 'what was kept is new again');
      else if (found) told.is = found.is;
      else this.#doubtful.delete(id) && this.#messages.delete(id);
    }
  }

  /** Messages of which a crash may have taken the deletion or not. */
  readonly #doubtful = new Set<string>();

  doubt(command: Command): void {
    this.#doubtful.clear();
    if (command.do !== 'crash' || command.during?.do !== 'delete') return;
    const [id] = pick([...this.#messages], command.during.which) ?? [];
    if (id !== undefined) this.#doubtful.add(id);
  }

  check(): void {
    for (const mailbox of MAILBOXES) {
      const state = this.#process.shelf.state(mailbox)!;
      const found = state.messages.map(({ id, seconds, is }) => ({ id, seconds, is }));
      const mine = [...this.#messages].filter(([, known]) => known.mailbox === mailbox);
      const wanted = mine.map(([id, { seconds, is }]) => ({ id, seconds, is }));
      const sorted = (list: typeof found) => list.sort((one, other) => (one.id < other.id ? -1 : 1));
      assert.deepEqual(sorted(found), sorted(wanted));
      this.#checkCounts(mailbox, state.messages);
      this.#checkFiles(mailbox, wanted);
    }
  }

  #checkCounts(mailbox: MailboxId, messages: readonly { readonly is: string }[]): void {
    const told = this.#process.facts.findLast(
      (fact): fact is Extract<Fact, { fact: 'mailboxCounted' }> =>
        fact.fact === 'mailboxCounted' && fact.mailbox === mailbox,
    )!;
    const waiting = messages.filter(({ is }) => is === 'new').length;
    assert.deepEqual([told.waiting, told.kept], [waiting, messages.length - waiting]);
  }

  #checkFiles(mailbox: MailboxId, messages: readonly { readonly id: string }[]): void {
    const folder = join(this.folder, folderOf(mailbox));
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const under = this.#recordings.filter((each) => each.mailbox === mailbox && each.is !== 'nothing');
    const wanted = [
      ...messages.map(({ id }) => `${id}.wav`),
      ...under.map(({ message, is }) => `${message}.wav${is === 'finished' ? '' : '.part'}`),
    ];
    assert.deepEqual(names.filter((name) => name.includes('.wav')).sort(), wanted.sort());
  }
}

const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % Math.max(1, list.length)];

const which = fc.nat(7);
const reserve = fc.record({ do: fc.constant('reserve' as const), box: fc.nat(1) });
const act = fc.record({ do: fc.constantFrom('commit' as const, 'keep' as const, 'delete' as const), which });
const seconds = fc.constantFrom(0, 0.5, 1, 2.5, 4);
const recordCommand = fc.record({ do: fc.constant('record' as const), which, seconds, finished: fc.boolean() });
const crash = fc.record({
  do: fc.constant('crash' as const),
  during: fc.option(fc.oneof(reserve, act), { nil: undefined }),
  steps: fc.nat(14),
  adoptionSteps: fc.option(fc.nat(40), { nil: undefined }),
  live: fc.boolean(),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: reserve, weight: 3 },
  { arbitrary: recordCommand, weight: 4 },
  { arbitrary: act, weight: 4 },
  { arbitrary: crash, weight: 2 },
);

test('whatever happens: nothing committed is lost, nothing deleted comes back, counts are those of the store', async () => {
  const commands = fc.array(command, { minLength: 5, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(commands, async (list) => {
      const world = new World();
      try {
        await world.start([]);
        for (const each of list) {
          world.doubt(each);
          await world.run(each);
          world.check();
        }
      } finally {
        await world.stop();
        rmSync(world.folder, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});
