import { keepState } from '../../../core/kept-state.ts';
import type { Runner } from '../../../core/runner.ts';
import type { LegId } from '../../facts.ts';
import type { Cause } from '../../failure.ts';
import type { Credentials, FlowId } from '../face.ts';
import type { SipMessage } from '../message/message.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import type { Dialog } from './dialog.ts';
import { KEPT } from './kept.ts';

/** An INVITE (or re-INVITE) of ours that waits for its final answer. */
export type Outgoing = {
  /** `current` is the latest try. */
  sending: { readonly current: ClientTransaction };
  readonly reoffer: boolean;
  provisional: boolean;
  /** `cancel` was asked; CANCEL goes out with the first provisional answer (RFC 3261 §9.1). */
  cancel?: Cause;
  cancelSent: boolean;
  /** The leg gave the call up: no copy more, no challenge answered; what comes is still told. */
  abandoned: boolean;
  /** Its flow is leaving the address that its Via names: no answer comes any more. */
  moved?: true;
  /** Has what is known of it now written for the next plane. */
  keep: () => void;
};
/** An INVITE, re-INVITE or UPDATE of the far end that the leg has to answer. */
export type Incoming = {
  readonly transaction: ServerTransaction;
  readonly request: SipMessage;
  readonly reoffer: boolean;
};
/** Our 2xx that waits for its ACK; and what waits for that: a BYE, or an offer of ours. */
export type Unacknowledged = { readonly cseq: number; bye?: Cause; reoffer?: string };

/** What the user agent holds for one leg. */
export type Session = {
  readonly leg: LegId;
  readonly flow: FlowId;
  readonly callId: string;
  readonly localTag: string;
  /** The INVITE was ours, and so the Call-ID. */
  readonly placed: boolean;
  readonly credentials?: Credentials | undefined;
  /** The dialog once it is certain; for an INVITE that came in from the start. */
  dialog?: Dialog;
  /** Early dialogs of the branches of our INVITE that rang (§12.1.2), by far tag. */
  readonly early: Map<string, Dialog>;
  outgoing?: Outgoing | undefined;
  incoming?: Incoming | undefined;
  unacknowledged?: Unacknowledged | undefined;
  /** BYE was sent or came: nothing but its end is told any more. */
  ending: boolean;
};

/** Early dialogs of one INVITE; a fork to more than this many phones is not a softswitch. */
const MOST_EARLY = 20;

/** The sessions by leg, and by what an incoming request names. */
export class Sessions {
  readonly #runner: Runner;
  readonly #byLeg = new Map<LegId, Session>();
  readonly #byDialog = new Map<string, Session>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  get size(): number {
    return this.#byLeg.size;
  }

  add(session: Session): void {
    const before = this.#byLeg.get(session.leg);
    if (before) this.remove(before);
    this.#byLeg.set(session.leg, session);
    this.#byDialog.set(key(session.callId, session.localTag), session);
  }

  of(leg: LegId): Session | undefined {
    return this.#byLeg.get(leg);
  }

  all(): IterableIterator<Session> {
    return this.#byLeg.values();
  }

  /**
   * Sets the dialog of a session; once it is confirmed its state is handed to the runner to be kept. One that has ended
   * may still ask for a CSeq, when a challenge to its last request comes late: of that nothing is kept.
   */
  setDialog(session: Session, dialog: Dialog): void {
    session.dialog = dialog;
    if (!dialog.confirmed || this.#byLeg.get(session.leg) !== session) return;
    keepState(this.#runner, `dialog/${session.leg}`, dialog);
    this.settled(session);
  }

  /** The INVITE of a session has its final answer: there is nothing to take back or to answer any more. */
  settled(session: Session): void {
    this.#runner.drop(`invite/${session.leg}`);
    this.#runner.drop(`arrival/${session.leg}`);
  }

  addEarly(session: Session, dialog: Dialog): void {
    if (session.early.size < MOST_EARLY) session.early.set(dialog.remoteTag, dialog);
  }

  /** The next CSeq of the session's own requests. */
  nextCseq(session: Session): number {
    const dialog = session.dialog!;
    const localCseq = dialog.localCseq + 1;
    this.setDialog(session, { ...dialog, localCseq });
    return localCseq;
  }

  /** The session that a request within a dialog means: its tags, Call-ID and flow must all be ours. */
  find(flow: FlowId, request: SipMessage): Session | undefined {
    const session = this.#byDialog.get(key(request.callId, request.toTag));
    if (!session || session.flow !== flow) return undefined;
    const known = session.dialog?.remoteTag === request.fromTag || session.early.has(request.fromTag);
    return known ? session : undefined;
  }

  remove(session: Session): void {
    if (this.#byLeg.get(session.leg) === session) this.#byLeg.delete(session.leg);
    const dialogKey = key(session.callId, session.localTag);
    if (this.#byDialog.get(dialogKey) === session) this.#byDialog.delete(dialogKey);
    for (const kind of KEPT) this.#runner.drop(`${kind}/${session.leg}`);
    this.#runner.drop(`answer/${session.leg}`);
  }
}

const key = (callId: string, localTag: string): string => `${callId}|${localTag}`;
