import { after, type Instant, type Machine } from '../../../core/machine.ts';
import type { Runner } from '../../../core/runner.ts';

type Wait = { readonly at?: Instant };

const waitMachine: Machine<Wait, never, { readonly do: 'go' }> = {
  step: (state, event, now) =>
    (event as { type: string }).type === 'lapse' && state.at !== undefined && now >= state.at
      ? { state: {}, effects: [{ do: 'go' }] }
      : { state, effects: [] },
  deadline: (state) => state.at,
  over: (state) => state.at === undefined,
};

/** Does it once, so much later, under this machine id; another wait under the same id takes its place. */
export const later = (runner: Runner, id: string, waitMs: number, go: () => void): void =>
  runner.host(id, waitMachine, { at: after(runner.now(), waitMs) }, go, { kept: false });
