import type { Described } from '../../config/describe.ts';
import type { Refusal } from '../../config/refusal.ts';
import type { DrillSheet } from '../operation/drill-sheet.ts';
import type { ProofSheet } from '../operation/inbound-proof.ts';
import type { OperationInfo, OperationOutcome } from '../operation/operation.ts';
import type { RouteAnalysis } from '../operation/route-words.ts';
import type { CallRecord } from '../records/call-record-machine.ts';
import type { StatusView } from '../status/view.ts';

/**
 * Every body of the HTTP API, as types; `config/request-body.ts` says the same for a machine, and OpenAPI is made of that.
 *
 *     GET    /api/session                      Session
 *     POST   /api/session {password}           Session, or 401 password-wrong, 429 source-locked
 *     DELETE /api/session                      204
 *     POST   /api/password {current, next}     Session
 *     GET    /api/live                         server-sent events: `status` with StatusView, at each change
 *     GET    /api/settings                     Settings
 *     POST   /api/settings {base, change}      SettingsOutcome (200), 409 conflict, 422 refused
 *     POST   /api/settings/dry-run {base, change}   SettingsOutcome, nothing is done
 *     GET    /api/calls?before=&limit=&number= Calls
 *     GET    /api/operations                   OperationInfo[]
 *     POST   /api/operations/NAME {…}          OperationOutcome; 422 refused, 404 unknown
 *     GET    /api/drills                       DrillSheets
 *     GET    /api/messages                     Mailboxes
 *     GET    /api/messages/BOX/ID/audio        audio/wav, with ranges
 *     PUT    /api/messages/BOX/greeting        audio/wav in, 204
 *     DELETE /api/messages/BOX/greeting        204
 *     GET    /api/handset                      WebSocket: a text message is a line of the bench, either way
 *     GET    /api/lab                          LabView, only beside a lab
 *     POST   /api/lab {softswitch, does}       LabView
 *     GET    /api/openapi.json                 this list for a machine
 *
 * BOX is the line id, percent-encoded. Messages are kept, deleted and mailboxes unlocked by operations
 * (`keep-message`, `delete-message`, `unlock-mailbox`). What is refused answers ApiError.
 */
export type ApiError = {
  readonly error: ApiErrorCode;
  /** For a person: what, and what to do. */
  readonly sentence: string;
  /** 429: seconds to wait. */
  readonly retryAfterS?: number;
  /** 422: the fields. */
  readonly refused?: readonly Refusal[];
};
export type ApiErrorCode =
  | 'not-signed-in'
  | 'password-wrong'
  | 'password-must-change'
  | 'password-unfit'
  | 'source-locked'
  | 'origin-refused'
  | 'host-refused'
  | 'not-found'
  | 'method-refused'
  | 'body-refused'
  | 'too-large'
  | 'too-slow'
  | 'too-many'
  | 'refused'
  | 'conflict'
  | 'not-possible'
  | 'failed';

export type Session = {
  readonly signedIn: boolean;
  /** Signed in with the first password: nothing else answers until it is changed. */
  readonly mustChange: boolean;
  /** Name of the box. */
  readonly name: string;
  readonly build: string;
  /** SHA-256 of the certificate, in pairs of hex digits, as a browser shows it. */
  readonly fingerprint: string;
  /** What this box has: parts of the page are loaded only where they are of use. Empty before signing in. */
  readonly features: readonly ('handset' | 'lab')[];
  /** How the box is now, so that a first look needs no second question; not before signing in. */
  readonly status?: StatusView;
};

export type Settings = {
  readonly revision: string;
  /** The configuration with all defaults; each secret that is set is `{"secret":true}`, and keeps it when sent back. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Every setting by its path, `*` for the things of a list. */
  readonly described: readonly Described[];
  /** Those of each driver's cards, below `cards/ID/settings/`. */
  readonly drivers: Readonly<Record<string, readonly Described[]>>;
};
export type SettingsOutcome =
  | {
      readonly is: 'applied';
      readonly revision: string;
      readonly steps: readonly string[];
      readonly failed: readonly { readonly step: string; readonly why: string }[];
    }
  | { readonly is: 'possible'; readonly steps: readonly string[] }
  | { readonly is: 'unchanged'; readonly revision: string }
  | { readonly is: 'refused'; readonly refused: readonly Refusal[] }
  | { readonly is: 'conflict'; readonly revision: string; readonly paths: readonly string[] };

/** A call record and what it says in words: one line for the call, one for each attempt, in order. */
export type CallInWords = {
  readonly record: CallRecord;
  readonly title: string;
  readonly attempts: readonly string[];
  readonly end: string;
};
/** Newest first; `more` when there are older ones. */
export type Calls = { readonly calls: readonly CallInWords[]; readonly more: boolean };

/** Newest first. */
export type DrillSheets = { readonly sheets: readonly DrillSheet[]; readonly proof?: ProofSheet };

export type MailboxView = {
  readonly mailbox: string;
  readonly extension: string;
  readonly mode: 'outage' | 'always' | 'never';
  readonly usedS: number;
  readonly quotaS: number;
  readonly greeting: 'spoken' | 'own';
  readonly locked: boolean;
  /** Newest first. */
  readonly messages: readonly {
    readonly id: string;
    readonly at: number;
    readonly from: { readonly number: string; readonly name?: string };
    readonly seconds: number;
    readonly is: 'new' | 'kept';
  }[];
};
export type Mailboxes = { readonly mailboxes: readonly MailboxView[] };

/** The two softswitches of the lab. `refuses`: answers every call with 503. */
export type LabView = {
  readonly softswitches: readonly {
    readonly id: string;
    readonly address: string;
    readonly is: 'runs' | 'frozen' | 'stopped' | 'refuses';
    readonly bindings: number;
    readonly calls: number;
  }[];
  /** What can be dialled there, and what it does. */
  readonly numbers: readonly { readonly number: string; readonly does: string }[];
};
export type LabAct = {
  readonly softswitch: string;
  readonly does: 'freeze' | 'thaw' | 'stop' | 'start' | 'refuse' | 'accept';
};

export type { Described, DrillSheet, OperationInfo, OperationOutcome, ProofSheet, RouteAnalysis, StatusView };
