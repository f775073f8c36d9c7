import type { Charge } from '../core/charge.ts';
import type { Cause } from './failure.ts';

/**
 * What happened: a closed union, one ordered stream, the only way up besides leg events. Records, alarms, live
 * status and metrics are folds over facts.
 */
export type CallId = `call/${string}`;
/** One end of a call, whatever it is made of: SIP, a phone, an exchange line. */
export type LegId = `leg/${number}`;

/**
 * Where an attempt goes. `trunk`: the SIP trunk with this id; `phone`: the FXS line id; `line`: the exchange line id;
 * `mailbox`: leaves a message for this FXS line id; `mailboxMenu`: its owner listens to it; `sentence`: the failure
 * (`CallFailure`) that the caller is told in words; `attendant`: an auto attendant; `announcement`: a recording. `number` is what is dialled there, after transforms; empty where
 * nothing is dialled.
 */
export type Target = {
  readonly kind: 'trunk' | 'phone' | 'line' | 'mailbox' | 'mailboxMenu' | 'sentence' | 'attendant' | 'announcement';
  readonly id: string;
  readonly number: string;
  /** Sent before the number and left out of records (U9). */
  readonly techPrefix?: string;
  /** An exchange line that is dialled even without dial tone: the last way of an emergency call (S4). */
  readonly blind?: true;
  /** An emergency call, and the phone line that makes it (empty: none of ours): its location is told (S4). */
  readonly emergencyOf?: string;
  /** The call began outside the hours of this mailbox or attendant, which has another greeting for them (U11). */
  readonly outsideHours?: true;
};

/** What a way out shows of the caller instead of what the caller brought (U10, U14). */
export type Shown = {
  /** As it is sent, after transforms. */
  readonly number: string;
  readonly name?: string;
  /** The caller wants it hidden (CLIR): the softswitch is told, the callee is not (RFC 3323, RFC 3325). */
  readonly withheld?: true;
  /** The pool whose member it is, and the number as that pool holds it; not of a main number, which has no limit. */
  readonly of?: { readonly pool: string; readonly number: string };
};

/**
 * What an INVITE for a longer number has in common with the one before it (RFC 3578 §3.2): they are of one call.
 * `cseq`: the last that was used.
 */
export type InviteThread = { readonly callId: string; readonly fromTag: string; readonly cseq: number };

/** What a minute costs and how it is counted: `perMinute` in millionths of the currency. */
export type Rate = Charge;

/** To whom an outside call is charged (R8): the phone line on whose behalf it leaves, and the class of the number. */
export type Toll = { readonly line: string; readonly class: string; readonly rate?: Rate };

export type Party = {
  /** `gateway`: the box itself calls, as in a test call. */
  readonly kind: 'phone' | 'trunk' | 'line' | 'gateway';
  /** Line id, or trunk id. */
  readonly id: string;
  readonly number: string;
  readonly name?: string;
};

export type Fact =
  | { readonly fact: 'callBegan'; readonly call: CallId; readonly from: Party; readonly dialled: string }
  | {
      readonly fact: 'attemptBegan';
      readonly call: CallId;
      readonly attempt: string;
      readonly target: Target;
      readonly why: string;
      readonly shows?: Shown;
      /** Left out for calls that cost nobody anything: to phones of ours, and emergency calls. */
      readonly toll?: Toll;
    }
  | {
      readonly fact: 'attemptEnded';
      readonly call: CallId;
      readonly attempt: string;
      readonly cause: Cause;
      readonly status?: number;
      readonly q850?: number;
    }
  | { readonly fact: 'callAlerting'; readonly call: CallId; readonly attempt: string }
  | { readonly fact: 'callAnswered'; readonly call: CallId; readonly attempt: string; readonly target: Target }
  | {
      readonly fact: 'callEnded';
      readonly call: CallId;
      readonly cause: Cause;
      readonly by: 'caller' | 'callee' | 'gateway';
    }
  /** A softswitch found the number incomplete, and the caller has dialled on: this is the number now (RFC 3578). */
  | { readonly fact: 'callDialledOn'; readonly call: CallId; readonly dialled: string }
  /** Another rule than the number itself leads the call on: a forwarding, a failover, a duplicate that joins. */
  | { readonly fact: 'callLedOn'; readonly call: CallId; readonly by: string; readonly why: string }
  /** The same call came over a second trunk and is one with `of` (U1). */
  | { readonly fact: 'callDuplicate'; readonly call: CallId; readonly of: CallId }
  /**
   * The phone `by` has led this call on to the other end of the call `with`, answered or not yet; `returned`: that one
   * was not answered, and the phone is rung back; `refused`: `why` says by which rule, and the phone is rung back.
   */
  | {
      readonly fact: 'callTransferred';
      readonly call: CallId;
      readonly with: CallId;
      readonly by: string;
      readonly how: 'blind' | 'attended' | 'returned' | 'refused';
      readonly why: string;
    }
  /** An ordinary call was ended for an emergency call (S4). */
  | { readonly fact: 'callPreempted'; readonly call: CallId; readonly by: CallId }
  /** Somebody calls an emergency number; stated at once, never waited for (S4). */
  | { readonly fact: 'emergencyCall'; readonly call: CallId; readonly from: Party; readonly dialled: string }
  /** U11: it is up for longer than settings say; stated once a call. */
  | {
      readonly fact: 'callLong';
      readonly call: CallId;
      readonly from: Party;
      readonly dialled: string;
      readonly minutes: number;
    }
  /** The call goes on under a new plane (S6). */
  | { readonly fact: 'callAdopted'; readonly call: CallId }
  | { readonly fact: 'callMedia'; readonly call: CallId; readonly statistics: unknown }
  | { readonly fact: 'registered'; readonly account: string; readonly trunk: string; readonly expiresS: number }
  | {
      readonly fact: 'registrationFailed';
      readonly account: string;
      readonly trunk: string;
      readonly cause: string;
      readonly sentence: string;
    }
  | { readonly fact: 'trunkUp' | 'trunkSuspect' | 'trunkDown'; readonly trunk: string; readonly why: string }
  /** It asked for a pause (503 with Retry-After) and gets it; the next of the facts above says what came after it. */
  | { readonly fact: 'trunkHeld'; readonly trunk: string; readonly why: string }
  /** U5: a call was refused by it although name and password were sent with it. */
  | { readonly fact: 'callsRefused'; readonly trunk: string; readonly status: number }
  | { readonly fact: 'portIn' | 'portOut'; readonly line: string; readonly cause: string }
  | { readonly fact: 'engineLost' | 'engineBack'; readonly why: string }
  /** `why`: how the plane before this one ended, where whoever starts it tells. */
  | { readonly fact: 'controlRestarted'; readonly callsEnded: number; readonly why?: string }
  /** The engine had died and was started again; `why`: how it ended. */
  | { readonly fact: 'engineRestarted'; readonly why: string }
  /** A message was left; `from` is the caller's number, empty if withheld. */
  | {
      readonly fact: 'messageStored';
      readonly mailbox: string;
      readonly message: string;
      readonly from: string;
      readonly seconds: number;
    }
  /** How many messages of a mailbox (FXS line id) wait unheard, and how many are kept. */
  | { readonly fact: 'mailboxCounted'; readonly mailbox: string; readonly waiting: number; readonly kept: number }
  | { readonly fact: 'mailboxFull'; readonly mailbox: string; readonly why: string }
  /** It was full, and takes messages again. */
  | { readonly fact: 'mailboxHasRoom'; readonly mailbox: string }
  | { readonly fact: 'mailboxLocked' | 'mailboxUnlocked'; readonly mailbox: string }
  /** Taken out of service by a person (U19); without `minutes` until it is unblocked. */
  | { readonly fact: 'trunkBlocked'; readonly trunk: string; readonly by: string; readonly minutes?: number }
  | { readonly fact: 'trunkUnblocked'; readonly trunk: string; readonly by: string }
  /** By the settings (U19); `until`: when it ends by itself, as the settings say it, empty: never. */
  | {
      readonly fact: 'trunkLocked';
      readonly trunk: string;
      readonly lock: 'none' | 'noOutgoing' | 'all' | 'drain';
      readonly until: string;
    }
  /** A way that this call did not take, or that brought it, is shut by a lock or a person (U19). */
  | { readonly fact: 'callShutOut'; readonly call: CallId; readonly way: string; readonly why: string }
  /** A network interface has lost or found its link (U18). */
  | { readonly fact: 'pathUp' | 'pathDown'; readonly interface: string; readonly why: string }
  /** U20; `scenario` is empty when all are off. */
  | { readonly fact: 'scenarioSwitched'; readonly scenario: string; readonly by: string }
  /** U11: a work calendar has no dated holidays of this year, or has them now. */
  | { readonly fact: 'holidaysMissing'; readonly calendar: string; readonly year: number }
  | { readonly fact: 'holidaysKnown'; readonly calendar: string }
  /** R8: a class of numbers was closed for a line (empty: for the box), or opened again by a person. */
  | { readonly fact: 'tollClosed'; readonly line: string; readonly class: string; readonly why: string }
  /** A star code was dialled with its PIN, or with a wrong one; the third wrong one in a row locks the codes of a phone. */
  | { readonly fact: 'codePinTried'; readonly line: string; readonly right: boolean }
  | { readonly fact: 'codesLocked'; readonly line: string }
  | { readonly fact: 'codesUnlocked'; readonly line: string; readonly by: string }
  | { readonly fact: 'tollOpened'; readonly line: string; readonly class: string; readonly by: string }
  /** U17. `sheet`: id of the sheet that was kept. */
  | { readonly fact: 'drillBegan'; readonly trunk: string; readonly by: string }
  | {
      readonly fact: 'drillStepped';
      readonly trunk: string;
      readonly step: 'noticed' | 'called' | 'freed';
      /** What was measured, in words. */
      readonly why: string;
    }
  /** The last drill that passed is longer ago than it should be. */
  | { readonly fact: 'drillOverdue'; readonly why: string }
  /** There is nothing any more that a drill would prove. */
  | { readonly fact: 'drillNotOverdue' }
  | {
      readonly fact: 'drillEnded';
      readonly trunk: string;
      readonly passed: boolean;
      readonly why: string;
      readonly sheet: string;
    }
  /** U21: a number of ours that no longer arrives, or does again. */
  | { readonly fact: 'numberArrives' | 'numberLost'; readonly did: string; readonly why: string }
  /** R10: the office could not be told, or could again. */
  | { readonly fact: 'noticeFailed' | 'noticeSent'; readonly way: 'mail' | 'webhook'; readonly why: string }
  /** Wrong passwords: this source has to wait. */
  | { readonly fact: 'sourceLocked'; readonly source: string; readonly failures: number; readonly seconds: number }
  | { readonly fact: 'signedIn' | 'passwordChanged'; readonly source: string }
  /** The page answers, or cannot; `why`: in words, with what to do. */
  | { readonly fact: 'pageIn' | 'pageOut'; readonly why: string }
  /** A stored file was damaged and its previous generation, or what the factory gave, is used. */
  | { readonly fact: 'storeDamaged'; readonly why: string }
  /** Own recordings of sentences are there and cannot be played; `why` names them. Or all that are there can be. */
  | { readonly fact: 'ownSentenceUnusable'; readonly why: string }
  | { readonly fact: 'ownSentencesUsable' }
  /** A person has read an alarm of what happened; `alarm` is its id. */
  | { readonly fact: 'alarmAcknowledged'; readonly alarm: string; readonly by: string }
  | { readonly fact: 'configured'; readonly revision: string; readonly by: string; readonly steps: readonly string[] };
