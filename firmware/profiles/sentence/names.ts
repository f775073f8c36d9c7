/** The languages in which callers are told something. */
export const languages = ['en', 'es', 'de', 'zh'] as const;
export type Language = (typeof languages)[number];

/** Numbers that are spoken as one sentence each; beyond them `many` is said. */
export const LARGEST_SPOKEN_NUMBER = 20;

/** Every sentence there is, by what it says. `tone` is the tone after a greeting; `number0`… are the numbers. */
export const sentenceNames = [
  // why a call failed (U15)
  'noWayOut',
  'allLinesBusy',
  'numberUnknown',
  'numberIncomplete',
  'notReachable',
  'notAllowed',
  // before protect routes (U7)
  'pleaseWait',
  // leaving a message (S2)
  'greeting',
  'tone',
  'mailboxFull',
  // the owner of a mailbox (S3)
  'enterPin',
  'pinWrong',
  'mailboxLocked',
  'noMessages',
  'youHave',
  'oneNewMessage',
  'newMessages',
  'oneKeptMessage',
  'keptMessages',
  'and',
  'many',
  'newMessage',
  'keptMessage',
  'messageMenu',
  'messageKept',
  'messageDeleted',
  'endOfMessages',
  'mainMenu',
  'greetingMenu',
  'recordGreeting',
  'greetingStored',
  'greetingRemoved',
  'goodbye',
  // the auto attendant (S7)
  'attendantGreeting',
  'attendantName',
  'attendantAgain',
  // an outside callee of a forwarded call (U14)
  'acceptCall',
  // the box calls by itself
  'testCall',
  ...Array.from({ length: LARGEST_SPOKEN_NUMBER + 1 }, (_, number) => `number${number}` as const),
] as const;
export type SentenceName = Exclude<(typeof sentenceNames)[number], `number${number}`> | `number${number}`;

/** A count in words: one sentence, `many` beyond the largest that is spoken. Rounds nothing: `number` is whole. */
export const numberSentences = (number: number): readonly SentenceName[] =>
  number > LARGEST_SPOKEN_NUMBER ? ['many'] : [`number${number}`];
