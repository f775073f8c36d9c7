import type { LineId } from '../../engine-protocol/ids.ts';
import type { CallId, LegId } from '../facts.ts';
import type { LeaveMessage } from './leave-message-machine.ts';

/**
 * A message that was being recorded when the control plane died. The engine records on; line and recorder stand in one
 * context. The call, its caller and the recording are taken over as they are, so that it ends like any other.
 */
export type LeftRecording = {
  readonly call: CallId;
  readonly caller: { readonly leg: LegId; readonly kind: 'phone' | 'exchange'; readonly line: LineId };
  readonly message: Extract<LeaveMessage, { phase: 'recording' }>;
};

type Held = { readonly leg?: unknown; readonly at?: unknown };
type Talking = { readonly phase?: unknown; readonly caller?: { leg?: unknown }; readonly callee?: { leg?: unknown } };

/**
 * Reads kept states (pure). Only callers on a line of the box can be gone on with: the dialog of a SIP caller ends with
 * the plane, and what was recorded up to there is stored.
 */
export const leftRecordings = (states: ReadonlyMap<string, unknown>): readonly LeftRecording[] =>
  [...states].flatMap(([id, state]): LeftRecording[] => {
    if (!id.startsWith('message/')) return [];
    const message = state as LeaveMessage;
    if (message.phase !== 'recording' || message.recorder === undefined || message.context === undefined) return [];
    const caller = callerOf(states, message.beside);
    const call = callOf(states, message);
    return caller && call ? [{ call, caller, message }] : [];
  });

const callerOf = (states: ReadonlyMap<string, unknown>, leg: LegId): LeftRecording['caller'] | undefined => {
  for (const [id, state] of states) {
    const [, kind, line] = /^(phone|exchange)\/(line\/.+)$/.exec(id) ?? [];
    const held = state as Held;
    if (line === undefined || held.leg !== leg || held.at !== 'talking') continue;
    return { leg, kind: kind as 'phone' | 'exchange', line: line as LineId };
  }
  return undefined;
};

const callOf = (states: ReadonlyMap<string, unknown>, message: LeaveMessage): CallId | undefined => {
  for (const [id, state] of states) {
    if (!id.startsWith('call/')) continue;
    const { phase, caller, callee } = state as Talking;
    if (phase === 'talking' && caller?.leg === message.beside && callee?.leg === message.leg) return id as CallId;
  }
  return undefined;
};
