import { challengesOf } from '../auth/challenges.ts';
import { KeptChallenges } from '../auth/digest.ts';
import type { Credentials, Endpoint, FlowId } from '../face.ts';
import { type Field, SipMessage } from '../message/message.ts';
import type { TokenMaker } from '../message/token.ts';
import type { ClientHandler, ClientTransaction, ClientTransactions } from '../transaction/client-transactions.ts';

/** A request as it is meant; Via, CSeq and Authorization are added for each try. */
export type Draft = {
  readonly flow: FlowId;
  readonly to: Endpoint;
  readonly method: string;
  readonly uri: string;
  /** From, To, Call-ID, Route, Contact … in this order. */
  readonly fields: readonly Field[];
  readonly body?: string;
  /** The next CSeq of the dialog or Call-ID. */
  readonly cseq: () => number;
  readonly credentials?: Credentials | undefined;
  readonly giveUpAfterMs?: number | undefined;
  /** Begins a call: carries no credentials of an earlier nonce. */
  readonly fresh?: boolean;
};
export type DraftHandler = {
  sent?(): void;
  resent?(): void;
  challenged?(): void;
  /** Each try, before it leaves. */
  tried?(transaction: ClientTransaction): void;
  /** False once nobody wants the request any more: a challenge is then not answered. */
  wanted?(): boolean;
  response(message: SipMessage, credentialsRefused: boolean): void;
  failed(why: 'silence' | 'transport', detail: string): void;
};
/** A request under way; `current` is its latest try. */
export type Sending = {
  readonly draft: Draft;
  readonly handler: DraftHandler;
  current: ClientTransaction;
  /** Challenges answered so far, and the nonces answered: one that comes again refuses us. */
  readonly answered: Set<string>;
  authorization: readonly Field[];
};

/** A stale nonce is answered anew; a far end that calls each one stale is not followed for ever. */
const MOST_ANSWERS = 3;

/** Sends requests and answers 401 and 407 (RFC 3261 §22, RFC 7616). */
export class Requester {
  readonly #transactions: ClientTransactions;
  readonly #token: TokenMaker;
  readonly #kept = new KeptChallenges();

  constructor(transactions: ClientTransactions, token: TokenMaker) {
    this.#transactions = transactions;
    this.#token = token;
  }

  send(draft: Draft, handler: DraftHandler): Sending {
    const { credentials } = draft;
    // The first INVITE of a call goes without: one that a dead softswitch finds in its queue later must not ring.
    const ready =
      credentials && !(draft.method === 'INVITE' && draft.fresh)
        ? this.#kept.answer(keyOf(draft, credentials), credentials, draft, this.#token)
        : [];
    const sending: Sending = {
      draft,
      handler,
      current: undefined as unknown as ClientTransaction,
      answered: new Set(),
      authorization: ready,
    };
    this.#try(sending);
    return sending;
  }

  /** Goes on with a request that a plane before us has sent: `message` is its last try. */
  resume(
    draft: Draft,
    handler: DraftHandler,
    message: SipMessage,
    from: Parameters<ClientTransactions['resume']>[4],
  ): Sending {
    const answered = new Set<string>();
    const sending: Sending = {
      ...{ draft, handler, answered, authorization: [] },
      current: undefined as unknown as ClientTransaction,
    };
    const { flow, to } = draft;
    sending.current = this.#transactions.resume(flow, to, message, this.#heard(sending), from);
    handler.tried?.(sending.current);
    return sending;
  }

  #heard(sending: Sending): ClientHandler {
    const { handler } = sending;
    const first = sending.answered.size === 0;
    return {
      sent: () => first && handler.sent?.(),
      resent: (count) => first && count === 1 && handler.resent?.(),
      response: (response) => this.#response(sending, response),
      failed: (why, detail) => handler.failed(why, detail),
    };
  }

  #try(sending: Sending): void {
    const { draft, handler } = sending;
    const cseq: Field = ['cseq', `${draft.cseq()} ${draft.method}`];
    const fields: Field[] = [...draft.fields, cseq, ['max-forwards', '70'], ...sending.authorization];
    const message = new SipMessage({ method: draft.method, uri: draft.uri }, fields, draft.body);
    const options = draft.giveUpAfterMs === undefined ? {} : { giveUpAfterMs: draft.giveUpAfterMs };
    sending.current = this.#transactions.request(draft.flow, draft.to, message, this.#heard(sending), options);
    handler.tried?.(sending.current);
  }

  #response(sending: Sending, response: SipMessage): void {
    const { draft, handler } = sending;
    if (response.status !== 401 && response.status !== 407) {
      handler.response(response, false);
      return;
    }
    const { credentials } = draft;
    const challenges = challengesOf(response);
    if (!credentials || challenges.length === 0 || handler.wanted?.() === false) {
      handler.response(response, false);
      return;
    }
    const key = keyOf(draft, credentials);
    const again = challenges.some((challenge) => sending.answered.has(challenge.nonce));
    const stale = challenges.every((challenge) => challenge.stale);
    const refused = sending.answered.size > 0 && (again || !stale || sending.answered.size >= MOST_ANSWERS);
    if (refused) {
      this.#kept.forget(key);
      handler.response(response, true);
      return;
    }
    this.#kept.keep(key, challenges);
    for (const challenge of challenges) sending.answered.add(challenge.nonce);
    sending.authorization = this.#kept.answer(key, credentials, draft, this.#token);
    handler.challenged?.();
    this.#try(sending);
  }
}

/** REGISTER is challenged by the registrar (401), the rest by the proxy (407): their nonces are kept apart. */
const keyOf = (draft: Draft, credentials: Credentials): string =>
  `${draft.flow}|${draft.method === 'REGISTER' ? 'register' : 'call'}|${credentials.user}`;
