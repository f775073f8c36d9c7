import type { Machine } from '../../core/machine.ts';

/** The engine that we speak to; another epoch means that it was restarted. Kept, so that a plane after us can tell. */
export type EngineEpoch = { readonly epoch: string };
export type EngineEpochEvent = { readonly type: 'connected'; readonly epoch: string };
export const ENGINE_EPOCH = 'engine/epoch';

export const epochMachine: Machine<EngineEpoch, EngineEpochEvent, never> = {
  step: (state, event) => ({
    state: event.type === 'connected' && event.epoch !== state.epoch ? { epoch: event.epoch } : state,
    effects: [],
  }),
  deadline: () => undefined,
};

/** What the plane before us knew; empty if there was none. */
export const keptEpoch = (states: ReadonlyMap<string, unknown>): EngineEpoch => {
  const epoch = (states.get(ENGINE_EPOCH) as Partial<EngineEpoch> | undefined)?.epoch;
  return { epoch: typeof epoch === 'string' ? epoch : '' };
};
