import type { CallId, Party, Target } from '../facts.ts';
import type { Alarm } from './alarm.ts';

/** What is, as a person sees it live: page, fleet and command line show this and nothing beside it. Plain data. */
export type StatusView = {
  /** Wall time in ms since 1970. */
  readonly at: number;
  readonly box: { readonly name: string; readonly build: string; readonly upS: number };
  readonly engine: 'in service' | 'lost';
  readonly ports: readonly PortView[];
  readonly trunks: readonly TrunkView[];
  readonly calls: readonly CallView[];
  readonly alarms: readonly Alarm[];
  /** The scenario that is switched on (U20). */
  readonly scenario?: { readonly id: string; readonly title: string };
  /** The failover drill that is under way (U17). */
  readonly drill?: DrillView;
};

/** `steps`: what was seen so far, in words, in order. */
export type DrillView = {
  readonly trunk: string;
  readonly by: string;
  /** Seconds since it began. */
  readonly forS: number;
  readonly steps: readonly { readonly is: 'noticed' | 'called' | 'freed'; readonly words: string }[];
};

/** How the calls over a trunk went: answer-seizure ratio (0 to 1), average duration, post-dial delay (ITU-T E.411). */
export type FiguresView = {
  readonly attempts: number;
  readonly answered: number;
  readonly asr: number;
  readonly acdS?: number;
  readonly pddMs?: number;
};

export type PortView = {
  /** Line id, such as line/1. */
  readonly line: string;
  readonly kind: 'fxs' | 'fxo';
  readonly card: string;
  readonly port: string;
  readonly extension: string;
  readonly is: 'idle' | 'off hook' | 'ringing' | 'in a call' | 'out of service' | 'no line';
  /** In words, where it is out of service; else empty. */
  readonly cause: string;
  /** Messages that wait. */
  readonly waiting: number;
  /** A simulated port: it can be used from the page. */
  readonly simulated: boolean;
};

export type TrunkView = {
  readonly id: string;
  readonly host: string;
  readonly transport: string;
  readonly priority: number;
  readonly health: 'unproven' | 'up' | 'suspect' | 'down' | 'returning' | 'held';
  /** In words: since when and why. */
  readonly why: string;
  readonly callsUp: number;
  /** 0 = no limit. */
  readonly callLimit: number;
  /** Taken out of service by a person; `minutesLeft` 0 = until it is unblocked. */
  readonly blocked?: { readonly by: string; readonly minutesLeft: number };
  /** Locked by the settings; `until` as they say it, empty: until they say otherwise; `minutesLeft` 0: not known. */
  readonly lock?: { readonly is: 'noOutgoing' | 'all' | 'drain'; readonly until: string; readonly minutesLeft: number };
  /** `recent`: the last 100 attempts; `kept`: all call records. Left out where nothing went that way yet. */
  readonly figures?: { readonly recent: FiguresView; readonly kept: FiguresView };
  /** `sentence` says why not; empty while registered, and while nothing has gone wrong yet. */
  readonly registrations: readonly {
    readonly account: string;
    readonly registered: boolean;
    readonly sentence: string;
  }[];
};

export type CallView = {
  readonly call: CallId;
  readonly from: Party;
  readonly dialled: string;
  readonly is: 'calling' | 'alerting' | 'talking';
  /** Where it goes now, once an attempt was made. */
  readonly to?: Target;
  /** Seconds since it began. */
  readonly forS: number;
};
