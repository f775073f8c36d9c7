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

const trunkWords = { trunkUp: 'works', trunkSuspect: 'is doubted', trunkDown: 'is down' } as const;

type Of<Name extends Fact['fact']> = Extract<Fact, { readonly fact: Name }>;

const attemptEndWords = ({ call, cause, status }: Of<'attemptEnded'>): string =>
  `${call}: this way ended${status === undefined ? '' : ` with ${status}`}: ${causeWords(cause)}`;

/** A fact as a sentence for whoever reads the log at night. */
export const factWords = (fact: Fact): string => {
  switch (fact.fact) {
    case 'callBegan':
      return `${fact.call}: ${partyWords(fact.from)} ${fact.dialled === '' ? 'is ringing' : `calls ${fact.dialled}`}`;
    case 'attemptBegan':
      return `${fact.call}: trying ${targetWords(fact.target)}: ${fact.why}`;
    case 'attemptEnded':
      return attemptEndWords(fact);
    case 'callAlerting':
      return `${fact.call}: it rings`;
    case 'callAnswered':
      return `${fact.call}: answered by ${targetWords(fact.target)}`;
    case 'callEnded':
      return `${fact.call}: ended by the ${fact.by}: ${causeWords(fact.cause)}`;
    case 'callMedia':
      return `${fact.call}: figures of the audio`;
    default:
      return isLedOn(fact) ? ledOnWords(fact) : serviceWords(fact);
  }
};

const LED_ON = [
  'callShutOut',
  ...(['callLedOn', 'callDuplicate', 'callTransferred', 'callPreempted'] as const),
  ...(['emergencyCall', 'callLong', 'callAdopted'] as const),
] as const;
type LedOn = Of<(typeof LED_ON)[number]>;
const isLedOn = (fact: Fact): fact is LedOn => (LED_ON as readonly string[]).includes(fact.fact);

const transferWords = {
  blind: 'transferred before it was answered, to be joined',
  attended: 'transferred and joined',
  returned: 'given back, not joined',
  refused: 'not to be joined',
} as const;

/** What became of a call beside its own way. */
const ledOnWords = (fact: LedOn): string => {
  switch (fact.fact) {
    case 'callLedOn':
      return `${fact.call}: led on by ${fact.by}: ${fact.why}`;
    case 'callShutOut':
      return `${fact.call}: not by ${fact.way}: ${fact.why}`;
    case 'callDuplicate':
      return `${fact.call}: is the same call as ${fact.of}`;
    case 'callTransferred':
      return `${fact.call}: ${transferWords[fact.how]} with ${fact.with} by ${fact.by}: ${fact.why}`;
    case 'callPreempted':
      return `${fact.call}: ended for the emergency call ${fact.by}`;
    case 'emergencyCall':
      return `${fact.call}: EMERGENCY: ${partyWords(fact.from)} calls ${fact.dialled}`;
    case 'callLong':
      return `${fact.call}: up for ${fact.minutes} min: ${partyWords(fact.from)} to ${fact.dialled || 'somebody here'}`;
    case 'callAdopted':
      return `${fact.call}: goes on under a new control plane`;
  }
};

const locks = {
  noOutgoing: 'no call leaves over it',
  all: 'no call leaves or comes',
  drain: 'no new call leaves or comes, those that are up go on',
} as const;

const lockWords = ({ trunk, lock, until }: Of<'trunkLocked'>): string => {
  if (lock === 'none') return `softswitch ${trunk} is not locked any more`;
  return `softswitch ${trunk} is locked${until === '' ? '' : ` until ${until}`}: ${locks[lock]}`;
};

type OfACall =
  | 'callBegan'
  | 'attemptBegan'
  | 'attemptEnded'
  | 'callAlerting'
  | 'callAnswered'
  | 'callEnded'
  | 'callMedia'
  | LedOn['fact'];

type Rehearsal = Of<
  | 'drillBegan'
  | 'drillStepped'
  | 'drillOverdue'
  | 'drillEnded'
  | 'numberArrives'
  | 'numberLost'
  | 'noticeFailed'
  | 'noticeSent'
>;

/** Rehearsals, and whether the office could be told. */
const rehearsalWords = (fact: Rehearsal): string => {
  switch (fact.fact) {
    case 'drillBegan':
      return `drill: ${fact.trunk} is blocked by ${fact.by}`;
    case 'drillStepped':
      return `drill of ${fact.trunk}: ${fact.why}`;
    case 'drillOverdue':
      return `a drill is overdue: ${fact.why}`;
    case 'drillEnded':
      return `drill of ${fact.trunk} ${fact.passed ? 'passed' : 'failed'}: ${fact.why}`;
    case 'numberArrives':
      return `calls to ${fact.did} arrive: ${fact.why}`;
    case 'numberLost':
      return `calls to ${fact.did} do not arrive: ${fact.why}`;
    case 'noticeFailed':
      return `the office could not be told by ${fact.way}: ${fact.why}`;
    case 'noticeSent':
      return `the office was told by ${fact.way}: ${fact.why}`;
  }
};

const serviceWords = (fact: Exclude<Fact, { readonly fact: OfACall }>): string => {
  switch (fact.fact) {
    case 'registered':
      return `account ${fact.account} is registered at ${fact.trunk} for ${fact.expiresS} s`;
    case 'registrationFailed':
      return `not registered: ${fact.sentence}`;
    case 'trunkUp':
    case 'trunkSuspect':
    case 'trunkDown':
      return `softswitch ${fact.trunk} ${trunkWords[fact.fact]}: ${fact.why}`;
    case 'portIn':
      return `${fact.line} is in service: ${fact.cause}`;
    case 'portOut':
      return `${fact.line} is out of service: ${fact.cause}`;
    case 'engineLost':
      return `the engine is gone: ${fact.why}`;
    case 'engineBack':
      return `the engine is back: ${fact.why}`;
    case 'controlRestarted':
      return `the control plane was restarted; calls that ended with it: ${fact.callsEnded}`;
    case 'messageStored':
      return `a message of ${fact.seconds} s for ${fact.mailbox} was stored`;
    case 'mailboxCounted':
      return `the mailbox of ${fact.mailbox} holds ${fact.waiting} new and ${fact.kept} kept messages`;
    case 'mailboxFull':
      return `the mailbox of ${fact.mailbox} takes no message: ${fact.why}`;
    case 'mailboxHasRoom':
      return `the mailbox of ${fact.mailbox} takes messages again`;
    case 'mailboxLocked':
      return `the mailbox of ${fact.mailbox} is locked after three wrong PINs`;
    case 'mailboxUnlocked':
      return `the mailbox of ${fact.mailbox} is unlocked`;
    case 'trunkBlocked':
      return `softswitch ${fact.trunk} is blocked by ${fact.by}${fact.minutes === undefined ? '' : ` for ${fact.minutes} min`}`;
    case 'trunkUnblocked':
      return `softswitch ${fact.trunk} is unblocked by ${fact.by}`;
    case 'trunkLocked':
      return lockWords(fact);
    case 'pathUp':
    case 'pathDown':
      return `network path ${fact.interface} is ${fact.fact === 'pathUp' ? 'up' : 'down'}: ${fact.why}`;
    case 'scenarioSwitched':
      return fact.scenario === ''
        ? `no scenario is on any more, switched by ${fact.by}`
        : `scenario ${fact.scenario} is on, switched by ${fact.by}`;
    case 'holidaysMissing':
      return `calendar ${fact.calendar} has no dated holidays of ${fact.year}`;
    case 'holidaysKnown':
      return `calendar ${fact.calendar} has its dated holidays`;
    case 'tollClosed':
      return `${fact.class} numbers are closed for ${fact.line === '' ? 'the box' : fact.line}: ${fact.why}`;
    case 'codePinTried':
      return `${fact.line} dialled a code with ${fact.right ? 'its' : 'a wrong'} PIN`;
    case 'codesLocked':
      return `${fact.line} may dial no codes with a PIN after three wrong ones`;
    case 'codesUnlocked':
      return `${fact.line} may dial codes with a PIN again, by ${fact.by}`;
    case 'tollOpened':
      return `${fact.class} numbers are open again for ${fact.line === '' ? 'the box' : fact.line}, by ${fact.by}`;
    case 'drillBegan':
    case 'drillStepped':
    case 'drillOverdue':
    case 'drillEnded':
    case 'numberArrives':
    case 'numberLost':
    case 'noticeFailed':
    case 'noticeSent':
      return rehearsalWords(fact);
    case 'sourceLocked':
      return `${fact.source} has to wait ${fact.seconds} s after ${fact.failures} wrong passwords`;
    case 'signedIn':
      return `somebody signed in from ${fact.source}`;
    case 'passwordChanged':
      return `the password of the page was changed from ${fact.source}`;
    case 'pageIn':
      return `the page answers at ${fact.why}`;
    case 'pageOut':
      return `the page is closed, calls go on: ${fact.why}`;
    case 'storeDamaged':
      return fact.why;
    case 'ownSentenceUnusable':
      return `own recordings cannot be played: ${fact.why}`;
    case 'ownSentencesUsable':
      return 'all own recordings can be played';
    case 'alarmAcknowledged':
      return `the alarm ${fact.alarm} was acknowledged by ${fact.by}`;
    case 'configured':
      return `settings changed by ${fact.by}, now revision ${fact.revision}: ${fact.steps.join(', ')}`;
  }
};

export type LogLevel = 'debug' | 'info' | 'warn';

const worth: Partial<Readonly<Record<Fact['fact'], LogLevel>>> = {
  callMedia: 'debug',
  trunkSuspect: 'warn',
  trunkDown: 'warn',
  registrationFailed: 'warn',
  portOut: 'warn',
  engineLost: 'warn',
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
