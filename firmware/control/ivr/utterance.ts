import { numberSentences, type SentenceName } from '../../profiles/sentence/names.ts';
import type { Message } from '../mailbox/shelf.ts';

/** What is said: a sentence of the set, or a sound file as it stands. */
export type Utterance = SentenceName | { readonly file: string } | { readonly message: string };

const counted = (number: number, one: SentenceName, several: SentenceName): readonly SentenceName[] =>
  number === 1 ? [one] : [...numberSentences(number), several];

/** How many messages wait and are kept, in words. */
export const summaryOf = (messages: readonly Message[]): readonly SentenceName[] => {
  const fresh = messages.filter((each) => each.is === 'new').length;
  const kept = messages.length - fresh;
  if (messages.length === 0) return ['noMessages'];
  const parts = [
    fresh > 0 ? counted(fresh, 'oneNewMessage', 'newMessages') : [],
    kept > 0 ? counted(kept, 'oneKeptMessage', 'keptMessages') : [],
  ].filter((part) => part.length > 0);
  return ['youHave', ...parts.flatMap((part, at) => (at === 0 ? part : ['and' as const, ...part]))];
};

/** The order in which an owner hears them: new ones first, each oldest first. */
export const inOrder = (messages: readonly Message[]): readonly Message[] => [
  ...messages.filter((each) => each.is === 'new'),
  ...messages.filter((each) => each.is === 'kept'),
];
