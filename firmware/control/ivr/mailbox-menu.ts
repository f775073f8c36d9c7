import { wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { LegBook, LegMaker, Setup } from '../leg/leg.ts';
import type { Shelf } from '../mailbox/shelf.ts';
import { beginMenu, type Menu, type MenuEffect, type MenuEvent, mailboxMenuMachine } from './mailbox-menu-machine.ts';
import { machineOf, type Voices } from './voice.ts';

export type MailboxMenusOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly voices: Voices;
  readonly shelf: Shelf;
  readonly log: Log;
};

/** Owners who listen to their messages: placed legs of the target `mailboxMenu`. */
export class MailboxMenus implements LegMaker {
  readonly #options: MailboxMenusOptions;
  /** The menu that records a greeting, by mailbox; one that is over holds nothing. */
  readonly #greetings = new Map<string, string>();

  constructor(options: MailboxMenusOptions) {
    this.#options = options;
  }

  setup({ leg, beside, target }: Setup) {
    const { runner, book, shelf } = this.#options;
    const state = shelf.state(target.id);
    if (!state) return book.report({ type: 'released', leg, cause: 'unavailable' });
    const ask = { leg, beside, mailbox: target.id, pinWanted: shelf.pinWanted(target.id), locked: state.locked };
    const begun = beginMenu(ask, runner.now());
    const id = machineOf('menu', leg);
    runner.host<Menu, MenuEvent, MenuEffect>(
      id,
      mailboxMenuMachine,
      begun.state,
      (effect, menu) => this.#perform(id, menu, effect),
      // It holds keys of a PIN for a moment; and no menu outlives the plane.
      { kept: false },
    );
    book.attach(leg, (command) => runner.tell(id, { type: 'command', command }));
    for (const effect of begun.effects) this.#perform(id, begun.state, effect);
  }

  #perform(id: string, menu: Menu, effect: MenuEffect) {
    const { runner, shelf, voices } = this.#options;
    const { leg, beside, mailbox } = menu;
    if ('tell' in effect) return voices.perform({ id, leg, beside, mailbox }, effect);
    switch (effect.do) {
      case 'tryPin':
        return runner.tell<MenuEvent>(id, { type: 'pin', outcome: shelf.tryPin(mailbox, effect.pin) });
      case 'look':
        return runner.tell<MenuEvent>(id, { type: 'looked', messages: shelf.state(mailbox)?.messages ?? [] });
      case 'keep':
        return this.#ask(mailbox, () => shelf.keep(mailbox, effect.message));
      case 'delete':
        return this.#ask(mailbox, () => shelf.delete(mailbox, effect.message));
      case 'removeGreeting':
        return this.#ask(mailbox, () => shelf.setGreeting(mailbox, undefined));
      case 'reserveGreeting':
        return this.#reserveGreeting(id, mailbox);
      case 'commitGreeting':
        return this.#ask(mailbox, async () => {
          const stored = await shelf.commitGreeting(mailbox).catch(() => false);
          if (this.#greetings.get(mailbox) === id) this.#greetings.delete(mailbox);
          runner.tell<MenuEvent>(id, { type: 'greetingStored', stored });
        });
      default:
        return voices.perform({ id, leg, beside, mailbox }, effect);
    }
  }

  /** One greeting at a time: two recordings would write one file. */
  #reserveGreeting(id: string, mailbox: string): void {
    const { runner, shelf } = this.#options;
    const holder = this.#greetings.get(mailbox);
    if (holder !== undefined && holder !== id && runner.has(holder)) {
      const room = { refused: 'busy', why: 'another greeting of this mailbox is being recorded' } as const;
      runner.tell<MenuEvent>(id, { type: 'room', room });
      return;
    }
    this.#greetings.set(mailbox, id);
    this.#ask(mailbox, async () => {
      const refused = { refused: 'disk', why: 'the greeting cannot be stored' } as const;
      const room = await shelf.reserveGreeting(mailbox).catch(() => refused);
      runner.tell<MenuEvent>(id, { type: 'room', room });
    });
  }

  #ask(mailbox: string, work: () => Promise<unknown>): void {
    this.#options.runner.outward(() => {
      work().catch((error: unknown) => {
        this.#options.log.error({ mailbox, why: wordsOf(error) }, 'a mailbox did not do what its owner asked');
      });
    });
  }
}
