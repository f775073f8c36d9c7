import type { Machine } from './machine.ts';
import type { Runner } from './runner.ts';

/** A state that is told as a whole: the deciding is done elsewhere. */
const wholeMachine: Machine<unknown, { readonly type: 'is'; readonly state: unknown }, never> = {
  step: (state, event) => ({ state: event.type === 'is' ? event.state : state, effects: [] }),
  deadline: () => undefined,
};

/** Has a state written with the cascade that is running, until it is dropped: a process after us finds it. */
export const keepState = (runner: Runner, id: string, state: unknown): void => {
  if (runner.has(id)) runner.tell(id, { type: 'is', state });
  else runner.host(id, wholeMachine, state, () => {});
};
