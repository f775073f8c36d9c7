import type { Clock } from '../../core/clock.ts';
import { GatewayError, wordsOf } from '../../core/error.ts';
import type { Runner } from '../../core/runner.ts';
import type { Fact } from '../facts.ts';
import { failureTable, isFailure } from '../failure.ts';
import type { EndableTestCalls, TestCallResult } from '../ivr/test-call.ts';
import { neverTested } from '../ivr/test-call.ts';
import type { Routed } from '../routing/question.ts';
import { LEAST_WAYS } from './proof-calendar.ts';

/** What became of the call to one number of ours. */
export type ProofRow = {
  readonly did: string;
  readonly number: string;
  readonly arrives: boolean;
  /** The way by which the box called. */
  readonly over: string;
  readonly sentence: string;
};
export type ProofSheet = {
  /** Wall time, ms since 1970. */
  readonly at: number;
  readonly rows: readonly ProofRow[];
};

export type OwnNumber = { readonly id: string; readonly number: string };

/** A call that comes in, as far as it tells whether it is our own. */
export type Incoming = Pick<Routed, 'from' | 'caller' | 'dialled' | 'did'> & {
  readonly mark?: string;
  readonly identity?: { readonly sessionId?: string };
};

export type InboundProofOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly testCalls: EndableTestCalls;
  readonly dids: () => readonly OwnNumber[];
  /** Ways out that work now, the one that is used least first: a number is called from the other side. */
  readonly ways: () => readonly string[];
  /** Numbers that the box shows as its own when it calls. */
  readonly ownNumbers: () => readonly string[];
  readonly emergency: () => readonly string[];
  /** What brings calls in, as one word. */
  readonly inward: () => string;
  /** `inward`: as it was when the proof began. */
  readonly keep: (sheet: ProofSheet, inward: string) => Promise<void>;
  /** 32 hexadecimal digits that nobody can guess. */
  readonly token: () => string;
};

type Expected = { readonly number: string; readonly token: string; arrivedOver?: string };

/**
 * The box calls its own numbers over another way and looks whether they arrive (U21). A call of its own is known by
 * a mark that nobody else knows: in a header of our own or in its Session-ID, also where the caller is hidden; where both
 * were lost by one of our own numbers. It is declined before anybody is rung, so that no charge begins where answers are
 * charged, and no failover of the provider follows as it may follow a busy phone.
 */
export class InboundProof {
  readonly #options: InboundProofOptions;
  #expected: Expected | undefined;
  #running = false;
  #givesWay = false;
  #gaveWay = false;

  constructor(options: InboundProofOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#running;
  }

  /**
   * Calls every number of ours, one after the other. Rejects with `operation-refused` where there is none, or one way
   * alone: a number is called by another way than the one that brings it. `givesWay`: it ends when somebody calls.
   */
  async run({ givesWay = false }: { readonly givesWay?: boolean } = {}): Promise<ProofSheet> {
    const { dids, ways, clock, keep, inward } = this.#options;
    const numbers = [...new Map(dids().map((did) => [did.number, did])).values()];
    const [over, ...others] = ways();
    if (this.#running) throw refused('a proof is under way');
    if (numbers.length === 0) throw refused('no number of ours is in the settings');
    if (over === undefined) throw refused('no way out works now');
    if (others.length + 1 < LEAST_WAYS) throw refused('only one way works now, and a number is called by another one');
    this.#running = true;
    this.#givesWay = givesWay;
    this.#gaveWay = false;
    try {
      const madeWith = inward();
      const rows: ProofRow[] = [];
      for (const number of numbers) rows.push(await this.#prove(number, over));
      const sheet: ProofSheet = { at: clock.wall(), rows };
      await keep(sheet, madeWith);
      return sheet;
    } finally {
      this.#running = false;
    }
  }

  /** Somebody calls, and it is not the call that is waited for: a proof that nobody asked for leaves the ways to them. */
  giveWay({ from, did, dialled }: Incoming): void {
    if (!this.#running || !this.#givesWay || this.#gaveWay || from.kind === 'gateway') return;
    const called = did ?? dialled;
    // what brings no number, or the one that is waited for, may be our own call without its marks
    const mayBeOurs = from.kind !== 'phone' && (called === '' || sameNumber(called, this.#expected?.number ?? ''));
    if (mayBeOurs) return;
    this.#gaveWay = true;
    const { runner, testCalls } = this.#options;
    runner.outward(() => testCalls.hangUp());
  }

  /**
   * Whether this call that comes in is our own; to be asked of every call before it is planned. It is then to be
   * declined, and the calling end is hung up.
   */
  recognises(offer: Incoming): boolean {
    const expected = this.#expected;
    if (expected === undefined || offer.from.kind === 'phone' || offer.from.kind === 'gateway') return false;
    const ours = offer.mark === expected.token || offer.identity?.sessionId === expected.token;
    const called = offer.did ?? offer.dialled;
    const byNumber = sameNumber(called, expected.number) && this.#isOwn(offer.from.number);
    if (!ours && !byNumber) return false;
    expected.arrivedOver = offer.from.id;
    const { runner, testCalls } = this.#options;
    runner.outward(() => testCalls.hangUp());
    return true;
  }

  #isOwn(number: string): boolean {
    return this.#options.ownNumbers().some((own) => sameNumber(own, number));
  }

  async #prove({ id, number }: OwnNumber, over: string): Promise<ProofRow> {
    const { testCalls, token, emergency, runner } = this.#options;
    const dialled = number.replace(/^\+/, '');
    this.#mindOthers();
    const expected: Expected = { number, token: token() };
    const never = neverTested(dialled, emergency());
    this.#expected = expected;
    const ended =
      never ??
      (await testCalls
        .place({ number: dialled, trunk: over, mark: expected.token })
        .catch((error: unknown) => wordsOf(error)));
    this.#expected = undefined;
    if (expected.arrivedOver === undefined) this.#mindOthers();
    const row = rowOf({ id, number }, over, expected, ended);
    const fact: Fact = { fact: row.arrives ? 'numberArrives' : 'numberLost', did: id, why: row.sentence };
    runner.cascade(() => runner.fact(fact));
    return row;
  }

  #mindOthers(): void {
    if (this.#gaveWay) throw refused('somebody calls, and the proof gave way');
  }
}

const refused = (why: string): GatewayError => new GatewayError('operation-refused', why);

const rowOf = (
  { id, number }: OwnNumber,
  over: string,
  { arrivedOver }: Expected,
  ended: TestCallResult | string,
): ProofRow => {
  const row = { did: id, number, over };
  if (arrivedOver !== undefined)
    return { ...row, arrives: true, sentence: `${number} arrives over ${arrivedOver}, called over ${over}.` };
  if (typeof ended === 'string')
    return { ...row, arrives: false, sentence: `${number} could not be called over ${over}: ${ended}.` };
  if (ended.answered) {
    const sentence = `${number}, called over ${over}, was answered elsewhere: by the failover target of the provider, or by somebody else.`;
    return { ...row, arrives: false, sentence };
  }
  const why = isFailure(ended.cause) ? failureTable[ended.cause].sentence : 'it ended before it came';
  return { ...row, arrives: false, sentence: `${number}, called over ${over}, did not arrive: ${why}.` };
};

/** One may be written with plus and country, the other as in the town: the shorter is the end of the longer. */
const sameNumber = (one: string, other: string): boolean => {
  const [short, long] = [one, other].map((each) => each.replace(/^\+|^0+/, '')).sort((a, b) => a.length - b.length);
  return (
    short !== undefined &&
    long !== undefined &&
    short.length > 0 &&
    (short === long || (short.length >= 6 && long.endsWith(short)))
  );
};
