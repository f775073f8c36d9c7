import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { Exclusive } from '../../core/exclusive.ts';
import type { DurableFile } from '../../store/durable-file.ts';
import { Refused } from './answer.ts';

/** 32 MB and about 90 ms each: dear for who guesses, and the reason why it is done one at a time. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;
/** Sign-ins that may wait for their turn. */
const MOST_WAITING = 8;
/** Beyond them there is room for browsers that have signed in before. */
const MOST_KNOWN_WAITING = 12;

export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 128;

/** Digits and letters that are not mistaken for each other (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FIRST_GROUPS = 4;
const GROUP_LENGTH = 4;

type Digest = { readonly salt: string; readonly key: string };
/** What is stored. `first`: the first password, which must not come back; `current` undefined while it stands. */
export type StoredPassword = {
  readonly version: 1;
  readonly first: Digest;
  readonly current?: Digest;
  /** The first password has been printed: until then nobody can know it, and each start makes another. */
  readonly printed: boolean;
};

/** 80 random bits in groups of four, such as 7Q2M-… */
export const makeFirstPassword = (): string => {
  const letters = [...randomBytes(FIRST_GROUPS * GROUP_LENGTH)].map((octet) => ALPHABET[octet % ALPHABET.length]!);
  const group = (index: number) => letters.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH).join('');
  return Array.from({ length: FIRST_GROUPS }, (_, index) => group(index)).join('-');
};

/** The first password is typed off a terminal or a label: case, hyphens and look-alikes do not matter. */
const firstForm = (typed: string): string =>
  typed.toUpperCase().replace(/[-\s]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const text = Buffer.from(password.normalize('NFC'));
    scrypt(text, salt, KEY_OCTETS, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });

const digestOf = async (password: string): Promise<Digest> => {
  const salt = randomBytes(SALT_OCTETS);
  return { salt: salt.toString('base64'), key: (await derive(password, salt)).toString('base64') };
};

const fits = async (password: string, digest: Digest): Promise<boolean> =>
  timingSafeEqual(await derive(password, Buffer.from(digest.salt, 'base64')), Buffer.from(digest.key, 'base64'));

/** The one password of the box; only its scrypt is kept. */
export class Password {
  readonly #file: DurableFile<StoredPassword>;
  readonly #exclusive = new Exclusive();
  #waiting = 0;
  #stored: StoredPassword;
  #unprinted: string | undefined;

  private constructor(file: DurableFile<StoredPassword>, stored: StoredPassword, unprinted: string | undefined) {
    this.#file = file;
    this.#stored = stored;
    this.#unprinted = unprinted;
  }

  /** Reads the password; a box without one, or whose first one was never printed, gets a first one. */
  static async open(file: DurableFile<StoredPassword>): Promise<Password> {
    const found = await file.read();
    if (found && (found.printed || found.current)) return new Password(file, found, undefined);
    const first = makeFirstPassword();
    const stored: StoredPassword = { version: 1, first: await digestOf(firstForm(first)), printed: false };
    await file.write(stored);
    return new Password(file, stored, first);
  }

  /** The first password still stands. */
  get mustChange(): boolean {
    return this.#stored.current === undefined;
  }

  /** Nobody outside knows it, and it changes with the password. */
  get secret(): string {
    const { current, first } = this.#stored;
    return (current ?? first).key;
  }

  /** The first password, to be printed once; undefined where that has been done. */
  get unprinted(): string | undefined {
    return this.#unprinted;
  }

  /** The first password has been shown and is gone from memory. */
  async printed(): Promise<void> {
    this.#unprinted = undefined;
    this.#stored = { ...this.#stored, printed: true };
    await this.#file.write(this.#stored);
  }

  /**
   * Runs `work` when it is its turn: one at a time, since each takes 32 MB. Throws `too-many` at once when the queue
   * is full. `known`: a browser that has signed in before, for which there is always some room.
   */
  async inTurn<T>(work: () => Promise<T>, known = false): Promise<T> {
    if (this.#waiting >= (known ? MOST_KNOWN_WAITING : MOST_WAITING)) {
      throw new Refused('too-many', 'Too many people sign in at once. Try again in 2 s.', { retryAfterS: 2 });
    }
    this.#waiting++;
    try {
      return await this.#exclusive.run(work);
    } finally {
      this.#waiting--;
    }
  }

  /** Within `inTurn` only. */
  isRight(typed: string): Promise<boolean> {
    const { current, first } = this.#stored;
    return current ? fits(typed, current) : fits(firstForm(typed), first);
  }

  /** Within `inTurn` only. Throws `password-unfit` with what is wrong with it; stored when it resolves. */
  async change(next: string): Promise<void> {
    if (await fits(firstForm(next), this.#stored.first)) {
      throw new Refused('password-unfit', 'The first password cannot be used again. Choose one of your own.');
    }
    const stored: StoredPassword = { ...this.#stored, current: await digestOf(next), printed: true };
    await this.#file.write(stored);
    this.#stored = stored;
    this.#unprinted = undefined;
  }
}

/** Throws `password-unfit` for one that is too short, too long, or of fewer than three different characters. */
export const checkFitness = (next: string): void => {
  const length = [...next].length;
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD) {
    const limits = `${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}`;
    throw new Refused('password-unfit', `The password must have ${limits} characters.`);
  }
  if (new Set(next).size < 3) throw new Refused('password-unfit', 'The password must have more different characters.');
};
