import type { LegId, Target } from '../facts.ts';
import type { Cause } from '../failure.ts';

export type { LegId, Target };

/** A reference says what may be asked of the leg; a step that learns more hands out the next one. */
export type Offered = { readonly leg: LegId; readonly is: 'offered' };
export type Placed = { readonly leg: LegId; readonly is: 'placed' };
export type Connected = { readonly leg: LegId; readonly is: 'connected' };

/** Who calls, as far as known: shown to the callee and written to the record. */
export type Caller = {
  readonly number: string;
  readonly name?: string;
  /** Account by which the call leaves over SIP (`account.id`); a caller from outside has none. */
  readonly account?: string;
};

export type LegCommand =
  | {
      readonly do: 'setup';
      readonly leg: LegId;
      readonly target: Target;
      readonly caller: Caller;
      readonly beside: LegId;
    }
  | { readonly do: 'alert'; readonly leg: Offered; readonly hear: 'local ringback' | Placed }
  | { readonly do: 'connect'; readonly leg: Offered; readonly with: Connected }
  | { readonly do: 'hold' | 'resume'; readonly leg: Connected }
  | { readonly do: 'digit'; readonly leg: Connected; readonly digit: string }
  | { readonly do: 'release'; readonly leg: LegId; readonly cause: Cause };

/** After `release` was asked the only event a leg may still send is `released`: a late 200 is the leg's own affair. */
export type LegEvent =
  /** 401/407 was answered with credentials: the silence budget starts anew (U6). */
  | { readonly type: 'challenged'; readonly leg: LegId }
  | { readonly type: 'proceeding' | 'connect'; readonly leg: LegId }
  | { readonly type: 'alerting' | 'progress'; readonly leg: LegId; readonly media: boolean }
  | { readonly type: 'held' | 'resumed'; readonly leg: LegId }
  | { readonly type: 'digit'; readonly leg: LegId; readonly digit: string }
  | {
      readonly type: 'released';
      readonly leg: LegId;
      readonly cause: Cause;
      /** What the far end said, for the record and the verdict: SIP status and Q.850 cause of a Reason header. */
      readonly status?: number;
      readonly q850?: number;
      /** 300-302: where to try instead (Contact addresses, in order). */
      readonly redirects?: readonly string[];
    };
