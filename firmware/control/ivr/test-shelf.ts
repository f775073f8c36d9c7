import type { MailboxState, Message, Refused, Reservation, Shelf } from '../mailbox/shelf.ts';

/** A shelf in memory that does as a test says, and notes what it was asked. */
export class TestShelf implements Shelf {
  readonly did: string[] = [];
  readonly messages: Message[] = [];
  pin = '';
  ownGreeting: string | undefined;
  full: Refused | undefined;
  locked = false;
  #reserved = 0;
  #wrong = 0;

  states(): readonly MailboxState[] {
    return [];
  }
  state(mailbox: string): MailboxState {
    const messages = this.messages.filter((each) => each.mailbox === mailbox);
    const greeting = this.ownGreeting === undefined ? 'spoken' : 'own';
    const { locked } = this;
    return { mailbox, extension: '', mode: 'outage', messages, usedS: 0, quotaS: 1200, greeting, locked };
  }
  async reserve(mailbox: string, from: Message['from']): Promise<Reservation | Refused> {
    this.did.push(`reserve ${mailbox} ${from.number}`);
    const message = `m${++this.#reserved}`;
    return this.full ?? { message, mailbox, file: `/${message}.wav`, longestS: 180, silenceEndsS: 10 };
  }
  async commit({ mailbox, message }: Pick<Reservation, 'message' | 'mailbox'>): Promise<undefined> {
    this.did.push(`commit ${mailbox} ${message}`);
  }
  async file(_: string, message: string): Promise<string | undefined> {
    return this.messages.some(({ id }) => id === message) ? `/${message}.wav` : undefined;
  }
  async keep(_: string, message: string): Promise<boolean> {
    this.did.push(`keep ${message}`);
    const at = this.messages.findIndex(({ id }) => id === message);
    if (at >= 0) this.messages[at] = { ...this.messages[at]!, is: 'kept' };
    return at >= 0;
  }
  async delete(_: string, message: string): Promise<boolean> {
    this.did.push(`delete ${message}`);
    const at = this.messages.findIndex(({ id }) => id === message);
    if (at >= 0) this.messages.splice(at, 1);
    return at >= 0;
  }
  greeting(): string | undefined {
    return this.ownGreeting;
  }
  async reserveGreeting() {
    return this.full ?? { file: '/greeting.wav', longestS: 60, silenceEndsS: 10 };
  }
  async commitGreeting(): Promise<boolean> {
    this.ownGreeting = '/greeting.wav';
    this.did.push('commit greeting');
    return true;
  }
  async setGreeting(_: string, wav: Buffer | undefined): Promise<void> {
    if (wav === undefined) this.ownGreeting = undefined;
    this.did.push('remove greeting');
  }
  pinWanted(): boolean {
    return this.pin !== '';
  }
  tryPin(_: string, pin: string): 'right' | 'wrong' | 'locked' {
    if (this.locked) return 'locked';
    if (pin === this.pin) return 'right';
    this.locked = ++this.#wrong >= 3;
    return this.locked ? 'locked' : 'wrong';
  }
  unlock(): void {
    this.locked = false;
  }
}
