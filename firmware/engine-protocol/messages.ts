import type { Instant, Some } from '../core/machine.ts';
import type { Happened } from './events.ts';
import type { Hardware } from './hardware.ts';
import type { ContextId, LineId, Mode, NetId, PlayerId, RecorderId, TerminationId } from './ids.ts';
import type { LineSignal, NetSignal, Standing } from './signals.ts';

/**
 * The engine protocol: 12 requests and 6 reports, a closed list. New kinds of line grow the signal and event unions,
 * never this list (dlink, measure and capture come with E1, the line doctor and the trace).
 */
export const PROTOCOL = { major: 1, minor: 0 } as const;

type Request<Name extends string, Fields = unknown> = { readonly do: Name; readonly id: number } & Fields;

/** First message of the control plane; events after `heardUpTo` are sent again. */
export type Hello = Request<
  'hello',
  { readonly protocol: string; readonly build: string; readonly control: string; readonly heardUpTo: number }
>;
/** The whole hardware, idempotent: what is unchanged is not touched. */
export type Provision = Request<'provision', { readonly revision: string; readonly hardware: Hardware }>;
export type Audit = Request<'audit'>;
export type Add = Request<
  'add',
  {
    readonly context: ContextId | 'new';
    readonly mode: Mode;
    readonly what: LineId | NewNet | NewPlayer | NewRecorder;
  }
>;
export type Modify = Request<
  'modify',
  {
    readonly termination: TerminationId;
    readonly mode?: Mode;
    readonly media?: NetMedia;
    readonly detect?: readonly Detector[];
    readonly standing?: Standing;
    /** Of a net: the local address to bind instead, its own having changed; the reply tells the port. */
    readonly interface?: string;
  }
>;
/** Hold, consultation, three-way. */
export type Move = Request<'move', { readonly termination: TerminationId; readonly to: ContextId | 'new' }>;
/**
 * The reply carries the last statistics of a net, or the seconds of a file; a recording stands then under its name.
 * `cutMs`: a recorder takes so much off its end. One that has ended by itself has cut what is to be cut and stays so.
 */
export type Subtract = Request<'subtract', { readonly termination: TerminationId; readonly cutMs?: number }>;
export type Signal =
  | Request<'signal', { readonly termination: LineId; readonly play: LineSignal | 'none' }>
  | Request<'signal', { readonly termination: NetId; readonly play: NetSignal | 'none' }>;
/** Sent when the adoption file holds the events: the engine forgets them. The one request without a reply. */
export type Acknowledge = { readonly do: 'acknowledge'; readonly upTo: number };

export type EngineRequest = Hello | Provision | Audit | Add | Modify | Move | Subtract | Signal;

/** `interface` is the local address to bind; the reply tells the port. */
export type NewNet = { readonly kind: 'net'; readonly interface: string };
export type NewPlayer = { readonly kind: 'player'; readonly files: Some<string>; readonly repeat: boolean };
export type NewRecorder = {
  readonly kind: 'recorder';
  readonly file: string;
  readonly longestS: number;
  /** 0 = silence does not end it. */
  readonly silenceEndsS: number;
};

export type Codec = { readonly name: 'PCMA' | 'PCMU'; readonly payloadType: number };
export type Jitter = {
  readonly kind: 'fixed' | 'adaptive';
  readonly minMs: number;
  readonly initialMs: number;
  readonly maxMs: number;
};
export type NetMedia = {
  readonly remote: readonly [address: string, port: number];
  /** DSCP code point, 0-63 (EF is 46). */
  readonly dscp: number;
  readonly as: 'audio';
  readonly send: Codec;
  readonly receive: Some<Codec>;
  readonly ptimeMs: number;
  readonly jitter: Jitter;
  /** How digits of the context leave: RFC 4733 event, in the audio, or told to control (SIP INFO). */
  readonly digits: { readonly by: 'event'; readonly payloadType: number } | { readonly by: 'inBand' | 'control' };
  /** 0 = never; otherwise `mediaLost` after so long without a packet. */
  readonly lostAfterMs: number;
};
/**
 * Events that come up only when asked for; hook events of lines always come. `digits`: each digit of this termination
 * comes up although it is in a context (DTMF of a line; RFC 4733 events of a net, and DTMF in its audio as long as no
 * event has come). Subtracting a line ends it; dial pulses come up in any case.
 */
export type Detector = 'digits' | 'callProgress';

// ── replies ─────────────────────────────────────────────────────────────────────────────────────
export type HelloReply = {
  readonly protocol: string;
  readonly build: string;
  /** Changes at each start of the engine: another epoch means that all contexts are gone. */
  readonly epoch: string;
  readonly revision: string | undefined;
};
export type ProvisionReply = {
  readonly lines: readonly { readonly id: LineId; readonly state: 'ready' | 'failed'; readonly cause?: string }[];
};
export type AddReply = {
  readonly context: ContextId;
  readonly termination: TerminationId;
  /** Of a net: where it listens. */
  readonly local?: readonly [address: string, port: number];
};
/** `local`: where a net that was bound anew listens. */
export type ModifyReply = { readonly local?: readonly [address: string, port: number] };
export type SubtractReply = { readonly statistics?: NetStatistics; readonly seconds?: number };
export type AuditReply = {
  readonly lastSeq: number;
  readonly contexts: readonly {
    readonly id: ContextId;
    readonly terminations: readonly { readonly id: TerminationId; readonly mode: Mode; readonly signal?: string }[];
  }[];
  readonly lines: readonly {
    readonly id: LineId;
    readonly kind: 'fxs' | 'fxo';
    readonly available: boolean;
    /** FXS: handset lifted. FXO: loop held by us. */
    readonly offHook: boolean;
    /** FXO: battery seen, so a line is plugged in. */
    readonly present: boolean;
    readonly ringing: boolean;
  }[];
};

/** Figures of a net so far (RFC 3550 §6.4); delays in ms. */
export type NetStatistics = {
  readonly net: NetId;
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly late: number;
  readonly jitterMs: number;
  readonly bufferMs: number;
  readonly concealedMs: number;
  /** From RTCP of the far end; undefined until it has reported. */
  readonly roundTripMs?: number;
  readonly remoteLost?: number;
  readonly remoteJitterMs?: number;
};

// ── engine → control ────────────────────────────────────────────────────────────────────────────
export type Reply = { readonly to: 'reply'; readonly id: number } & (
  | { readonly ok: unknown }
  | { readonly error: { readonly code: string; readonly detail: string } }
);
/** Numbered, stamped and kept until acknowledged. */
export type Notify = { readonly to: 'event'; readonly seq: number; readonly at: Instant } & Happened;
/** A card, port or FXO battery went in or out of service. */
export type Service = {
  readonly to: 'service';
  readonly seq: number;
  readonly what: string;
  readonly is: 'in' | 'out' | 'failing';
  readonly cause: string;
};
/** Every 5 s, not kept. */
export type Statistics = { readonly to: 'statistics'; readonly of: readonly NetStatistics[] };
/** Every second: evidence of work. `latestMs`: the latest tick of that second. */
export type Pulse = {
  readonly to: 'pulse';
  readonly frames: number;
  readonly latestMs: number;
  readonly linesServed: number;
};
export type EngineReport = Reply | Notify | Service | Statistics | Pulse;
export type { PlayerId, RecorderId };
