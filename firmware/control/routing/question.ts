import type { Configuration } from '../../config/schema.ts';
import type { NumberPlan } from '../../profiles/number-plan.ts';
import type { CallId, Party } from '../facts.ts';
import type { Unfit } from '../leg/leg.ts';
import type { TrunkSnapshot } from '../trunk/trunk.ts';

/**
 * Everything a plan is made of (`plan.ts`): plain data, so that the same question always has the same answer, a
 * question can be kept with its answer, and the routing analysis asks exactly what a real call asks.
 */

/** The call that is planned for: an offered leg without the leg. */
export type Routed = {
  readonly from: Party;
  readonly caller: {
    readonly number?: string;
    readonly account?: string;
    /** The caller wants the number hidden (CLIR). */
    readonly withheld?: true;
  };
  /** The PIN of the toll guard was dialled for this call (R8). */
  readonly overridden?: true;
  /** As it was dialled; nothing has been taken off yet. */
  readonly dialled: string;
  /** Where the way in leads to, if it needs no number. */
  readonly to?: { readonly kind: 'phone' | 'ringGroup' | 'attendant' | 'mailbox'; readonly id: string };
  /** The number of ours that was called from outside, as the softswitch sent it. */
  readonly did?: string;
  /** Only this trunk or exchange line is asked (a test call of one way). */
  readonly only?: string;
  /** What was dialled is no number. */
  readonly unfit?: Unfit;
};

/** Wall time; `sure` is false until a time server has answered: calendars then count as "in". */
export type WallTime = { readonly ms: number; readonly sure: boolean };

/** What routing knows of a port or a softswitch: its newest ordinary call, else an emergency call, for pre-emption. */
export type LineSnapshot = {
  readonly id: string;
  readonly is: 'free' | 'busy' | 'out';
  readonly call?: { readonly call: CallId; readonly emergency: boolean; readonly beganMs: number };
};

/** What calls before this one have left (`ledger/`), as far as routing cares. Times are wall time in ms. */
export type RoutingMemory = {
  /** The scenario that is switched on; empty: none (U20). */
  readonly scenario: string;
  /** Ports that an emergency service may call back, and until when (S4). */
  readonly callBacks: readonly {
    readonly line: string;
    readonly untilMs: number;
    /** Exchange lines on which it was dialled: a call back comes by one of them. */
    readonly over?: readonly string[];
  }[];
  /** Calls that are up now, by the caller number they show (U10). */
  readonly numbersInUse: Readonly<Record<string, number>>;
  /** The caller number that a callee has seen today, by `pool callee` (U10). */
  readonly numberShown: Readonly<Record<string, string>>;
  /** How many numbers each pool has handed out, for rotation in turn (U10). */
  readonly poolTurns: Readonly<Record<string, number>>;
  readonly toll: TollMemory;
};

/** Spent today, by line id and, under the empty name, by the whole box (R8). Cost in millionths. */
export type TollMemory = {
  readonly spent: Readonly<Record<string, { readonly calls: number; readonly minutes: number; readonly cost: number }>>;
  /** What a sudden change has closed, by `line class`; of the whole box with an empty line. */
  readonly closed: readonly string[];
};

export const freshMemory: RoutingMemory = {
  scenario: '',
  callBacks: [],
  numbersInUse: {},
  numberShown: {},
  poolTurns: {},
  toll: { spent: {}, closed: [] },
};

export type PlanQuestion = {
  readonly offer: Routed;
  readonly configuration: Configuration;
  /** Numbers of the country: emergency numbers, classes, prefixes abroad. */
  readonly country: NumberPlan;
  readonly trunks: readonly TrunkSnapshot[];
  readonly lines: readonly LineSnapshot[];
  readonly now: WallTime;
  readonly memory: RoutingMemory;
  /** For choices by chance; a call draws it once. */
  readonly seed: number;
};

/** What a question is made of where only trunks matter; tests and the analysis add to it. */
export const quietQuestion = (
  given: Pick<PlanQuestion, 'offer' | 'configuration' | 'country' | 'trunks'> & Partial<PlanQuestion>,
): PlanQuestion => ({ lines: [], now: { ms: 0, sure: false }, memory: freshMemory, seed: 0, ...given });
