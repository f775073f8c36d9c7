import type { MailboxId, Message } from './shelf.ts';

/** Beyond this number of messages a mailbox is full, however short they are. */
export const MOST_MESSAGES = 100;
/** Room for less than this is none: nobody says who he is in less. */
export const LEAST_ROOM_S = 5;
/** Octets of a second of u-law at 8 kHz. */
export const OCTETS_A_SECOND = 8000;

/** A recording that was begun and of which nobody has said yet that it ended. */
export type Pending = Pick<Message, 'id' | 'at' | 'from'> & { readonly longestS: number };

/** `agesFrom`: wall time from which it is kept, where `at` was taken from a clock that was not set. */
export type Stored = Omit<Message, 'mailbox'> & { readonly agesFrom?: number };

/** What a mailbox holds, as it is on flash. `removing`: their files are to be gone, they never come back. */
export type MessageIndex = {
  readonly version: 1;
  readonly pending: readonly Pending[];
  readonly messages: readonly Stored[];
  readonly removing: readonly string[];
};

export const emptyIndex: MessageIndex = { version: 1, pending: [], messages: [], removing: [] };

const without = <T extends { readonly id: string }>(list: readonly T[], id: string): readonly T[] =>
  list.filter((each) => each.id !== id);

export const reserved = (index: MessageIndex, pending: Pending): MessageIndex => ({
  ...index,
  pending: [...index.pending, pending],
});

/** The recording came to nothing. */
export const dropped = (index: MessageIndex, id: string): MessageIndex => ({
  ...index,
  pending: without(index.pending, id),
});

/** The recording is a message: a pending one takes its place, an unknown one comes beside them; oldest first. */
export const committed = (index: MessageIndex, message: Stored): MessageIndex => ({
  ...dropped(index, message.id),
  messages: [...without(index.messages, message.id), message].sort((one, other) => one.at - other.at),
});

export const kept = (index: MessageIndex, id: string): MessageIndex => ({
  ...index,
  messages: index.messages.map((each) => (each.id === id ? { ...each, is: 'kept' } : each)),
});

/** These are listed no more, and their files are to be removed: on flash before the first file goes. */
export const removing = (index: MessageIndex, ids: readonly string[]): MessageIndex => ({
  ...index,
  messages: index.messages.filter(({ id }) => !ids.includes(id)),
  removing: [...index.removing, ...ids],
});

/** The files of these are gone from the medium. */
export const removed = (index: MessageIndex, ids: readonly string[]): MessageIndex => ({
  ...index,
  removing: index.removing.filter((id) => !ids.includes(id)),
});

export const usedS = (index: MessageIndex): number =>
  Math.round(index.messages.reduce((sum, { seconds }) => sum + seconds, 0) * 100) / 100;

export const countsOf = (index: MessageIndex): { readonly waiting: number; readonly kept: number } => {
  const waiting = index.messages.filter((each) => each.is === 'new').length;
  return { waiting, kept: index.messages.length - waiting };
};

/** `freeOctets` is what recordings may take of the medium; `reservedS` what those under way may still take of it. */
export type Limits = {
  readonly quotaS: number;
  readonly longestS: number;
  readonly freeOctets: number;
  readonly reservedS: number;
};
export type Room = { readonly longestS: number } | { readonly full: 'quota' | 'disk'; readonly why: string };

/** How long a message may become now. Recordings under way count with all that they may take. */
export const roomIn = (index: MessageIndex, { quotaS, longestS, freeOctets, reservedS }: Limits): Room => {
  const count = index.messages.length + index.pending.length;
  if (count >= MOST_MESSAGES) return { full: 'quota', why: `it holds ${count} messages` };
  const promisedS = index.pending.reduce((sum, each) => sum + each.longestS, 0);
  const leftS = Math.floor(quotaS - usedS(index) - promisedS);
  if (leftS < LEAST_ROOM_S) return { full: 'quota', why: `its messages have taken its ${quotaS} s` };
  const fitsS = Math.floor(freeOctets / OCTETS_A_SECOND - reservedS);
  if (fitsS < LEAST_ROOM_S) return { full: 'disk', why: 'the storage medium has no space left for recordings' };
  return { longestS: Math.min(longestS, leftS, fitsS) };
};

/** The folder of a mailbox: its id with what a name of a file may not hold written otherwise; no two are alike. */
export const folderOf = (mailbox: MailboxId): string =>
  mailbox.replace(/[^A-Za-z0-9-]/g, (character) =>
    character === '/' ? '+' : [...Buffer.from(character)].map((octet) => `_${hex(octet)}`).join(''),
  );

/** The mailbox of a folder, undefined for a folder that `folderOf` did not name. */
export const mailboxOf = (folder: string): MailboxId | undefined => {
  const octets = folder
    .replaceAll('+', '/')
    .replace(/_([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  const mailbox = Buffer.from(octets, 'latin1').toString('utf8');
  return folder !== '' && folderOf(mailbox) === folder ? mailbox : undefined;
};

const hex = (octet: number): string => octet.toString(16).padStart(2, '0');
