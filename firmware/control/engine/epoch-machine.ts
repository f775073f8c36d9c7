import type { Machine } from '../../core/machine.ts';

/**
 * The engine that we speak to, and its last event that was taken up. Both are written in the cascade of that event, so
 * that a plane after us can tell whether it is the same engine, and is told each event that we did not take up, once.
 */
export type EngineEpoch = { readonly epoch: string; readonly heardUpTo: number };
export type EngineEpochEvent =
  | { readonly type: 'connected'; readonly epoch: string }
  | { readonly type: 'heard'; readonly seq: number };
export const ENGINE_EPOCH = 'engine/epoch';

export const epochMachine: Machine<EngineEpoch, EngineEpochEvent, never> = {
  step: (state, event) => ({ state: next(state, event as EngineEpochEvent), effects: [] }),
  deadline: () => undefined,
};

const next = (state: EngineEpoch, event: EngineEpochEvent): EngineEpoch => {
  // Another engine counts its events from 1.
  if (event.type === 'connected') return event.epoch === state.epoch ? state : { epoch: event.epoch, heardUpTo: 0 };
  return event.type === 'heard' ? { ...state, heardUpTo: event.seq } : state;
};

/** What the plane before us knew; empty if there was none. */
export const keptEpoch = (states: ReadonlyMap<string, unknown>): EngineEpoch => {
  const { epoch, heardUpTo } = (states.get(ENGINE_EPOCH) ?? {}) as Partial<EngineEpoch>;
  return {
    epoch: typeof epoch === 'string' ? epoch : '',
    heardUpTo: Number.isSafeInteger(heardUpTo) ? (heardUpTo as number) : 0,
  };
};
