import { join } from 'node:path';
import type { Configuration } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Runner } from '../core/runner.ts';
import type { Language, SentenceName } from '../profiles/sentence/names.ts';
import { officeRecording, sentenceFile } from '../profiles/sentence/sentence.ts';
import type { Calls } from './call/calls.ts';
import type { Fact } from './facts.ts';
import { Announcements } from './ivr/announcement.ts';
import { Attendants } from './ivr/attendant.ts';
import { LeaveMessages } from './ivr/leave-message.ts';
import type { LeaveMessage } from './ivr/leave-message-machine.ts';
import { MailboxMenus } from './ivr/mailbox-menu.ts';
import type { Menu } from './ivr/mailbox-menu-machine.ts';
import { OwnSentences } from './ivr/own-sentences.ts';
import { Recordings } from './ivr/recording.ts';
import { TestCaller } from './ivr/test-call.ts';
import { Voices } from './ivr/voice.ts';
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
  readonly configuration: () => Configuration;
  /** Of the country that runs. */
  readonly country: () => { readonly language: Language; readonly emergency: readonly string[] };
};

const extensionsOf = ({ lines }: Configuration): readonly string[] =>
  lines.flatMap(({ kind, enabled, extension }) => (kind === 'fxs' && enabled ? [extension] : []));

/** What mailboxes play outside hours, in place of every other greeting. */
const greetingOutOf = ({ mailbox, system }: Configuration): string | undefined =>
  officeRecording(system.sentences, mailbox.greetingOut);

/** The recorded voices of the box and the messages that people leave: makes the rooms and hands them each other. */
export class VoiceRooms {
  readonly shelf: Mailboxes;
  readonly testCalls: TestCaller;
  readonly #options: VoiceRoomsOptions;
  readonly #messages: LeaveMessages;
  readonly #attendants: Attendants;
  readonly #own: OwnSentences;
  #leftoversTaken = false;

  constructor(options: VoiceRoomsOptions) {
    const { runner, clock, log, calls: book, media, data, configuration, country } = options;
    this.#options = options;
    const folder = join(data, 'messages');
    this.shelf = new Mailboxes({ folder, runner, clock, log, configuration: configuration() });
    this.#own = new OwnSentences({ runner, clock, log });
    const { shelf } = this;
    const sentence = (name: SentenceName) => this.#sentence(name);
    const voices = new Voices({ runner, book, media, log, shelf, sentence });
    const greetingOut = () => greetingOutOf(configuration());
    this.#messages = new LeaveMessages({ runner, book, voices, shelf, log, greetingOut });
    const emergency = () => country().emergency;
    const extensions = () => extensionsOf(configuration());
    this.testCalls = new TestCaller({ runner, book, media, log, sentence, emergency, extensions });
    book.serve('mailbox', this.#messages);
    book.serve('mailboxMenu', new MailboxMenus({ runner, book, voices, shelf, log }));
    book.serve('sentence', new Announcements({ runner, book, voices }));
    this.#attendants = new Attendants({ runner, book, media, voices, configuration });
    book.serve('attendant', this.#attendants);
    const own = () => configuration().system.sentences;
    book.serve('announcement', new Recordings({ runner, book, voices, folder: own }));
  }

  /** Reads what is stored. */
  async open(): Promise<void> {
    await this.shelf.open();
    void this.#own.configured(this.#options.configuration().system.sentences);
  }

  /** Messages go on that were being recorded when the plane before us died, and callers that were led on. */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    this.#messages.adoptAll(states);
    this.#attendants.adoptAll(states);
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
