import type { Clock } from '../../core/clock.ts';
import { GatewayError, wordsOf } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Runner } from '../../core/runner.ts';
import { spanWords } from '../../core/time-words.ts';
import type { Fact } from '../facts.ts';
import { failureTable, isFailure } from '../failure.ts';
import { neverTested, type TestCallResult, type TestCalls } from '../ivr/test-call.ts';
import type { TrunkShown } from '../trunk/trunk.ts';
import { DrillAge } from './drill-age.ts';
import {
  type Drill,
  type DrillCall,
  type DrillEffect,
  type DrillEvent,
  type DrillPlan,
  drillBegan,
  drillMachine,
  type Measured,
} from './drill-machine.ts';
import { type DrillSheet, type SheetBox, sheetOf } from './drill-sheet.ts';
import type { DrillShelf } from './drill-shelf.ts';

const ID = 'drill';

export type DrillAsk = {
  readonly by: string;
  /** Empty: the first softswitch. */
  readonly trunk: string;
  readonly blockMs: number;
  /** Empty: no call. */
  readonly number: string;
};

export type DrillsOptions = {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly log: Log;
  readonly shelf: DrillShelf;
  readonly testCalls: TestCalls;
  /** No new request leaves for this softswitch while it is silenced. */
  readonly silence: (trunk: string, on: boolean) => void;
  readonly trunks: () => readonly TrunkShown[];
  readonly box: () => SheetBox;
  /** Emergency numbers in every way in which they may be dialled here. */
  readonly emergency: () => readonly string[];
  /** Dialled numbers of the calls that are up. */
  readonly dialled: () => readonly string[];
  /** `drill.testNumber` of the settings that run. */
  readonly testNumber: () => string;
  /** Whether the wall time can be believed. */
  readonly sure: () => boolean;
};

type Waiting = { done: (sheet: DrillSheet) => void; failed: (error: unknown) => void };

/** Rehearses the loss of a softswitch, one drill at a time, and keeps the sheets. */
export class Drills {
  readonly #options: DrillsOptions;
  #waiting: Waiting | undefined;
  readonly #age: DrillAge;
  #starting = false;
  #overdue = false;

  constructor(options: DrillsOptions) {
    this.#options = options;
    const { clock, sure, shelf, log } = options;
    this.#age = new DrillAge({
      ...{ clock, sure },
      kept: () => shelf.unproved,
      keep: (unproved) => {
        shelf
          .keepUnproved(unproved)
          .catch((error: unknown) => log.warn({ why: wordsOf(error) }, 'the age of the last drill could not be kept'));
      },
    });
  }

  get sheets(): readonly DrillSheet[] {
    return this.#options.shelf.sheets;
  }

  get running(): boolean {
    return this.#starting || this.#options.runner.has(ID);
  }

  /** Reads the sheets and ends a drill that was cut off. `before`: states that the plane before us left. */
  async open(before: ReadonlyMap<string, unknown>): Promise<void> {
    const { shelf, runner } = this.#options;
    await shelf.open();
    this.#age.open(this.#lastGood?.at ?? this.sheets.at(-1)?.at);
    const left = before.get(ID) as Drill | undefined;
    if (left !== undefined && left.is !== 'over') {
      this.#host(left);
      this.#tell({ type: 'stop', why: 'the gateway was restarted in the middle' });
    } else if (shelf.underWay !== undefined) {
      const measured: Measured = { plan: shelf.underWay, call: 'none', broken: 'the box was restarted in the middle' };
      runner.cascade(() => this.#finish(measured));
    }
    this.lookForOverdue();
  }

  /**
   * Begins a drill; resolves with its sheet when it is over, after some minutes at most. Rejects with
   * `operation-refused` where it would prove nothing or could disturb what matters more.
   */
  async start(ask: DrillAsk): Promise<DrillSheet> {
    const plan = this.#planOf(ask);
    this.#starting = true;
    try {
      await this.#options.shelf.begin(plan);
      return await new Promise<DrillSheet>((done, failed) => {
        this.#waiting = { done, failed };
        this.#begin(plan);
      });
    } finally {
      this.#starting = false;
    }
  }

  #begin(plan: DrillPlan): void {
    const { runner, silence } = this.#options;
    runner.cascade(() => {
      runner.fact({ fact: 'drillBegan', trunk: plan.trunk, by: plan.by } satisfies Fact);
      silence(plan.trunk, true);
      this.#host(drillBegan(plan, runner.now()));
    });
    if (plan.number !== '') void this.#call(plan);
  }

  /** Ends the drill that is under way, if one is; `why` as the end of a sentence. */
  stop(why: string): void {
    if (this.#options.runner.has(ID)) this.#tell({ type: 'stop', why });
  }

  /** Takes the next fact; to be called for every fact. An emergency call ends a drill before its first request leaves. */
  fold(fact: Fact): void {
    const state = this.#options.runner.state<Drill>(ID);
    if (state === undefined || state.is === 'over') return;
    const isEmergency = fact.fact === 'callBegan' && this.#isEmergency(fact.dialled);
    if (isEmergency || fact.fact === 'emergencyCall') {
      this.#options.silence(state.plan.trunk, false);
      this.#tell({ type: 'stop', why: 'somebody made an emergency call' });
    } else if ('trunk' in fact && fact.trunk === state.plan.trunk) {
      const is = trunkIs[fact.fact];
      if (is !== undefined) this.#tell({ type: 'trunk', is });
    }
  }

  get #lastGood(): DrillSheet | undefined {
    return this.sheets.find(({ passed }) => passed);
  }

  /**
   * States that a drill is overdue, or is not any more; to be called every hour, and when settings have changed. A box
   * that has something to prove, and everything for it, counts although it was never drilled.
   */
  lookForOverdue(): void {
    const { runner, trunks, testNumber } = this.#options;
    const isSetUp = trunks().length > 1 && testNumber() !== '';
    const days = this.#age.overdueDays(isSetUp || this.sheets.length > 0);
    if (days === undefined && !this.#overdue) return;
    this.#overdue = days !== undefined;
    const fact: Fact =
      days === undefined ? { fact: 'drillNotOverdue' } : { fact: 'drillOverdue', why: this.#overdueWords(days) };
    runner.cascade(() => runner.fact(fact));
  }

  #passed(): void {
    this.#overdue = false;
    this.#age.passed();
  }

  #overdueWords(days: number): string {
    if (this.#lastGood !== undefined) return `the last one that passed is ${days} days ago`;
    if (this.sheets.length > 0) return `none has passed in ${days} days`;
    return `none was made in the ${days} days since two softswitches and a test number were set up`;
  }

  #isEmergency(dialled: string): boolean {
    return this.#options.emergency().includes(dialled.replace(/^\+/, ''));
  }

  #planOf({ by, trunk: asked, blockMs, number }: DrillAsk): DrillPlan {
    const { trunks, emergency, dialled, clock } = this.#options;
    if (this.running) throw refused('a drill is under way; wait for its sheet');
    if (dialled().some((each) => this.#isEmergency(each))) throw refused('an emergency call is up');
    const never = number === '' ? undefined : neverTested(number.replace(/^\+/, ''), emergency());
    if (never !== undefined) throw refused(never);
    const ordered = [...trunks()].sort((one, other) => one.priority - other.priority);
    const trunk = asked === '' ? ordered[0] : ordered.find(({ id }) => id === asked);
    if (trunk === undefined) throw refused('there is no such softswitch');
    if (trunk.blocked !== undefined) throw refused(`${trunk.id} is blocked; unblock it first`);
    if (trunk.health !== 'up') throw refused(`${trunk.id} is not in use now, so its loss would prove nothing`);
    const at = clock.wall();
    return { id: idOf(at), trunk: trunk.id, by, blockMs, number, at };
  }

  #host(state: Drill): void {
    this.#options.runner.host<Drill, DrillEvent, DrillEffect>(ID, drillMachine, state, (effect) =>
      this.#perform(state, effect),
    );
  }

  #perform(begun: Drill, effect: DrillEffect): void {
    if (begun.is === 'over') return;
    const { trunk } = begun.plan;
    switch (effect.do) {
      case 'noticed':
        this.#stepped(trunk, 'noticed', `the silence was noticed after ${spanWords(effect.afterMs)}`);
        break;
      case 'free':
        this.#options.silence(trunk, false);
        this.#stepped(trunk, 'freed', `${trunk} can be reached again`);
        break;
      case 'finish':
        this.#finish(effect.measured);
    }
  }

  #stepped(trunk: string, step: 'noticed' | 'called' | 'freed', why: string): void {
    this.#options.runner.fact({ fact: 'drillStepped', trunk, step, why } satisfies Fact);
  }

  #finish(measured: Measured): void {
    const { runner, shelf, silence, box, log } = this.#options;
    const { trunk } = measured.plan;
    silence(trunk, false);
    const last = shelf.sheets.find((sheet) => sheet.trunk === trunk);
    const sheet = sheetOf(measured, box(), last);
    const { id, passed, sentence: why } = sheet;
    if (passed) runner.outward(() => this.#passed());
    runner.fact({ fact: 'drillEnded', trunk, passed, why, sheet: id } satisfies Fact);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    runner.outward(() => {
      shelf.keep(sheet).then(
        () => waiting?.done(sheet),
        (error: unknown) => {
          log.error({ sheet: id, why: wordsOf(error) }, 'the sheet of a drill could not be kept');
          waiting?.done(sheet);
        },
      );
    });
  }

  async #call({ number, trunk }: DrillPlan): Promise<void> {
    const call = await this.#options.testCalls
      .place({ number: number.replace(/^\+/, '') })
      .then(callOf, (error: unknown): DrillCall => ({ answered: false, ways: [], why: wordsOf(error) }));
    const { runner } = this.#options;
    if (!runner.has(ID)) return;
    runner.cascade(() => {
      this.#stepped(trunk, 'called', callWords(call));
      this.#tell({ type: 'call', call });
    });
  }

  #tell(event: DrillEvent): void {
    this.#options.runner.tell(ID, event);
  }
}

const trunkIs: Partial<Record<Fact['fact'], 'up' | 'suspect' | 'down'>> = {
  trunkUp: 'up',
  trunkSuspect: 'suspect',
  trunkDown: 'down',
};

const refused = (why: string): GatewayError => new GatewayError('operation-refused', why);

const callOf = ({ answered, afterMs, rangAfterMs, cause, attempts }: TestCallResult): DrillCall => ({
  answered,
  ...(rangAfterMs === undefined ? {} : { rangAfterMs }),
  ...(afterMs === undefined ? {} : { answeredAfterMs: afterMs }),
  ways: attempts.map(({ target }) => target),
  why: answered ? '' : isFailure(cause) ? failureTable[cause].sentence : 'it ended before anybody answered',
});

const callWords = ({ answered, rangAfterMs, answeredAfterMs, ways, why }: DrillCall): string => {
  if (!answered) return `the test call was not answered${why === '' ? '' : `: ${why}`}`;
  const afterMs = rangAfterMs ?? answeredAfterMs ?? 0;
  return `the test call came through over ${ways.at(-1) ?? 'another way'} after ${spanWords(afterMs)}`;
};

const two = (value: number): string => String(value).padStart(2, '0');

/** Named after its time, which a person reads: `2027-03-16-143005`. */
const idOf = (wall: number): string => {
  const at = new Date(wall);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
};
