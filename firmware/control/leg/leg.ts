import type { CallId, InviteThread, LegId, Party, Shown, Target, Toll } from '../facts.ts';
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
  /** The caller wants number and name hidden (CLIR). */
  readonly withheld?: true;
  /** 32 hexadecimal digits by which the box knows a call of its own that comes back to it (U21). */
  readonly mark?: string;
};

export type LegCommand =
  | {
      readonly do: 'setup';
      readonly leg: LegId;
      readonly target: Target;
      readonly caller: Caller;
      /** What the callee is shown instead of the caller's own number (U10). */
      readonly shows?: Shown;
      /** It asks for a longer number, as one call with what was refused before. */
      readonly thread?: InviteThread;
      readonly beside: LegId;
    }
  /** Whether the caller may dial further digits of the number (`digit` tells them). */
  | { readonly do: 'collect'; readonly leg: Offered; readonly on: boolean }
  /** `queued`: nothing rings yet, and it goes on (SIP 182). Of a connected leg: it was transferred to who rings now. */
  | { readonly do: 'alert'; readonly leg: Offered | Connected; readonly hear: 'local ringback' | 'queued' | Placed }
  | { readonly do: 'connect'; readonly leg: Offered; readonly with: Connected }
  /** The other end holds this one, and no longer does. */
  | { readonly do: 'hold' | 'resume'; readonly leg: Connected }
  | { readonly do: 'digit'; readonly leg: Connected; readonly digit: string }
  | {
      readonly do: 'release';
      readonly leg: LegId;
      readonly cause: Cause;
      /** The other end was heard to be gone by a tone that had sounded for so long: what records cuts it off. */
      readonly toneMs?: number;
      /** SIP status for a caller who was not answered, where it is not that of the cause. */
      readonly status?: number;
    };

/** After `release` was asked the only event a leg may still send is `released`: a late 200 is the leg's own affair. */
export type LegEvent =
  /**
   * The silence budget starts anew (U6): `sent` when the request was written on an open connection, `challenged`
   * when a 401/407 was answered with credentials.
   */
  | { readonly type: 'sent' | 'challenged'; readonly leg: LegId }
  | { readonly type: 'proceeding' | 'connect'; readonly leg: LegId }
  | { readonly type: 'alerting' | 'progress'; readonly leg: LegId; readonly media: boolean }
  /** The far end behind this leg holds us, and no longer does: its own affair, its audio says so. */
  | { readonly type: 'held' | 'resumed'; readonly leg: LegId }
  /** This end holds the other one, and no longer does (Q.932's words). */
  | { readonly type: 'hold' | 'retrieve'; readonly leg: LegId }
  /** `last`: of a number that is dialled on, that no further digit belongs to it; `#` is none of its digits. */
  | { readonly type: 'digit'; readonly leg: LegId; readonly digit: string; readonly last?: true }
  | {
      readonly type: 'released';
      readonly leg: LegId;
      readonly cause: Cause;
      /** What the far end said, for the record and the verdict: SIP status and Q.850 cause of a Reason header. */
      readonly status?: number;
      readonly q850?: number;
      /** 300-302: the numbers to try instead, in the order of the Contact addresses. */
      readonly redirects?: readonly string[];
      /** The number is incomplete: what the INVITE for a longer one goes on with. */
      readonly thread?: InviteThread;
      /** To whom the first of them is charged, once the toll guard has let it pass. */
      readonly redirectToll?: Toll;
      /** The end was recognised by a tone that had sounded for so long (an exchange line). */
      readonly toneMs?: number;
    };

export type Setup = Extract<LegCommand, { do: 'setup' }>;

/** What a digit map says of digits that are no number: the caller is told so (U15). */
export type Unfit = 'unknownNumber' | 'numberIncomplete';

/** A leg that came to us, its call not yet routed. */
export type Offer = {
  readonly leg: LegId;
  readonly from: Party;
  readonly caller: Caller;
  /** The number that was dialled; empty where the way in says who is called (`to`). */
  readonly dialled: string;
  /** Where the way in leads to, if it needs no number: the line of a phone, or a thing with that short name. */
  readonly to?: { readonly kind: 'phone' | 'ringGroup' | 'attendant' | 'mailbox'; readonly id: string };
  /** The number of ours that was called from outside, where there is a rule for it (U13). */
  readonly did?: string;
  /** By this trunk or exchange line alone. */
  readonly only?: string;
  /** What a softswitch calls this call (RFC 3261 Call-ID, RFC 7989 Session-ID): by it the same call is known. */
  readonly identity?: { readonly callId: string; readonly sessionId?: string };
  /** What it says of itself as a call of a box to itself (U21). */
  readonly mark?: string;
  /** The PIN of the toll guard was dialled before the number (R8). */
  readonly overridden?: true;
  /** The dial plan lets the number be longer. */
  readonly grows?: true;
  /** `dialled` is no number: no way is tried, and the caller hears why. */
  readonly unfit?: Unfit;
};

/** Why two parties may not be joined: two from outside (R8), an emergency call, the box's own voice, nobody yet. */
export type TransferRefusal = 'twoOutside' | 'emergency' | 'voice' | 'nobody';

/** What a phone with two legs asks of their calls (`call/transfers.ts`). All of it within a cascade. */
export interface TransferDesk {
  /** The other leg of the call of this one, once they talk. */
  peerOf(leg: LegId): LegId | undefined;
  /** Whether a flash may put the other end of this leg on hold, or drop it: not in an emergency call. */
  mayFlash(leg: LegId): boolean;
  /** Why these two may not be joined; undefined: they may. */
  refusal(held: LegId, second: LegId): TransferRefusal | undefined;
  /** The phone has gone: the two other ends are one another's. Both legs are the desk's from here on. */
  transfer(held: LegId, second: LegId, line: string): void;
  /** States in both records that it was refused. */
  refuse(held: LegId, second: LegId, line: string, why: TransferRefusal): void;
}

/** Where the audio of legs meets (`leg/media.ts`). All of it within a cascade. */
export interface MeetingPlace {
  /** From here on `other` stands where this leg would; left out: it stands for itself again. */
  stand(leg: LegId, other?: LegId): void;
  /** Brings a leg to where another is; nothing where one of them is away. */
  meet(leg: LegId, beside: LegId): void;
}

/** Makes placed legs of one kind of target; the leg then hears commands by what it gave to `attach`. */
export interface LegMaker {
  setup(command: Setup): void;
}

/** What the rooms that make legs may ask of the calls (`call/calls.ts`). All of it within a cascade. */
export interface LegBook {
  newLeg(): LegId;
  /** Who hears the commands for this leg. */
  attach(leg: LegId, take: (command: LegCommand) => void): void;
  /** Begins a call with a leg that called us; the leg is attached already. */
  offer(offer: Offer): void;
  /** An event of the leg, for its call; after `released` the leg is forgotten. */
  report(event: LegEvent): void;
  /** The leg of the same call that came before over another softswitch, if there is one: this one joins its context. */
  twinOf(offer: Omit<Offer, 'leg'>): LegId | undefined;
  /** Who knows when the last termination of a call has gone (`leg/media.ts`): its figures belong to the record. */
  onClosing(ask: (call: CallId, closed: () => void) => void): void;
  /** The call of a leg, as long as the leg has not reported `released`. */
  callOf(leg: LegId): CallId | undefined;
}
