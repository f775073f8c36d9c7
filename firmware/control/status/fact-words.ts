import type { Fact, Party, Target } from '../facts.ts';
import { type Cause, failureTable, isFailure } from '../failure.ts';

const ordinaryEnds = { hungUp: 'hung up', answeredElsewhere: 'answered elsewhere' } as const;

const causeWords = (cause: Cause): string => (isFailure(cause) ? failureTable[cause].sentence : ordinaryEnds[cause]);

const kinds = {
  phone: 'phone',
  trunk: 'softswitch',
  line: 'exchange line',
  gateway: 'the gateway',
  mailbox: 'mailbox of',
  mailboxMenu: 'mailbox menu of',
  sentence: 'the sentence for',
  attendant: 'auto attendant',
  announcement: 'announcement',
} as const;

const partyWords = ({ kind, id, number }: Party): string =>
  number === '' ? `${kinds[kind]} ${id}` : `${kinds[kind]} ${id} (${number})`;

const targetWords = ({ kind, id, number }: Target): string =>
  number === '' || kind === 'phone' ? `${kinds[kind]} ${id}` : `${kinds[kind]} ${id} with ${number}`;

type Named<Name, Each> = Each extends { readonly fact: infer Names } ? (Name extends Names ? Each : never) : never;
type Of<Name extends Fact['fact']> = Named<Name, Fact>;
/** A sentence for each fact. */
type Sentences = { readonly [Name in Fact['fact']]: (fact: Of<Name>) => string };

const attemptEndWords = ({ call, cause, status }: Of<'attemptEnded'>): string =>
  `${call}: this way ended${status === undefined ? '' : ` with ${status}`}: ${causeWords(cause)}`;

const transferWords = {
  blind: 'transferred before it was answered, to be joined',
  attended: 'transferred and joined',
  returned: 'given back, not joined',
  refused: 'not to be joined',
} as const;

const locks = {
  noOutgoing: 'no call leaves over it',
  all: 'no call leaves or comes',
  drain: 'no new call leaves or comes, those that are up go on',
} as const;

const lockWords = ({ trunk, lock, until }: Of<'trunkLocked'>): string => {
  if (lock === 'none') return `softswitch ${trunk} is not locked any more`;
  return `softswitch ${trunk} is locked${until === '' ? '' : ` until ${until}`}: ${locks[lock]}`;
};

/** What became of a call. */
const ofCalls = {
  callBegan: (fact) =>
    `${fact.call}: ${partyWords(fact.from)} ${fact.dialled === '' ? 'is ringing' : `calls ${fact.dialled}`}`,
  attemptBegan: (fact) => `${fact.call}: trying ${targetWords(fact.target)}: ${fact.why}`,
  attemptEnded: attemptEndWords,
  callDialledOn: (fact) => `${fact.call}: the caller dials on: ${fact.dialled}`,
  callAlerting: (fact) => `${fact.call}: it rings`,
  callAnswered: (fact) => `${fact.call}: answered by ${targetWords(fact.target)}`,
  callEnded: (fact) => `${fact.call}: ended by the ${fact.by}: ${causeWords(fact.cause)}`,
  callMedia: (fact) => `${fact.call}: figures of the audio`,
  callLedOn: (fact) => `${fact.call}: led on by ${fact.by}: ${fact.why}`,
  callShutOut: (fact) => `${fact.call}: not by ${fact.way}: ${fact.why}`,
  callDuplicate: (fact) => `${fact.call}: is the same call as ${fact.of}`,
  callTransferred: (fact) => `${fact.call}: ${transferWords[fact.how]} with ${fact.with} by ${fact.by}: ${fact.why}`,
  callPreempted: (fact) => `${fact.call}: ended for the emergency call ${fact.by}`,
  emergencyCall: (fact) => `${fact.call}: EMERGENCY: ${partyWords(fact.from)} calls ${fact.dialled}`,
  callLong: (fact) =>
    `${fact.call}: up for ${fact.minutes} min: ${partyWords(fact.from)} to ${fact.dialled || 'somebody here'}`,
  callAdopted: (fact) => `${fact.call}: goes on under a new control plane`,
} satisfies Partial<Sentences>;

/** Rehearsals, and whether the office could be told. */
const ofRehearsals = {
  drillBegan: (fact) => `drill: ${fact.trunk} is blocked by ${fact.by}`,
  drillStepped: (fact) => `drill of ${fact.trunk}: ${fact.why}`,
  drillOverdue: (fact) => `a drill is overdue: ${fact.why}`,
  drillNotOverdue: () => 'no drill is overdue',
  drillEnded: (fact) => `drill of ${fact.trunk} ${fact.passed ? 'passed' : 'failed'}: ${fact.why}`,
  numberArrives: (fact) => `calls to ${fact.did} arrive: ${fact.why}`,
  numberLost: (fact) => `calls to ${fact.did} do not arrive: ${fact.why}`,
  noticeFailed: (fact) => `the office could not be told by ${fact.way}: ${fact.why}`,
  noticeSent: (fact) => `the office was told by ${fact.way}: ${fact.why}`,
} satisfies Partial<Sentences>;

/** Softswitches and the ways to them. */
const ofTrunks = {
  registered: (fact) => `account ${fact.account} is registered at ${fact.trunk} for ${fact.expiresS} s`,
  registrationFailed: (fact) => `not registered: ${fact.sentence}`,
  trunkUp: ({ trunk, why }) => `softswitch ${trunk} works: ${why}`,
  trunkSuspect: ({ trunk, why }) => `softswitch ${trunk} is doubted: ${why}`,
  trunkHeld: ({ trunk, why }) => `softswitch ${trunk} is passed over: ${why}`,
  trunkDown: ({ trunk, why }) => `softswitch ${trunk} is down: ${why}`,
  callsRefused: (fact) =>
    `softswitch ${fact.trunk} refused a call with ${fact.status}: name or password is not accepted`,
  trunkBlocked: (fact) =>
    `softswitch ${fact.trunk} is blocked by ${fact.by}${fact.minutes === undefined ? '' : ` for ${fact.minutes} min`}`,
  trunkUnblocked: (fact) => `softswitch ${fact.trunk} is unblocked by ${fact.by}`,
  trunkLocked: lockWords,
  pathUp: (fact) => `network path ${fact.interface} is up: ${fact.why}`,
  pathDown: (fact) => `network path ${fact.interface} is down: ${fact.why}`,
} satisfies Partial<Sentences>;

/** What of the box is in service. */
const ofPlanes = {
  portIn: (fact) => `${fact.line} is in service: ${fact.cause}`,
  portOut: (fact) => `${fact.line} is out of service: ${fact.cause}`,
  engineLost: (fact) => `the engine is gone: ${fact.why}`,
  engineBack: (fact) => `the engine is back: ${fact.why}`,
  engineRestarted: (fact) => `the engine was restarted: ${fact.why}`,
  controlRestarted: (fact) =>
    `the control plane was restarted${fact.why === undefined ? '' : ` (${fact.why})`}; calls that ended with it: ${fact.callsEnded}`,
  pageIn: (fact) => `the page answers at ${fact.why}`,
  pageOut: (fact) => `the page is closed, calls go on: ${fact.why}`,
  storeDamaged: (fact) => fact.why,
  ownSentenceUnusable: (fact) => `own recordings cannot be played: ${fact.why}`,
  ownSentencesUsable: () => 'all own recordings can be played',
} satisfies Partial<Sentences>;

/** Mailboxes. */
const ofMailboxes = {
  messageStored: (fact) => `a message of ${fact.seconds} s for ${fact.mailbox} was stored`,
  mailboxCounted: (fact) => `the mailbox of ${fact.mailbox} holds ${fact.waiting} new and ${fact.kept} kept messages`,
  mailboxFull: (fact) => `the mailbox of ${fact.mailbox} takes no message: ${fact.why}`,
  mailboxHasRoom: (fact) => `the mailbox of ${fact.mailbox} takes messages again`,
  mailboxLocked: (fact) => `the mailbox of ${fact.mailbox} is locked after three wrong PINs`,
  mailboxUnlocked: (fact) => `the mailbox of ${fact.mailbox} is unlocked`,
} satisfies Partial<Sentences>;

/** Who may do what, and who tried. */
const ofGuards = {
  tollClosed: (fact) => `${fact.class} numbers are closed for ${fact.line === '' ? 'the box' : fact.line}: ${fact.why}`,
  codePinTried: (fact) => `${fact.line} dialled a code with ${fact.right ? 'its' : 'a wrong'} PIN`,
  codesLocked: (fact) => `${fact.line} may dial no codes with a PIN after three wrong ones`,
  codesUnlocked: (fact) => `${fact.line} may dial codes with a PIN again, by ${fact.by}`,
  tollOpened: (fact) =>
    `${fact.class} numbers are open again for ${fact.line === '' ? 'the box' : fact.line}, by ${fact.by}`,
  sourceLocked: (fact) => `${fact.source} has to wait ${fact.seconds} s after ${fact.failures} wrong passwords`,
  signedIn: (fact) => `somebody signed in from ${fact.source}`,
  passwordChanged: (fact) => `the password of the page was changed from ${fact.source}`,
} satisfies Partial<Sentences>;

/** What persons and calendars changed. */
const ofRules = {
  scenarioSwitched: (fact) =>
    fact.scenario === ''
      ? `no scenario is on any more, switched by ${fact.by}`
      : `scenario ${fact.scenario} is on, switched by ${fact.by}`,
  holidaysMissing: (fact) => `calendar ${fact.calendar} has no dated holidays of ${fact.year}`,
  holidaysKnown: (fact) => `calendar ${fact.calendar} has its dated holidays`,
  alarmAcknowledged: (fact) => `the alarm ${fact.alarm} was acknowledged by ${fact.by}`,
  configured: (fact) => `settings changed by ${fact.by}, now revision ${fact.revision}: ${fact.steps.join(', ')}`,
} satisfies Partial<Sentences>;

const sentences: Sentences = {
  ...ofCalls,
  ...ofRehearsals,
  ...ofTrunks,
  ...ofPlanes,
  ...ofMailboxes,
  ...ofGuards,
  ...ofRules,
};

/** A fact as a sentence for whoever reads the log at night. */
export const factWords = (fact: Fact): string => (sentences[fact.fact] as (fact: Fact) => string)(fact);

export type LogLevel = 'debug' | 'info' | 'warn';

const worth: Partial<Readonly<Record<Fact['fact'], LogLevel>>> = {
  callMedia: 'debug',
  trunkSuspect: 'warn',
  trunkDown: 'warn',
  registrationFailed: 'warn',
  callsRefused: 'warn',
  portOut: 'warn',
  engineLost: 'warn',
  engineRestarted: 'warn',
  mailboxFull: 'warn',
  mailboxLocked: 'warn',
  sourceLocked: 'warn',
  trunkBlocked: 'warn',
  trunkLocked: 'warn',
  emergencyCall: 'warn',
  callPreempted: 'warn',
  callLong: 'warn',
  pathDown: 'warn',
  codesLocked: 'warn',
  tollClosed: 'warn',
  numberLost: 'warn',
  noticeFailed: 'warn',
  pageOut: 'warn',
  // it was logged as an error where it was found
  storeDamaged: 'debug',
  // each file was named where it was found
  ownSentenceUnusable: 'debug',
};

/** How much a fact matters in the log. */
export const factLevel = (fact: Fact): LogLevel => worth[fact.fact] ?? 'info';
