import { GatewayError, wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import type { SentenceName } from '../../profiles/sentence/names.ts';
import type { CallId, Fact } from '../facts.ts';
import { type Cause, isFailure } from '../failure.ts';
import type { LegBook, LegCommand, LegId } from '../leg/leg.ts';
import type { LegMedia } from '../leg/media.ts';
import { isEmergency } from '../routing/emergency.ts';
import {
  beginTestCall,
  type TestCall,
  type TestCallEffect,
  type TestCallEvent,
  testCallMachine,
} from './test-call-machine.ts';

/** What became of a call that the box itself made. */
export type TestCallResult = {
  readonly answered: boolean;
  /** From the begin of the call to its answer, ms. */
  readonly afterMs?: number;
  /** From the begin of the call to the first ringing, ms. */
  readonly rangAfterMs?: number;
  /** Why it ended: `hungUp` after the sentence was heard to its end (or the far party hung up), else the failure. */
  readonly cause: Cause;
  readonly attempts: readonly { readonly target: string; readonly cause: Cause | 'answered' }[];
};

export type TestCallAsk = { readonly number: string; readonly trunk?: string; readonly mark?: string };

/** The box calls a number by itself, says what it is, and hangs up. */
export interface TestCalls {
  /**
   * Calls `number` as a caller without an account does, or by one trunk or exchange line alone (`trunk`: its id).
   * Resolves when the call is over, after 90 s at most. Rejects with `operation-refused` for an emergency number, for
   * what is no number, and while another test call is up. `mark`: 32 hexadecimal digits by which it is known (U21).
   */
  place(ask: TestCallAsk): Promise<TestCallResult>;
}

/** Test calls that can be ended before their time. */
export interface EndableTestCalls extends TestCalls {
  /** Ends the test call that is up; what was heard of it until then is its result. */
  hangUp(): void;
}

export type TestCallOptions = {
  readonly runner: Runner;
  readonly book: LegBook;
  readonly media: LegMedia;
  readonly log: Log;
  readonly sentence: (name: SentenceName) => string | Promise<string>;
  /** Numbers that are never called to try something out. */
  readonly emergency: () => readonly string[];
  /** Numbers of the phones of the box: these ring here, whatever they end in. */
  readonly extensions: () => readonly string[];
};

const NUMBER = /^[0-9*#+]{1,40}$/;
/** Whatever precedes it, a number that ends in one of these may reach a dispatcher (an outside prefix). */
const mayBeEmergency = (number: string, emergency: readonly string[]): boolean =>
  emergency.some((each) => number.length <= each.length + 2 && number.endsWith(each));

/** Why this number is never called to try something out, in words; undefined: it may be. `isOwn`: a phone of the box. */
export const neverTested = (number: string, emergency: readonly string[], isOwn = false): string | undefined => {
  if (!NUMBER.test(number)) return 'this is no number that can be called';
  const refused = isEmergency(number, emergency) || (!isOwn && mayBeEmergency(number, emergency));
  return refused ? 'an emergency number is never called to try something out' : undefined;
};

type Seen = {
  readonly call: CallId;
  readonly began: number;
  readonly leg: LegId;
  answeredAfterMs?: number;
  rangAfterMs?: number;
  readonly attempts: { id: string; target: string; cause: Cause | 'answered' }[];
  readonly done: (result: TestCallResult) => void;
};

/** Makes test calls, one at a time. Its leg has the player as termination: silent until somebody answers. */
export class TestCaller implements EndableTestCalls {
  readonly #options: TestCallOptions;
  #seen: Seen | undefined;
  #busy = false;

  constructor(options: TestCallOptions) {
    this.#options = options;
  }

  async place(ask: TestCallAsk): Promise<TestCallResult> {
    const { number, trunk } = ask;
    const { emergency, extensions, sentence } = this.#options;
    const isOwn = trunk === undefined && extensions().includes(number);
    const never = neverTested(number, emergency(), isOwn);
    if (never !== undefined) throw new GatewayError('operation-refused', never);
    if (this.#busy)
      throw new GatewayError('operation-refused', 'another test call is under way; wait until it is over');
    this.#busy = true;
    try {
      const file = await sentence('testCall');
      return await new Promise<TestCallResult>((done) => this.#offer(ask, file, done));
    } catch (error) {
      this.#options.log.warn({ number, why: wordsOf(error) }, 'a test call could not be made');
      throw error;
    } finally {
      this.#busy = false;
      this.#seen = undefined;
    }
  }

  hangUp(): void {
    const leg = this.#seen?.leg;
    if (leg === undefined) return;
    const command: LegCommand = { do: 'release', leg, cause: 'hungUp' };
    this.#options.runner.tell(`test-call/${leg}`, { type: 'command', command });
  }

  #offer({ number, trunk, mark }: TestCallAsk, file: string, done: Seen['done']): void {
    const { runner, book, media } = this.#options;
    const only = trunk === undefined ? {} : { only: trunk };
    runner.cascade(() => {
      const leg = book.newLeg();
      const id = `test-call/${leg}`;
      const begun = beginTestCall(leg, runner.now());
      runner.host<TestCall, TestCallEvent, TestCallEffect>(id, testCallMachine, begun, (effect) =>
        this.#perform(leg, effect),
      );
      book.attach(leg, (command: LegCommand) => runner.tell(id, { type: 'command', command }));
      media.follow(leg, () => runner.tell(id, { type: 'said' }));
      const what = { kind: 'player', files: [file], repeat: false } as const;
      media.open(leg, { what, mode: 'inactive' }, (outcome) => runner.tell(id, { type: outcome.type }));
      this.#expect(leg, done);
      book.offer({
        leg,
        from: { kind: 'gateway', id: 'gateway', number: '' },
        caller: { number: '', ...(mark === undefined ? {} : { mark }) },
        dialled: number,
        ...only,
      });
    });
  }

  /** The next call that begins is ours: it begins within this cascade. */
  #expect(leg: LegId, done: Seen['done']): void {
    this.#seen = { call: 'call/', leg, began: this.#options.runner.now(), attempts: [], done };
  }

  #perform(leg: LegId, effect: TestCallEffect) {
    const { book, media } = this.#options;
    if ('tell' in effect) return book.report(effect.tell);
    return effect.do === 'speak' ? media.modify(leg, { mode: 'receiveOnly' }) : media.close(leg);
  }

  /** Takes the next fact; to be called for every fact. */
  fold(fact: Fact): void {
    const seen = this.#seen;
    if (!seen || !('call' in fact)) return;
    if (fact.fact === 'callBegan' && fact.from.kind === 'gateway') this.#seen = { ...seen, call: fact.call };
    else if (fact.call === seen.call) this.#follow(seen, fact);
  }

  #follow(seen: Seen, fact: Extract<Fact, { readonly call: CallId }>): void {
    const attempt = 'attempt' in fact ? seen.attempts.find(({ id }) => id === fact.attempt) : undefined;
    switch (fact.fact) {
      case 'attemptBegan':
        seen.attempts.push({ id: fact.attempt, target: fact.target.id, cause: 'noAnswer' });
        return;
      case 'attemptEnded':
        if (attempt) attempt.cause = fact.cause;
        return;
      case 'callAlerting':
        seen.rangAfterMs ??= Math.round(this.#options.runner.now() - seen.began);
        return;
      case 'callAnswered':
        if (attempt) attempt.cause = 'answered';
        seen.answeredAfterMs = Math.round(this.#options.runner.now() - seen.began);
        return;
      case 'callEnded':
        seen.done(resultOf(seen, fact.cause));
    }
  }
}

const resultOf = ({ answeredAfterMs, rangAfterMs, attempts }: Seen, cause: Cause): TestCallResult => ({
  answered: answeredAfterMs !== undefined,
  ...(answeredAfterMs === undefined ? {} : { afterMs: answeredAfterMs }),
  ...(rangAfterMs === undefined ? {} : { rangAfterMs }),
  cause: answeredAfterMs === undefined && !isFailure(cause) ? 'noAnswer' : cause,
  attempts: attempts.map(({ target, cause: why }) => ({ target, cause: why })),
});
