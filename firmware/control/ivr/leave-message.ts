import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { LegBook, LegId, LegMaker, Setup } from '../leg/leg.ts';
import type { Shelf } from '../mailbox/shelf.ts';
import {
  beginMessage,
  type LeaveMessage,
  type LeaveMessageEffect,
  type LeaveMessageEvent,
  leaveMessageMachine,
} from './leave-message-machine.ts';
import type { Utterance } from './utterance.ts';
import { machineOf, type Owner, type Voices } from './voice.ts';

export type LeaveMessagesOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly voices: Voices;
  readonly shelf: Shelf;
  readonly log: Log;
  /** Path of the recording that is played outside hours, in place of every other greeting; undefined: none. */
  readonly greetingOut: () => string | undefined;
};

/** Callers who leave a message: placed legs of the target `mailbox`. */
export class LeaveMessages implements LegMaker {
  readonly #options: LeaveMessagesOptions;

  constructor(options: LeaveMessagesOptions) {
    this.#options = options;
  }

  setup({ leg, beside, target, caller }: Setup): void {
    const { runner, shelf, greetingOut } = this.#options;
    const own = (target.outsideHours ? greetingOut() : undefined) ?? shelf.greeting(target.id);
    const greeting: Utterance = own === undefined ? 'greeting' : { file: own };
    const from = { number: caller.number, ...(caller.name === undefined ? {} : { name: caller.name }) };
    const begun = beginMessage({ leg, beside, mailbox: target.id, from, greeting }, runner.now());
    this.#host(begun.state);
    for (const effect of begun.effects) this.#perform(begun.state, effect);
  }

  /**
   * Goes on with messages that are being recorded since before this plane began: the engine records on, and the caller
   * thinks that it is said.
   */
  adoptAll(states: ReadonlyMap<string, unknown>): void {
    for (const [id, state] of states) {
      if (!id.startsWith('message/')) continue;
      const message = state as LeaveMessage;
      if (message.phase !== 'recording' || message.recorder === undefined || message.context === undefined) continue;
      const { recorder: termination, context } = message;
      this.#options.voices.adopt(ownerOf(message), message.voice, { context, termination });
      this.#host(message);
    }
  }

  #host(message: LeaveMessage): void {
    const { runner, book } = this.#options;
    const id = machineOf('message', message.leg);
    runner.host<LeaveMessage, LeaveMessageEvent, LeaveMessageEffect>(
      id,
      leaveMessageMachine,
      message,
      (effect, state) => this.#perform(state, effect),
    );
    book.attach(message.leg, (command) => runner.tell(id, { type: 'command', command }));
  }

  #perform(message: LeaveMessage, effect: LeaveMessageEffect) {
    const { runner, voices } = this.#options;
    if ('do' in effect && effect.do === 'reserve') return runner.outward(() => void this.#reserve(message));
    if ('do' in effect && effect.do === 'commit') return runner.outward(() => void this.#commit(effect.room));
    voices.perform(ownerOf(message), effect);
  }

  async #reserve({ leg, mailbox, from }: LeaveMessage): Promise<void> {
    const { runner, shelf, log } = this.#options;
    const id = machineOf('message', leg);
    try {
      const room = await shelf.reserve(mailbox, from);
      if ('refused' in room) log.warn({ leg, mailbox, why: room.why }, 'there is no room for a message');
      runner.tell(id, { type: 'room', room });
    } catch (error) {
      log.error({ leg, mailbox, why: wordsOf(error) }, 'no room for a message could be had');
      runner.tell(id, { type: 'room', room: { refused: 'disk', why: wordsOf(error) } });
    }
  }

  async #commit(room: Parameters<Shelf['commit']>[0]): Promise<void> {
    try {
      await this.#options.shelf.commit(room);
    } catch (error) {
      this.#options.log.error({ ...room, why: wordsOf(error) }, 'a message could not be stored');
    }
  }
}

const ownerOf = ({ leg, beside, mailbox }: { leg: LegId; beside: LegId; mailbox: string }): Owner => ({
  id: machineOf('message', leg),
  leg,
  beside,
  mailbox,
});
