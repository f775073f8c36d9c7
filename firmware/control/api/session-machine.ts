import { after, earliest, type Instant, type Machine } from '../../core/machine.ts';

const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 3_600_000;
/** A use is noted at most this often: each note is written for the plane that may come after this one. */
const NOTE_MS = 30_000;

/** A person who has signed in; the machine's id holds the digest of what the browser keeps. */
export type SessionState =
  | { readonly is: 'open'; readonly beganAt: Instant; readonly usedAt: Instant; readonly source: string }
  | { readonly is: 'ended' };
export type SessionEvent = { readonly type: 'used' | 'signedOut' };
export type SessionEffect = { readonly do: 'end' };

/** Ends after 30 minutes without use, after 12 hours in any case, and when the person signs out. */
export const sessionMachine: Machine<SessionState, SessionEvent, SessionEffect> = {
  step: (state, event, now) => {
    if (state.is === 'ended') return { state, effects: [] };
    if (event.type !== 'used') return { state: { is: 'ended' }, effects: [{ do: 'end' }] };
    return { state: now - state.usedAt < NOTE_MS ? state : { ...state, usedAt: now }, effects: [] };
  },
  deadline: (state) =>
    state.is === 'ended' ? undefined : earliest(after(state.usedAt, IDLE_MS), after(state.beganAt, LONGEST_MS)),
  over: (state) => state.is === 'ended',
};
