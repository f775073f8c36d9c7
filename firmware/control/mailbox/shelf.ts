/** A mailbox goes by the FXS line whose messages it holds. */
export type MailboxId = string;

export type Message = {
  readonly id: string;
  readonly mailbox: MailboxId;
  /** Wall time of its begin, ms since 1970. */
  readonly at: number;
  /** Empty number: withheld or unknown. */
  readonly from: { readonly number: string; readonly name?: string };
  readonly seconds: number;
  /** `new` until its owner has heard it. */
  readonly is: 'new' | 'kept';
};

/** A mailbox as its owner sees it. */
export type MailboxState = {
  readonly mailbox: MailboxId;
  readonly extension: string;
  readonly mode: 'outage' | 'always' | 'never';
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly usedS: number;
  readonly quotaS: number;
  readonly greeting: 'spoken' | 'own';
  /** Three wrong PINs: not by phone until it is unlocked on the page. */
  readonly locked: boolean;
};

/** Room for one recording: `file` is where the engine writes it (it makes `file.part` and renames it at the end). */
export type Reservation = {
  readonly message: string;
  readonly mailbox: MailboxId;
  readonly file: string;
  readonly longestS: number;
  readonly silenceEndsS: number;
};

export type Refused = { readonly refused: 'quota' | 'disk' | 'unknown' | 'busy'; readonly why: string };

/** The messages of all mailboxes, as phone menus, legs and the page use them (`mailbox/mailboxes.ts`). */
export interface Shelf {
  states(): readonly MailboxState[];
  state(mailbox: MailboxId): MailboxState | undefined;
  /** Quota and free space first. The reservation is on flash, so that a message outlives a power cut of its call. */
  reserve(mailbox: MailboxId, from: Message['from']): Promise<Reservation | Refused>;
  /**
   * The recording has ended and stands under its own name. Shorter than a second it is no message and is deleted:
   * undefined. States `messageStored` and `mailboxCounted`.
   */
  commit(reservation: Pick<Reservation, 'message' | 'mailbox'>): Promise<Message | undefined>;
  /** The file of a message, undefined if there is none. */
  file(mailbox: MailboxId, message: string): Promise<string | undefined>;
  /** Heard or kept: it waits no more. */
  keep(mailbox: MailboxId, message: string): Promise<boolean>;
  delete(mailbox: MailboxId, message: string): Promise<boolean>;
  /** The owner's own greeting, undefined where the spoken one is played. */
  greeting(mailbox: MailboxId): string | undefined;
  /** Where the engine writes a greeting that is recorded by phone; `commitGreeting` puts it in the old one's place. */
  reserveGreeting(mailbox: MailboxId): Promise<Pick<Reservation, 'file' | 'longestS' | 'silenceEndsS'> | Refused>;
  commitGreeting(mailbox: MailboxId): Promise<boolean>;
  /** An uploaded WAV file (8 kHz mono, linear 16 bit, u-law or A-law, at most 60 s); undefined removes the greeting. Rejects with `sound-file`. */
  setGreeting(mailbox: MailboxId, wav: Buffer | undefined): Promise<void>;
  /** Whether a PIN is asked for, and if what was keyed is right; the third wrong one in a row locks the mailbox. */
  pinWanted(mailbox: MailboxId): boolean;
  tryPin(mailbox: MailboxId, pin: string): 'right' | 'wrong' | 'locked';
  unlock(mailbox: MailboxId): void;
}
