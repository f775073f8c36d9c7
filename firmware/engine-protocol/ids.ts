/** Names of terminations and contexts (H.248.1 §6): the engine makes those of nets, players, recorders and contexts. */
export type LineId = `line/${string}`;
export type NetId = `net/${number}`;
export type PlayerId = `player/${number}`;
export type RecorderId = `recorder/${number}`;
export type ContextId = `context/${number}`;
export type TerminationId = LineId | NetId | PlayerId | RecorderId;

/** H.248 StreamMode, seen from the termination: `sendOnly` sends to the far end what the others say, and is not heard. */
export type Mode = 'sendReceive' | 'sendOnly' | 'receiveOnly' | 'inactive';
