import { wordsOf } from '../../core/error.ts';
import type { Exclusive } from '../../core/exclusive.ts';
import type { Log } from '../../core/log.ts';
import type { DurableFile } from '../../store/durable-file.ts';
import type { Fact } from '../facts.ts';
import { type PinState, pinTried, unlocked } from './pin.ts';
import type { MailboxId } from './shelf.ts';

export type PinLockHost = {
  readonly mailbox: MailboxId;
  readonly file: DurableFile<PinState>;
  /** One thing after the other in a mailbox. */
  readonly work: Exclusive;
  readonly makeFolder: () => Promise<void>;
  readonly log: Log;
  readonly state: (...facts: readonly Fact[]) => void;
};

/** Counts wrong PINs, on flash: a restart gives nobody further tries. */
export class PinLock {
  readonly #host: PinLockHost;
  #state: PinState = unlocked;

  constructor(host: PinLockHost) {
    this.#host = host;
  }

  get locked(): boolean {
    return this.#state.locked;
  }

  /** Reads what is stored; within the work of the mailbox. */
  async open(): Promise<void> {
    this.#state = (await this.#host.file.read()) ?? unlocked;
  }

  /** `isRight`: what was keyed is the PIN. The answer does not wait for the disk. */
  try(isRight: boolean): 'right' | 'wrong' | 'locked' {
    const { mailbox, state: tell } = this.#host;
    const { state, answer } = pinTried(this.#state, isRight);
    const locks = state.locked && !this.locked;
    this.#keep(state);
    if (locks) tell({ fact: 'mailboxLocked', mailbox });
    return answer;
  }

  unlock(): void {
    const { mailbox, state: tell } = this.#host;
    const wasLocked = this.locked;
    this.#keep(unlocked);
    if (wasLocked) tell({ fact: 'mailboxUnlocked', mailbox });
  }

  #keep(state: PinState): void {
    if (state.wrong === this.#state.wrong && state.locked === this.#state.locked) return;
    this.#state = state;
    const { mailbox, file, work, makeFolder, log } = this.#host;
    const write = async () => {
      await makeFolder();
      await file.write(state);
    };
    work.run(write).catch((error: unknown) => {
      log.error({ why: wordsOf(error) }, `mailbox ${mailbox}: how many wrong PINs there were could not be stored`);
    });
  }
}
