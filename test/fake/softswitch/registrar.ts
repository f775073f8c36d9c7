import { cseqOf, headerOf, listOf, parseAddress, parseUri } from './message.ts';
import type { ServerTransaction } from './transactions.ts';
import type { Peer } from './wire.ts';

/** A contact under which a user can be reached, until it lapses. */
export type Binding = {
  readonly user: string;
  readonly uri: string;
  /** The way it registered from. */
  readonly peer: Peer;
  readonly callId: string;
  readonly cseq: number;
  readonly since: number;
  readonly until: number;
};

const SHORTEST_S = 10;
const MOST_OF_A_USER = 10;

/** Bindings of the users (RFC 3261 §10.3). Times are monotonic milliseconds. */
export class Registrar {
  readonly #bindings = new Map<string, Binding[]>();
  readonly #longestS: number;
  readonly #now: () => number;

  constructor(longestS: number, now: () => number) {
    this.#longestS = longestS;
    this.#now = now;
  }

  /** Bindings of a user that have not lapsed, newest first. */
  of(user: string): Binding[] {
    const live = (this.#bindings.get(user) ?? []).filter(({ until }) => until > this.#now());
    return live.sort((one, other) => other.since - one.since);
  }

  all(): Binding[] {
    return [...this.#bindings.keys()].flatMap((user) => this.of(user));
  }

  /** Answers a REGISTER of a user who has proven to be that user. */
  register(user: string, transaction: ServerTransaction): void {
    const { request, peer } = transaction;
    const contacts = listOf(request, 'contact');
    const callId = headerOf(request, 'call-id')!;
    const cseq = cseqOf(request).number;
    const held = this.of(user);
    if (contacts.includes('*')) {
      if (headerOf(request, 'expires') !== '0' || contacts.length !== 1) {
        transaction.respond(400);
        return;
      }
      this.#bindings.set(user, []);
      this.#answer(user, transaction);
      return;
    }
    const wanted = contacts.map((value) => {
      const { uri, parameters } = parseAddress(value);
      const asked = parameters['expires'] ?? headerOf(request, 'expires') ?? '3600';
      return { uri, seconds: /^\d{1,10}$/.test(asked) ? Math.min(Number(asked), this.#longestS) : this.#longestS };
    });
    if (wanted.some(({ seconds }) => seconds > 0 && seconds < SHORTEST_S)) {
      transaction.respond(423, [['min-expires', String(SHORTEST_S)]]);
      return;
    }
    if (wanted.some(({ uri }) => parseUri(uri) === undefined)) {
      transaction.respond(400);
      return;
    }
    // an older request that came late must not undo a newer one (RFC 3261 §10.3 step 7)
    if (held.some((each) => each.callId === callId && cseq <= each.cseq && wanted.some((w) => w.uri === each.uri))) {
      transaction.respond(500);
      return;
    }
    const kept = held.filter(({ uri }) => wanted.every((each) => each.uri !== uri));
    const [since, added] = [this.#now(), wanted.filter(({ seconds }) => seconds > 0)];
    const fresh = added.map(({ uri, seconds }) => ({
      user,
      uri,
      peer,
      callId,
      cseq,
      since,
      until: since + seconds * 1000,
    }));
    this.#bindings.set(user, [...fresh, ...kept].slice(0, MOST_OF_A_USER));
    this.#answer(user, transaction);
  }

  #answer(user: string, transaction: ServerTransaction): void {
    const leftS = ({ until }: Binding): number => Math.ceil((until - this.#now()) / 1000);
    transaction.respond(
      200,
      this.of(user).map((binding) => ['contact', `<${binding.uri}>;expires=${leftS(binding)}`]),
    );
  }
}
