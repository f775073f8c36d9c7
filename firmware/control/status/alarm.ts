import type { Fact } from '../facts.ts';
import { type AlarmKind, type AlarmRow, alarmCatalogue } from './alarm-catalogue.ts';
import { factWords } from './fact-words.ts';

/** One alarm as a person sees it. `id` is its kind and what it is about: the same trouble is one alarm. */
export type Alarm = {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: AlarmRow['severity'];
  readonly text: string;
  readonly cause: string;
  readonly remedy: string;
  /** It says that something happened, and goes away when it is acknowledged; else it goes away with its cause. */
  readonly happened: boolean;
  /** Wall time in milliseconds since 1970 at which it was first raised. */
  readonly since: number;
};
export type Alarms = Readonly<Record<string, Alarm>>;

const raise = (alarms: Alarms, kind: AlarmKind, what: string, cause: string, wall: number): Alarms => {
  const id = what === '' ? kind : `${kind}/${what}`;
  const { severity, text, remedy, happened } = alarmCatalogue[kind];
  const since = alarms[id]?.since ?? wall;
  return { ...alarms, [id]: { id, kind, severity, text: text(what), cause, remedy, happened, since } };
};

const clear = (alarms: Alarms, ...ids: string[]): Alarms =>
  ids.some((id) => id in alarms)
    ? Object.fromEntries(Object.entries(alarms).filter(([id]) => !ids.includes(id)))
    : alarms;

/**
 * The alarms that stand after one more fact. `wall`: milliseconds since 1970. One of two registrations lost is an
 * alarm at once (U1), although calls still arrive over the other.
 */
export const alarmsAfter = (alarms: Alarms, fact: Fact, wall: number): Alarms => {
  switch (fact.fact) {
    case 'trunkDown':
      return raise(clear(alarms, `trunkHeld/${fact.trunk}`), 'trunkDown', fact.trunk, fact.why, wall);
    case 'trunkHeld':
      return raise(alarms, 'trunkHeld', fact.trunk, fact.why, wall);
    case 'trunkUp':
      return clear(alarms, `trunkDown/${fact.trunk}`, `trunkHeld/${fact.trunk}`);
    case 'pathDown':
      return raise(alarms, 'pathDown', fact.interface, fact.why, wall);
    case 'pathUp':
      return clear(alarms, `pathDown/${fact.interface}`);
    case 'registrationFailed': {
      const what = `${fact.trunk}/${fact.account}`;
      const wrong = fact.cause === 'wrongPassword';
      const other = `${wrong ? 'registrationLost' : 'wrongPassword'}/${what}`;
      return raise(clear(alarms, other), wrong ? 'wrongPassword' : 'registrationLost', what, fact.sentence, wall);
    }
    case 'registered': {
      const what = `${fact.trunk}/${fact.account}`;
      return clear(alarms, `registrationLost/${what}`, `wrongPassword/${what}`);
    }
    case 'callsRefused':
      return raise(alarms, 'callsRefused', fact.trunk, factWords(fact), wall);
    case 'portOut':
      return raise(alarms, 'lineOut', fact.line, fact.cause, wall);
    case 'portIn':
      return clear(alarms, `lineOut/${fact.line}`);
    case 'engineLost':
      return raise(alarms, 'engineRestarted', '', fact.why, wall);
    case 'controlRestarted':
      return raise(alarms, 'controlRestarted', '', restartWords(fact), wall);
    case 'engineRestarted':
      return raise(alarms, 'engineRestarted', '', fact.why, wall);
    default:
      return alarmsOfTheBox(alarms, fact, wall);
  }
};

/** What a person did, and what the box itself has: mailboxes, page, store. */
const alarmsOfTheBox = (alarms: Alarms, fact: Fact, wall: number): Alarms => {
  switch (fact.fact) {
    case 'trunkBlocked':
      return raise(alarms, 'trunkBlocked', fact.trunk, factWords(fact), wall);
    case 'trunkUnblocked':
      return clear(alarms, `trunkBlocked/${fact.trunk}`);
    case 'trunkLocked':
      return fact.lock === 'none'
        ? clear(alarms, `trunkLocked/${fact.trunk}`)
        : raise(alarms, 'trunkLocked', fact.trunk, factWords(fact), wall);
    case 'mailboxFull':
      return raise(alarms, 'mailboxFull', fact.mailbox, fact.why, wall);
    case 'mailboxHasRoom':
      return clear(alarms, `mailboxFull/${fact.mailbox}`);
    case 'mailboxLocked':
      return raise(alarms, 'mailboxLocked', fact.mailbox, 'three wrong PINs in a row', wall);
    case 'codesLocked':
      return raise(alarms, 'codesLocked', fact.line, 'three wrong PINs in a row', wall);
    case 'codesUnlocked':
      return clear(alarms, `codesLocked/${fact.line}`);
    case 'mailboxUnlocked':
      return clear(alarms, `mailboxLocked/${fact.mailbox}`);
    case 'sourceLocked':
      return raise(alarms, 'sourceLocked', fact.source, factWords(fact), wall);
    case 'pageOut':
      return raise(alarms, 'pageOut', '', fact.why, wall);
    case 'pageIn':
      return clear(alarms, 'pageOut');
    case 'storeDamaged':
      return raise(alarms, 'storeDamaged', '', fact.why, wall);
    case 'ownSentenceUnusable':
      return raise(alarms, 'ownSentenceUnusable', '', fact.why, wall);
    case 'ownSentencesUsable':
      return clear(alarms, 'ownSentenceUnusable');
    case 'alarmAcknowledged':
      return acknowledged(alarms, fact.alarm);
    default:
      return alarmsOfRehearsals(alarms, fact, wall);
  }
};

/** Emergency calls, drills, proofs, and whether the office can be told. */
const alarmsOfRehearsals = (alarms: Alarms, fact: Fact, wall: number): Alarms => {
  switch (fact.fact) {
    case 'drillEnded':
      return fact.passed
        ? clear(alarms, `drillFailed/${fact.trunk}`, 'drillOverdue')
        : raise(alarms, 'drillFailed', fact.trunk, fact.why, wall);
    case 'drillOverdue':
      return raise(alarms, 'drillOverdue', '', fact.why, wall);
    case 'drillNotOverdue':
      return clear(alarms, 'drillOverdue');
    case 'emergencyCall':
      return raise(withoutOldest(alarms), 'emergencyCall', fact.call, factWords(fact), wall);
    case 'numberLost':
      return raise(alarms, 'numberLost', fact.did, fact.why, wall);
    case 'numberArrives':
      return clear(alarms, `numberLost/${fact.did}`);
    case 'noticeFailed':
      return raise(alarms, 'noticeFailed', fact.way, fact.why, wall);
    case 'noticeSent':
      return clear(alarms, `noticeFailed/${fact.way}`);
    case 'holidaysMissing':
      return raise(alarms, 'holidaysMissing', fact.calendar, factWords(fact), wall);
    case 'callLong':
      return raise(alarms, 'longCall', fact.call, factWords(fact), wall);
    case 'callEnded':
      return clear(alarms, `longCall/${fact.call}`);
    case 'holidaysKnown':
      return clear(alarms, `holidaysMissing/${fact.calendar}`);
    case 'tollClosed':
      return raise(alarms, 'tollClosed', tollSubject(fact), fact.why, wall);
    case 'tollOpened':
      return clear(alarms, `tollClosed/${tollSubject(fact)}`);
    default:
      return alarms;
  }
};

/** Each emergency call is told by itself (S4), but nobody can fill the list with them. */
const MOST_EMERGENCY_CALLS = 20;
const withoutOldest = (alarms: Alarms): Alarms => {
  const told = Object.values(alarms).filter(({ kind }) => kind === 'emergencyCall');
  const oldest = told.sort((one, other) => one.since - other.since).slice(0, 1 - MOST_EMERGENCY_CALLS);
  return told.length < MOST_EMERGENCY_CALLS ? alarms : clear(alarms, ...oldest.map(({ id }) => id));
};

const restartWords = ({ why, callsEnded }: Extract<Fact, { fact: 'controlRestarted' }>): string =>
  `${why === undefined ? '' : `${why}; `}${callsEnded} calls were ended`;

const tollSubject = ({ line, class: numberClass }: Extract<Fact, { fact: 'tollClosed' | 'tollOpened' }>): string =>
  `${line === '' ? 'box' : line}/${numberClass}`;

/** What happened may be forgotten once it was read; what still is stays until it is over. */
const acknowledged = (alarms: Alarms, id: string): Alarms => {
  const alarm = alarms[id];
  return alarm !== undefined && alarmCatalogue[alarm.kind].happened ? clear(alarms, id) : alarms;
};

/** What the settings know; an alarm about anything else has lost its subject. */
export type Known = {
  readonly trunks: readonly string[];
  /** As `trunk/account`. */
  readonly registrations: readonly string[];
  /** Lines in use. */
  readonly lines: readonly string[];
  /** Lines of phones, in use or not: their messages and what is locked of them stay. */
  readonly phones: readonly string[];
  readonly dids: readonly string[];
  /** Ways by which the office is told. */
  readonly noticeWays: readonly string[];
};

const subjects: Partial<Readonly<Record<AlarmKind, keyof Known>>> = {
  trunkDown: 'trunks',
  trunkHeld: 'trunks',
  callsRefused: 'trunks',
  trunkBlocked: 'trunks',
  trunkLocked: 'trunks',
  registrationLost: 'registrations',
  wrongPassword: 'registrations',
  lineOut: 'lines',
  mailboxFull: 'phones',
  mailboxLocked: 'phones',
  codesLocked: 'phones',
  drillFailed: 'trunks',
  numberLost: 'dids',
  noticeFailed: 'noticeWays',
};

/** Without the alarms about what was taken out of the settings. */
export const alarmsAbout = (alarms: Alarms, known: Known): Alarms => {
  const lost = Object.values(alarms).filter(({ id, kind }) => {
    const subject = subjects[kind];
    return subject !== undefined && !known[subject].includes(id.slice(kind.length + 1));
  });
  return clear(alarms, ...lost.map(({ id }) => id));
};
