import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Runner } from '../core/runner.ts';
import type { Language, SentenceName } from '../profiles/sentence/names.ts';
import { sentenceFile } from '../profiles/sentence/sentence.ts';
import type { Call } from './call/call-machine.ts';
import type { Calls } from './call/calls.ts';
import type { CallId, Fact } from './facts.ts';
import { Announcements } from './ivr/announcement.ts';
import { LeaveMessages } from './ivr/leave-message.ts';
import type { LeaveMessage } from './ivr/leave-message-machine.ts';
import { type LeftRecording, leftRecordings } from './ivr/left-recordings.ts';
import { MailboxMenus } from './ivr/mailbox-menu.ts';
import type { Menu } from './ivr/mailbox-menu-machine.ts';
import { OwnSentences } from './ivr/own-sentences.ts';
import { TestCaller } from './ivr/test-call.ts';
import { Voices } from './ivr/voice.ts';
import type { LineLegs } from './leg/line-leg.ts';
import type { LegMedia } from './leg/media.ts';
import { Mailboxes } from './mailbox/mailboxes.ts';
import type { Phones } from './phone/phones.ts';

export type VoiceRoomsOptions = {
  readonly data: string;
  /** Folder of the sentences that come with the box. */
  readonly sentences: string;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly calls: Calls;
  readonly media: LegMedia;
  readonly phones: Phones;
  readonly lines: LineLegs;
  readonly configuration: () => Configuration;
  /** Of the country that runs. */
  readonly country: () => { readonly language: Language; readonly emergency: readonly string[] };
  /** States that the plane before us left. */
  readonly before: ReadonlyMap<string, unknown>;
};

const extensionsOf = ({ lines }: Configuration): readonly string[] =>
  lines.flatMap(({ kind, enabled, extension }) => (kind === 'fxs' && enabled ? [extension] : []));

/** The recorded voices of the box and the messages that people leave: makes the rooms and hands them each other. */
export class VoiceRooms {
  readonly shelf: Mailboxes;
  readonly testCalls: TestCaller;
  readonly #options: VoiceRoomsOptions;
  readonly #messages: LeaveMessages;
  readonly #left: readonly LeftRecording[];
  readonly #own: OwnSentences;
  #leftoversTaken = false;

  constructor(options: VoiceRoomsOptions) {
    const { runner, clock, log, calls: book, media, data, configuration, country, before } = options;
    this.#options = options;
    this.#left = leftRecordings(before);
    const folder = join(data, 'messages');
    this.shelf = new Mailboxes({ folder, runner, clock, log, configuration: configuration() });
    this.#own = new OwnSentences({ runner, clock, log });
    const { shelf } = this;
    const sentence = (name: SentenceName) => this.#sentence(name);
    const voices = new Voices({ runner, book, media, log, shelf, sentence });
    this.#messages = new LeaveMessages({ runner, book, voices, shelf, log });
    const emergency = () => country().emergency;
    const extensions = () => extensionsOf(configuration());
    this.testCalls = new TestCaller({ runner, book, media, log, sentence, emergency, extensions });
    book.serve('mailbox', this.#messages);
    book.serve('mailboxMenu', new MailboxMenus({ runner, book, voices, shelf, log }));
    book.serve('sentence', new Announcements({ runner, book, voices }));
  }

  /** Calls of the plane before us that go on: a message is being recorded. */
  get goingOn(): ReadonlySet<CallId> {
    return new Set(this.#left.map(({ call }) => call));
  }

  /** Reads what is stored, and goes on with what is being recorded; to be called when phones and lines are hosted. */
  async open(): Promise<void> {
    await this.shelf.open();
    void this.#own.configured(this.#options.configuration().system.sentences);
    this.#options.runner.cascade(() => {
      for (const each of this.#left) this.#goOn(each);
    });
  }

  #goOn({ call, caller, message }: LeftRecording): void {
    const { calls, media, phones, lines, before, log } = this.#options;
    const { context } = message;
    if (context === undefined) return;
    log.info({ call, line: caller.line, message: message.room.message }, 'a recording goes on over the restart');
    media.adopt(caller.leg, { context, termination: caller.line });
    if (caller.kind === 'phone') phones.adopt(caller.line, caller.leg);
    else lines.adopt(caller.line, caller.leg);
    this.#messages.adopt(message);
    calls.adopt(before.get(call) as Extract<Call, { phase: 'talking' }>);
  }

  /** The engine writes nothing any more but what is wanted: other recordings that were left become messages. */
  async takeLeftovers(): Promise<void> {
    if (this.#leftoversTaken) return;
    this.#leftoversTaken = true;
    await this.shelf.adopt(this.#live());
  }

  /** Files that are, or may be, written at this moment. */
  #live(): ReadonlySet<string> {
    const { runner } = this.#options;
    const files = new Set<string>();
    for (const id of runner.ids()) {
      if (!id.startsWith('message/') && !id.startsWith('menu/')) continue;
      const state = runner.state<LeaveMessage | Menu>(id);
      if (state && 'room' in state && state.room) files.add(state.room.file);
    }
    return files;
  }

  configure(configuration: Configuration): void {
    this.shelf.configure(configuration);
    void this.#own.configured(configuration.system.sentences);
  }

  /** Takes the next fact; to be called for every fact. */
  fold(fact: Fact): void {
    this.testCalls.fold(fact);
    if (fact.fact === 'mailboxCounted') this.#options.phones.waiting(fact.mailbox, fact.waiting);
  }

  async close(): Promise<void> {
    await this.shelf.close();
  }

  #sentence(name: SentenceName): string | Promise<string> {
    const { sentences, configuration, country } = this.#options;
    const { language, sentences: own } = configuration().system;
    void this.#own.used(own);
    return sentenceFile(name, {
      language: language === 'country' ? country().language : language,
      folder: sentences,
      own,
    });
  }
}
